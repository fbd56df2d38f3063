"""The protocol's error codes and the message that tells of one."""

from __future__ import annotations

import pytest

from natter_protocol.base import Lane
from natter_protocol.errors import ErrorCode, ErrorRaised, ProtocolError
from tests.support.protocol_wire import read, travelled


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_travels(code: ErrorCode) -> None:
    raised = ErrorRaised(session="s", by="stt", claim=1, seq=1, code=code, message="why", fatal=True)
    assert travelled(raised) == raised
    assert raised.lane is Lane.EVT


def test_an_error_is_not_fatal_unless_it_says_so() -> None:
    message = read(type="errors.raised", code="engine_failed", message="m")
    assert message == ErrorRaised(code=ErrorCode.ENGINE_FAILED, message="m", retryable=False, fatal=False)


def test_a_code_that_this_version_does_not_know_is_refused() -> None:
    with pytest.raises(ProtocolError, match="solar_flare"):
        read(type="errors.raised", code="solar_flare", message="m")
