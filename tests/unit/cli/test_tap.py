"""``natter tap``: recent sessions, a finished call from the log, a running one live."""

from __future__ import annotations

import asyncio

import pytest

from natter_cli import tap
from natter_protocol import codec, subjects
from natter_protocol.audio import AudioFrame, encode_frame
from natter_protocol.base import Message
from natter_protocol.session import CloseReason, SessionClosed, SessionOpened
from natter_protocol.turn import Cause, TurnCancel, TurnGranted
from natter_runtime.bus import Bus
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.clock import SystemClock
from natter_runtime.errors import BusError, UsageError
from tests.support.cli_wait import until
from tests.support.nats_server import nats_server


def opened(session: str, at: float) -> SessionOpened:
    return SessionOpened(session=session, by="gateway", claim=1, seq=1, dialect="voice_agent", owner="x", opened_at=at)


def closed(session: str) -> SessionClosed:
    reason = CloseReason.CLIENT
    return SessionClosed(session=session, by="gateway", claim=1, seq=9, reason=reason, duration_s=41.25)


async def store(bus: Bus, message: Message) -> None:
    await (await bus.log.append(subjects.of(message), codec.encode(message), id=message.id))


@pytest.fixture
async def bus() -> Bus:
    bus = MemoryBroker().bus()
    await store(bus, opened("late", 2000.0))
    await store(bus, opened("early", 1000.0))
    await store(bus, closed("early"))
    await store(bus, TurnGranted(session="late", by="turn", claim=2, seq=1, epoch=1, cause=Cause.GREETING))
    return bus


async def test_recent_sessions(bus: Bus, capsys: pytest.CaptureFixture[str]) -> None:
    await tap.recent(bus)
    early, late = capsys.readouterr().out.splitlines()
    assert early.split()[0] == "early"
    assert early.endswith("voice_agent    41.2 s, client")
    assert late.split()[0] == "late"
    assert late.endswith("voice_agent    open")


async def test_no_sessions(capsys: pytest.CaptureFixture[str]) -> None:
    await tap.recent(MemoryBroker().bus())
    assert "no sessions" in capsys.readouterr().err


async def test_a_call_from_the_log(bus: Bus, capsys: pytest.CaptureFixture[str]) -> None:
    await tap.replay(bus, "late")
    first, second = capsys.readouterr().out.splitlines()
    assert first.split()[:4] == ["0.0", "evt", "session.opened", "gateway.1.1"]
    later, *told = second.split()
    assert float(later) >= 0
    assert told == ["evt", "turn.granted", "e1", "turn.2.1", "cause=greeting"]
    with pytest.raises(UsageError, match="no session nothing"):
        await tap.replay(bus, "nothing")


async def test_a_call_live(bus: Bus, capsys: pytest.CaptureFixture[str]) -> None:
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(tap.listen(bus, "late", SystemClock()))
        await until(lambda: "listening to late" in capsys.readouterr().err)
        frame = encode_frame(AudioFrame(bytes(640), 0))
        await bus.publish(subjects.audio_in("late"), frame)
        cancel = TurnCancel(session="late", by="turn", claim=2, seq=1, epoch=1, scope="through", reason="barge-in")
        await bus.publish(subjects.of(cancel), codec.encode(cancel))
        await bus.publish(subjects.audio_in("early"), frame)
        await store(bus, closed("late"))
        await listening
    names = [line.split()[2] for line in capsys.readouterr().out.splitlines()]
    assert names == ["turn.cancel", "session.closed", "audio.in"]


@pytest.mark.nats
def test_the_command_on_nats(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NATTER_NATS_URL", raising=False)
    with nats_server() as url:
        assert tap.run(session="", from_log=False, nats=url) == 0
        assert "no sessions" in capsys.readouterr().err
        with pytest.raises(UsageError, match="the event log has no session sess_1"):
            tap.run(session="sess_1", from_log=True, nats=url)
        for from_log in (True, False):
            with pytest.raises(UsageError, match="session 'a session': expected 1-64 of"):
                tap.run(session="a session", from_log=from_log, nats=url)


def test_no_nats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tap, "CONNECT_S", 0.3)
    expected = r"no NATS server at nats://127\.0\.0\.1:9: no answer within 0\.3 s\. Is `natter up` running"
    with pytest.raises(BusError, match=expected):
        tap.run(session="", from_log=False, nats="nats://127.0.0.1:9")
