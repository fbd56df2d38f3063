"""The settings of the gateway."""

from __future__ import annotations

import pytest

from natter_gateway.config import GatewayConfig
from natter_runtime.config import load
from natter_runtime.errors import UsageError


def test_keys_are_a_list() -> None:
    config = load(GatewayConfig, {"NATTER_API_KEYS": " one, two,,"})
    assert config.api_keys == ("one", "two")
    assert not config.open_to_all
    assert load(GatewayConfig, {}).open_to_all


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_without_keys_this_machine_may_call(host: str) -> None:
    GatewayConfig(host=host).check()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "gateway.example"])
def test_without_keys_nobody_else_may(host: str) -> None:
    with pytest.raises(UsageError, match=rf"NATTER_HOST='{host}' without NATTER_API_KEYS: expected keys"):
        GatewayConfig(host=host).check()
    GatewayConfig(host=host, api_keys=("secret",)).check()


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("NATTER_PORT", "65536", "expected 0 to 65535"),
        ("NATTER_MAX_SESSION_S", "1", r"expected at least 10 \(seconds\)"),
        ("NATTER_LEAD_MS", "500", r"expected 20 to 200 \(milliseconds\)"),
    ],
)
def test_a_wrong_setting_is_named_with_what_was_expected(variable: str, value: str, expected: str) -> None:
    with pytest.raises(UsageError, match=f"{variable}='{value}': {expected}"):
        load(GatewayConfig, {variable: value})
