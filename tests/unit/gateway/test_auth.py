"""Who may connect."""

from __future__ import annotations

import pytest

from natter_gateway.auth import ANYBODY, Access, Gatekeeper
from natter_gateway.config import GatewayConfig
from natter_gateway.tokens import Mint
from natter_runtime.clock import ManualClock
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


@pytest.mark.parametrize(
    ("origin", "stranger"),
    [
        (None, False),
        ("http://localhost:3000", False),
        ("http://127.0.0.1:8080", False),
        ("http://[::1]:8080", False),
        ("https://evil.example", True),
        ("https://localhost.evil.example", True),
        ("null", True),
        ("http://[broken", True),
        ("", True),
    ],
)
def test_without_keys_only_pages_of_this_machine_may_come(origin: str | None, stranger: bool) -> None:
    headers = {"host": "evil.example"} | ({} if origin is None else {"origin": origin})
    assert Gatekeeper(()).is_stranger(headers) is stranger
    assert not KEEPER.is_stranger(headers)


def test_a_token_stands_for_the_key_that_it_was_made_with() -> None:
    clock = ManualClock()
    mint = Mint(b"secret", clock)
    keeper = Gatekeeper(("key-one",), mint)
    owner = keeper.owner({"authorization": "key-one"}, {})
    assert owner is not None
    token, ticket = mint.temporary(owner, 60, 600)
    resume = mint.resume(owner, "sess_1", int(clock.wall()) + 60)
    for headers, query in (
        ({"authorization": f"Bearer {token}"}, {}),
        ({"authorization": token}, {}),
        ({}, {"token": token}),
    ):
        access = keeper.access(headers, query)
        assert access == Access(owner, ticket)
        assert (access.max_session_s, access.only_session) == (600, "")
        assert keeper.owner(headers, query) is None
    back = keeper.access({"authorization": f"Bearer {resume}"}, {})
    assert back is not None
    assert (back.owner, back.only_session) == (owner, "sess_1")
    clock.advance(61)
    assert keeper.access({"authorization": token}, {}) is None


def test_without_keys_a_token_still_says_what_it_says() -> None:
    mint = Mint(b"secret", ManualClock())
    token, _ = mint.temporary(ANYBODY, 60, 90)
    keeper = Gatekeeper((), mint)
    access = keeper.access({}, {"token": token})
    assert access is not None
    assert access.max_session_s == 90
    assert keeper.access({}, {"token": "whatever"}) == Access(ANYBODY)


def test_without_keys_only_this_machine_may_come() -> None:
    load(GatewayConfig, {}).check()
    load(GatewayConfig, {"NATTER_HOST": "0.0.0.0", "NATTER_API_KEYS": "secret"}).check()
    with pytest.raises(UsageError, match=r"NATTER_HOST='0\.0\.0\.0' without NATTER_API_KEYS"):
        load(GatewayConfig, {"NATTER_HOST": "0.0.0.0"}).check()


def test_a_short_secret_is_refused() -> None:
    load(GatewayConfig, {"NATTER_SECRET": "x" * 16}).check()
    with pytest.raises(UsageError, match="NATTER_SECRET has 15 characters: expected at least 16"):
        load(GatewayConfig, {"NATTER_SECRET": "x" * 15}).check()
