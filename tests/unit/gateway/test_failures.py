"""What follows an error on the wire."""

from __future__ import annotations

import pytest

from natter_gateway import failures
from natter_gateway.events import Failed
from natter_gateway.failures import ClientError, close_code


@pytest.mark.parametrize(
    ("code", "closed"),
    [
        (failures.UNAUTHORIZED, 1008),
        (failures.INVALID_VALUE, 1008),
        (failures.SESSION_EXPIRED, 1008),
        (failures.INTERNAL_ERROR, 1011),
        (failures.AT_CAPACITY, 1013),
    ],
)
def test_how_a_connection_is_closed_after_an_error(code: str, closed: int) -> None:
    assert close_code(Failed(code, "", fatal=True)) == closed


def test_an_error_is_what_the_client_is_told() -> None:
    error = ClientError(failures.INVALID_VALUE, "'output.volume' must be a number", "output.volume", fatal=True)
    assert error.failure == Failed("invalid_value", "'output.volume' must be a number", "output.volume", fatal=True)
    assert str(error) == error.failure.message
