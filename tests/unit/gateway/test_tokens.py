"""Tokens that the gateway signs: what they say, when they end, and that they cannot be made up."""

from __future__ import annotations

import pytest

from natter_gateway.config import GatewayConfig
from natter_gateway.tokens import LONGEST, Mint, Purpose, mint_for, spend
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.clock import ManualClock

SECRET = b"a secret of some length"


def mint(clock: ManualClock | None = None, secret: bytes = SECRET, *, once: bool = False) -> Mint:
    return Mint(secret, clock or ManualClock(), once=once)


def test_a_temporary_token_says_whose_it_is_and_how_long_a_session_may_last() -> None:
    text, ticket = mint().temporary("owner-1", 300, 600)
    assert text.startswith("nt_")
    assert mint().read(text) == ticket
    assert (ticket.purpose, ticket.owner, ticket.max_session_s, ticket.once) == (Purpose.OPEN, "owner-1", 600, False)


def test_a_resume_token_is_for_one_session() -> None:
    clock = ManualClock()
    text = mint(clock).resume("owner-1", "sess_1", int(clock.wall()) + 60)
    ticket = mint(clock).read(text)
    assert text.startswith("rt_")
    assert ticket is not None
    assert (ticket.purpose, ticket.owner, ticket.session) == (Purpose.RESUME, "owner-1", "sess_1")


def test_a_token_expires() -> None:
    clock = ManualClock()
    text, _ = mint(clock).temporary("o", 60)
    clock.advance(59)
    assert mint(clock).read(text) is not None
    clock.advance(1)
    assert mint(clock).read(text) is None


def test_no_two_tokens_are_the_same() -> None:
    assert mint().temporary("o", 60)[0] != mint().temporary("o", 60)[0]


@pytest.mark.parametrize("secret", [b"another secret entirely", SECRET + b"x"])
def test_another_secret_reads_nothing(secret: bytes) -> None:
    text, _ = mint(secret=secret).temporary("o", 60)
    assert mint().read(text) is None


def test_a_token_that_was_touched_anywhere_is_none() -> None:
    text, _ = mint().temporary("owner", 60)
    for index in range(len(text)):
        other = "A" if text[index] != "A" else "B"
        changed = text[:index] + other + text[index + 1 :]
        assert mint().read(changed) is None


def test_what_is_no_token_is_none() -> None:
    text, _ = mint().temporary("owner", 60)
    for nonsense in ("", "nt_", "rt_", "rt_" + text[3:], "nt_é", "nt_" + "A" * LONGEST, "natter", "nt_AA=A"):
        assert mint().read(nonsense) is None


def test_gateways_with_the_same_secret_read_each_others_tokens(caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()
    shared = GatewayConfig(secret="0123456789abcdef", token_single_use=True)
    text, ticket = mint_for(shared, clock).temporary("o", 60)
    assert ticket.once
    assert mint_for(shared, clock).read(text) == ticket
    assert not caplog.records
    assert mint_for(GatewayConfig(), clock).read(text) is None
    assert "NATTER_SECRET is not set" in caplog.text


async def test_a_token_for_one_use_is_spent_whichever_gateway_sees_it() -> None:
    broker = MemoryBroker()
    _, ticket = mint(once=True).temporary("o", 60)
    assert await spend(broker.bus(), ticket, "gateway-1")
    assert not await spend(broker.bus(), ticket, "gateway-2")
    _, other = mint(once=True).temporary("o", 60)
    assert await spend(broker.bus(), other, "gateway-2")


async def test_any_other_token_is_never_spent() -> None:
    broker = MemoryBroker()
    _, ticket = mint().temporary("o", 60)
    assert await spend(broker.bus(), ticket, "gateway-1")
    assert await spend(broker.bus(), ticket, "gateway-1")
