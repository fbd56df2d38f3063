"""Who may connect."""

from __future__ import annotations

import pytest

from natter_gateway.auth import ANYBODY, Gatekeeper
from natter_gateway.config import GatewayConfig
from natter_runtime.config import load
from natter_runtime.errors import UsageError

KEEPER = Gatekeeper(("key-one", "key-two"))


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"authorization": "Bearer key-one"}, {}),
        ({"authorization": "bearer key-one"}, {}),
        ({"authorization": "key-one"}, {}),
        ({}, {"token": "key-one"}),
    ],
)
def test_a_key_is_accepted_wherever_it_is_put(headers: dict[str, str], query: dict[str, str]) -> None:
    owner = KEEPER.owner(headers, query)
    assert owner is not None
    assert "key-one" not in owner
    assert owner == KEEPER.owner({"authorization": "Bearer key-one"}, {})
    assert owner != KEEPER.owner({"authorization": "Bearer key-two"}, {})


@pytest.mark.parametrize(
    ("headers", "query"),
    [({}, {}), ({"authorization": "Bearer key-three"}, {}), ({"authorization": ""}, {"token": "no"})],
)
def test_anything_else_is_refused(headers: dict[str, str], query: dict[str, str]) -> None:
    assert KEEPER.owner(headers, query) is None


def test_without_keys_anybody_may_come() -> None:
    assert Gatekeeper(()).owner({}, {}) == ANYBODY


def test_without_keys_only_this_machine_may_come() -> None:
    load(GatewayConfig, {}).check()
    load(GatewayConfig, {"NATTER_HOST": "0.0.0.0", "NATTER_API_KEYS": "secret"}).check()
    with pytest.raises(UsageError, match=r"NATTER_HOST='0\.0\.0\.0' without NATTER_API_KEYS"):
        load(GatewayConfig, {"NATTER_HOST": "0.0.0.0"}).check()
