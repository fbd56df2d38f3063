"""Where a session starts from, and who may come back to one."""

from __future__ import annotations

import msgspec
import pytest

from natter_gateway.auth import Access
from natter_gateway.failures import ClientError
from natter_gateway.start import check, fresh, left_behind
from natter_gateway.tokens import Purpose, Ticket
from natter_protocol import codec, subjects
from natter_protocol.base import Message
from natter_protocol.session import (
    CloseReason,
    SessionAssigned,
    SessionClosed,
    SessionConfigured,
    SessionOpened,
    SessionProgress,
)
from natter_protocol.settings import SessionSettings
from natter_protocol.tts import TtsSegment
from natter_runtime.bus import Bus
from natter_runtime.bus_memory import MemoryBroker

ME = Access("me")
OPENED = SessionOpened(dialect="voice_agent", owner="me", opened_at=1000.0, max_s=600.0)
CONFIGURED = SessionConfigured(version=2, settings=SessionSettings(system_prompt="Be kind."))


async def write(bus: Bus, *facts: Message) -> None:
    for number, fact in enumerate(facts, 1):
        claim = 0 if isinstance(fact, SessionAssigned) else 1
        by = "tts" if isinstance(fact, TtsSegment) else "gateway"
        stamped = msgspec.structs.replace(fact, session="sess_1", by=by, claim=claim, seq=number)
        await (await bus.log.append(subjects.of(stamped), codec.encode(stamped), id=stamped.id))


def test_a_new_session_lasts_as_long_as_both_the_gateway_and_the_token_allow() -> None:
    settings = SessionSettings()
    start = fresh("voice_agent", ME, settings, 1000.0, 600.0)
    assert start.id.startswith("sess_")
    assert len(start.id) == len("sess_") + 32
    assert (start.max_s, start.after, start.left) == (600.0, 0, None)
    limited = Access("me", Ticket(Purpose.OPEN, "me", 0, max_session_s=90))
    assert fresh("voice_agent", limited, settings, 1000.0, 600.0).max_s == 90
    assert fresh("voice_agent", limited, settings, 1000.0, 60.0).max_s == 60


async def test_what_another_gateway_left_is_read_from_the_log() -> None:
    bus = MemoryBroker().bus()
    segment = TtsSegment(epoch=1, segment=0, text="Yes.", first_sample=0, words=())
    await write(
        bus,
        SessionAssigned(service="gateway", instance="gateway-1"),
        OPENED,
        CONFIGURED,
        SessionAssigned(service="stt", instance="stt-1"),
        segment,
        SessionProgress(sample=3200, received=3200, connected=False),
    )
    start = await left_behind(bus, "sess_1", 10_800.0)
    assert start is not None
    assert start.left is not None
    assert (start.id, start.owner, start.max_s, start.after) == ("sess_1", "me", 600.0, 1)
    assert start.settings.system_prompt == "Be kind."
    assert start.left.assigned == {"gateway": "gateway-1", "stt": "stt-1"}
    assert [segment.text for segment in start.segments] == ["Yes."]
    assert check(start, "voice_agent", ME, 1100.0) is start


@pytest.mark.parametrize("session", ["sess_2", "", "not a name", "a.b.c", "x" * 100])
async def test_what_is_not_there_is_not_found(session: str) -> None:
    assert await left_behind(MemoryBroker().bus(), session, 60.0) is None


async def refusal(access: Access, now: float, *more: Message, dialect: str = "voice_agent") -> str:
    bus = MemoryBroker().bus()
    await write(bus, OPENED, CONFIGURED, *more)
    start = await left_behind(bus, "sess_1", 600.0)
    with pytest.raises(ClientError) as caught:
        check(start, dialect, access, now)
    assert caught.value.failure.fatal
    return caught.value.failure.code


async def test_somebody_else_may_not() -> None:
    assert await refusal(Access("you"), 1100.0) == "session_forbidden"
    other = Access("me", Ticket(Purpose.RESUME, "me", 0, session="sess_2"))
    assert await refusal(other, 1100.0) == "session_forbidden"
    assert await refusal(ME, 1100.0, dialect="twilio") == "session_not_found"


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (CloseReason.CLIENT, "session_not_found"),
        (CloseReason.FAILED, "session_not_found"),
        (CloseReason.SHUTDOWN, "session_not_found"),
        (CloseReason.LOST, "session_expired"),
        (CloseReason.IDLE, "session_expired"),
        (CloseReason.EXPIRED, "session_expired"),
        (CloseReason.ABANDONED, "session_expired"),
    ],
)
async def test_what_is_over_is_over(reason: CloseReason, code: str) -> None:
    assert await refusal(ME, 1100.0, SessionClosed(reason=reason)) == code


async def test_a_session_that_has_lasted_its_time_is_over_though_nobody_said_so() -> None:
    assert await refusal(ME, 1600.0) == "session_expired"


async def test_a_session_that_was_never_configured_is_none() -> None:
    bus = MemoryBroker().bus()
    await write(bus, OPENED)
    with pytest.raises(ClientError) as caught:
        check(await left_behind(bus, "sess_1", 60.0), "voice_agent", ME, 1001.0)
    assert caught.value.failure.code == "session_not_found"
