"""What a gateway keeps beside its calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from natter_gateway.config import GatewayConfig
from natter_gateway.failures import ClientError
from natter_gateway.office import Links, Office, open_office
from natter_gateway.voices import Voices
from natter_protocol.settings import SessionSettings, Webhook
from natter_runtime.app import Runtime
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.config import RuntimeConfig
from natter_runtime.errors import UsageError
from natter_runtime.metrics import Metrics
from natter_runtime.pulse import Pulse


def opening(tmp: Path, **settings: Any) -> Any:
    runtime = Runtime("gateway", "g-1", RuntimeConfig(), MemoryBroker().bus(), Metrics("gateway"))
    config = GatewayConfig(data=tmp, **settings)
    return open_office(config, runtime, Pulse(runtime.bus, runtime.clock), Voices(), set)


def test_a_link_is_good_for_one_artifact_and_for_a_while() -> None:
    links = Links(b"key")
    signature = links.sign("sess_1", "audio", 1000)
    assert links.good("sess_1", "audio", 1000, signature, 999.0)
    assert not links.good("sess_1", "audio", 1000, signature, 1000.0)
    assert not links.good("sess_1", "audio", 2000, signature, 999.0)
    assert not links.good("sess_1", "timeline", 1000, signature, 999.0)
    assert not links.good("sess_2", "audio", 1000, signature, 999.0)
    assert not Links(b"other").good("sess_1", "audio", 1000, signature, 999.0)


async def test_gateways_with_one_secret_make_the_same_links(tmp_path: Path) -> None:
    keys = []
    for secret in ("a secret that is long", "a secret that is long", "another one that is long", ""):
        async with opening(tmp_path, secret=secret) as office:
            keys.append(office.links.key)
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"secret": "short"}, "NATTER_SECRET"),
        ({"prices": Path("/nowhere.toml")}, "NATTER_PRICES"),
        ({"database_url": "mysql://x/y"}, "NATTER_DATABASE_URL"),
        ({"recordings_url": "https://x/y"}, "NATTER_RECORDINGS_URL"),
    ],
)
async def test_a_setting_that_cannot_be_used_is_named(settings: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=words):
        async with opening(tmp_path, **settings):
            pass


def webhook(office: Office, hook: Webhook) -> Webhook | None:
    return office.sealed(SessionSettings(webhook=hook)).webhook


async def test_the_secret_of_a_sessions_webhook_is_sealed_once(tmp_path: Path) -> None:
    async with opening(tmp_path, secret="a secret that is long") as office:
        plain = Webhook("https://example.com", ("session.completed",), "hunter2" * 5)
        sealed = webhook(office, plain)
        assert sealed is not None
        assert (sealed.secret, office.sealer.open(sealed.sealed_secret)) == (None, "hunter2" * 5)
        assert webhook(office, sealed) == sealed
        assert office.sealed(SessionSettings()) == SessionSettings()


async def test_a_webhook_that_cannot_be(tmp_path: Path) -> None:
    async with opening(tmp_path) as office:
        for hook in (Webhook("https://10.0.0.1/"), Webhook("https://example.com", secret="x" * 32)):
            with pytest.raises(ClientError) as caught:
                webhook(office, hook)
            assert caught.value.failure.code == "invalid_webhook"
        assert webhook(office, Webhook("https://example.com")) == Webhook("https://example.com")


def test_a_webhook_on_the_wire_shows_no_secret() -> None:
    sealed = msgspec.json.encode(Webhook("https://example.com", (), None, "gAAAA"))
    assert b'"secret"' not in sealed
