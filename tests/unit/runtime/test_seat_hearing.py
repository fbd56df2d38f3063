"""What a service in its place hears of a session, and how it leaves it."""

from __future__ import annotations

import pytest

from natter_protocol import subjects
from natter_protocol.audio import AudioFrame, encode_frame
from natter_protocol.base import Lane
from natter_protocol.errors import ErrorCode
from natter_protocol.llm import LlmDelta
from natter_protocol.reply import Outcome, ReplyHeard
from natter_protocol.session import CloseReason, SessionAssigned, SessionClosed, SessionTake
from natter_protocol.stt import SttPartial
from natter_protocol.turn import Scope, TurnCancel, TurnProbability
from natter_runtime import inbox as inbox_module
from natter_runtime import seat as seat_module
from natter_runtime.bus_memory import MemoryBroker, MemoryBus
from natter_runtime.queues import Overflow
from natter_runtime.seat import Seat
from tests.support.runtime_ear import Ear, settle, until
from tests.support.runtime_wire import MuteLog, Wire
from tests.support.seat_table import HEARING, SESSION, Table, started


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log's deadline is 40 ms instead of 2 s."""
    monkeypatch.setattr(seat_module, "APPEND_TIMEOUT_S", 0.01)


# -- hearing ------------------------------------------------------------------------------------


async def test_of_what_is_replaceable_it_hears_what_it_asked_for() -> None:
    table = Table()
    async with table.seat:
        await table.take()
        partial = await table.hear(SttPartial(text="x", end_sample=0), by="stt")
        await table.hear(TurnProbability(at_sample=0, speech=1.0, silence_ms=0, last_speech_sample=0))
        assert table.heard() == [partial]


async def test_what_is_no_message_is_counted_and_dropped() -> None:
    table = Table()
    async with table.seat:
        await table.take()
        subject = subjects.build(SESSION, Lane.EVT, "turn", "started")
        await table.hear_bytes(subject, b"\xff garbage")
        await table.hear_bytes(subject, b'{"type":"turn.started","start_sample":"one"}')
        await table.hear_bytes(subject, b'{"type":"turn.later","x":1}')
        await table.hear_bytes(subjects.audio_in(SESSION), b"short")
        assert table.heard() == []
    assert table.metrics.dropped("malformed") == 3
    assert table.metrics.dropped("unknown_type") == 1


async def test_a_repeated_fact_is_heard_once() -> None:
    table = Table()
    async with table.seat:
        await table.take()
        fact = await table.hear(started(1))
        await table.hear(started(1), seq=1)
        assert table.heard() == [fact]
    assert table.metrics.dropped("repeat") == 1


async def test_an_older_claim_is_not_heard_on_any_lane() -> None:
    table = Table()
    async with table.seat:
        await table.take()
        for service, number in (("turn", 8), ("stt", 9), ("tts", 10), ("gateway", 11)):
            take = SessionTake(service=service, instance=f"{service}-2", number=number)
            await table.hear(take, by="gateway", claim=11)
        table.heard()
        await table.hear(started(1))
        await table.hear(TurnCancel(epoch=1, scope=Scope.THROUGH, reason=""))
        await table.hear(SttPartial(text="x", end_sample=0), by="stt")
        old_reply, old_input = AudioFrame(bytes(2), 0, claim=5, epoch=1), AudioFrame(bytes(2), 0, claim=5)
        await table.hear_bytes(subjects.audio_out(SESSION), encode_frame(old_reply))
        await table.hear_bytes(subjects.audio_in(SESSION), encode_frame(old_input))
        assert table.heard() == []
        assert table.metrics.dropped("stale") == 5
        new = await table.hear(started(1), claim=8)
        frame = AudioFrame(bytes(2), 0, claim=10, epoch=1)
        await table.hear_bytes(subjects.audio_out(SESSION), encode_frame(frame))
        assert table.heard() == [new, frame]


async def test_what_belongs_to_a_void_reply_is_not_heard() -> None:
    table = Table("gateway")
    async with table.seat:
        await table.take()
        cancel = await table.hear(TurnCancel(epoch=2, scope=Scope.THROUGH, reason=""))
        await table.hear(LlmDelta(epoch=2, text="x"), by="llm")
        for epoch in (1, 2):
            frame = AudioFrame(bytes(2), 0, claim=5, epoch=epoch)
            await table.hear_bytes(subjects.audio_out(SESSION), encode_frame(frame))
        delta = await table.hear(LlmDelta(epoch=3, text="y"), by="llm")
        assert table.heard() == [cancel, delta]
    assert table.metrics.dropped("stale") == 3


async def test_a_missing_fact_is_read_from_the_log() -> None:
    table = Table()
    async with table.seat:
        seat = await table.take()
        table.wire.lose = lambda delivery: b'"seq":2' in delivery.data
        said = [await table.hear(started(turn)) for turn in (1, 2, 3, 4)]
        assert table.heard() == [said[0], said[2], said[1], said[3]]
        assert sorted(seat.state.turns) == [1, 2, 3, 4]


async def test_a_fact_that_is_stored_late_is_heard_after_its_successors() -> None:
    """The log did not take it at once; the gap was noticed, and reading did not help yet."""
    table = Table()
    async with table.seat:
        await table.take()
        first, slow, third = (table.stamped(started(turn)) for turn in (1, 2, 3))
        await table.store(first)
        await table.store(third)
        await settle(table.wire)
        assert table.heard() == [first, third]
        await table.store(slow)
        await settle(table.wire)
        assert table.heard() == [slow]


async def test_a_reconnect_is_a_reason_to_read_the_log() -> None:
    table = Table()
    async with table.seat:
        await table.take()
        table.wire.lose = lambda delivery: True
        fact = await table.hear(started(1))
        assert table.heard() == []
        table.wire.reconnect()
        await settle(table.wire)
        assert table.heard() == [fact]


async def test_a_log_that_cannot_be_read_just_now_is_read_later(quick: None) -> None:
    table = Table()
    log = table.wire.log = MuteLog(table.broker.bus(), mute=0)
    async with table.seat as seat:
        await table.take()
        log.unreadable = 2
        table.wire.lose = lambda delivery: True
        fact = await table.hear(started(1))
        table.wire.reconnect()
        await until(lambda: len(seat.inbox) > 0)
        assert table.heard() == [fact]


async def test_a_worker_that_lost_the_session_is_not_heard_through_the_log_either() -> None:
    """It was only frozen, and what it then says is stored; reading the log must not let it in."""
    table = Table()
    async with table.seat as seat:
        await table.take()
        await table.hear(started(1))
        take = SessionTake(service="turn", instance="turn-2", number=8)
        await table.hear(take, by="gateway", claim=11)
        table.heard()
        for _ in range(20):  # the stream grows beyond the claim's number
            await table.hear(ReplyHeard(epoch=1, text="", ms=0, outcome=Outcome.UNHEARD), by="gateway", claim=11)
        table.heard()
        await table.hear(started(99))
        table.wire.reconnect()
        await settle(table.wire)
        assert table.heard() == []
        assert sorted(seat.state.turns) == [1]
    async with Seat(table.wire, "stt", SESSION, HEARING, table.metrics) as newcomer:
        await table.hear(started(2), claim=8)
        await table.hear(started(98))
        await newcomer.listen()
        await newcomer.take(60)
        assert 98 not in newcomer.state.turns


async def test_an_assignment_counts_when_it_is_taken_and_is_heard_as_a_take() -> None:
    table = Table()
    async with table.seat:
        seat = await table.take()
        await table.hear(SessionAssigned(service="stt", instance="stt-1"), by="gateway", claim=0, seq=77)
        assert table.heard() == []
        assert seat.state.assigned == {}
        take = SessionTake(service="stt", instance="stt-1", number=2)
        heard = await table.hear(take, by="gateway", claim=1)
        assert table.heard() == [heard]
        assert seat.state.assigned == {"stt": "stt-1"}


async def test_an_inbox_that_overflows_ends_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "MAX_FACTS", 2)
    table = Table()
    async with table.seat:
        seat = await table.take()
        for turn in range(3):
            await table.hear(started(turn))
        assert seat.released.is_set()
        assert seat.failure is not None
        assert seat.failure.code is ErrorCode.OVERLOADED


async def test_output_that_nobody_takes_ends_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "MAX_AUDIO", 2)
    table = Table("gateway", Overflow.FAIL)
    async with table.seat:
        seat = await table.take()
        for number in range(3):
            frame = AudioFrame(bytes(2), number, claim=5, epoch=1)
            await table.hear_bytes(subjects.audio_out(SESSION), encode_frame(frame))
        assert seat.failure is not None
        assert seat.failure.code is ErrorCode.OVERLOADED


# -- the end ------------------------------------------------------------------------------------


async def test_a_closed_session_is_released() -> None:
    table = Table()
    async with table.seat:
        seat = await table.take()
        closed = await table.hear(SessionClosed(reason=CloseReason.CLIENT), by="gateway", claim=1)
        assert seat.released.is_set()
        assert seat.failure is None
        assert table.heard() == [closed]


async def test_a_take_of_its_own_service_is_told_to_the_host_and_an_older_one_is_not() -> None:
    table = Table()
    takes: list[int] = []
    table.seat.on_take = lambda take, delivery: takes.append(take.number)
    async with table.seat as seat:
        await seat.listen()
        for number in (50, 40, 50, 60):
            await table.hear(SessionTake(service="llm", instance="x", number=number), by="gateway", claim=1)
        await table.hear(SessionTake(service="tts", instance="x", number=70), by="gateway", claim=1)
    assert takes == [50, 60]


async def test_who_hears_a_successor_has_lost_the_session() -> None:
    """Even if it missed the take: it was frozen, or away."""
    table = Table()
    async with table.seat:
        seat = await table.take(50)
        await table.hear(started(1), by="llm", claim=40)
        assert not seat.released.is_set()
        await table.hear(started(1), by="llm", claim=60)
        assert seat.released.is_set()
        assert seat.failure is None


async def test_who_reads_of_a_successor_has_lost_the_session() -> None:
    table = Table()
    async with table.seat:
        seat = await table.take(50)
        table.wire.lose = lambda delivery: True
        await table.hear(started(1), by="llm", claim=60)
        table.wire.reconnect()
        await settle(table.wire)
        assert seat.released.is_set()


async def test_the_first_failure_counts() -> None:
    table = Table()
    async with table.seat as seat:
        first = seat.fail(ErrorCode.INTERNAL, "one")
        assert seat.fail(ErrorCode.OVERLOADED, "two") is first
        assert (seat.failure, str(first), first.code) == (first, "one", ErrorCode.INTERNAL)


async def test_the_last_facts_are_stored_before_the_seat_is_left(quick: None) -> None:
    table = Table()
    log = table.wire.log = MuteLog(table.broker.bus(), mute=1)
    async with table.seat:
        seat = await table.take()
        await seat.say(started(1))
    assert [message.id for message in await table.stored()] == ["llm.50.1"]
    assert log.mute == 0


async def test_a_bus_is_a_bus() -> None:
    """The wire that disturbs the others disturbs nothing by itself."""
    bus: MemoryBus = MemoryBroker().bus()
    wire, ear = Wire(bus), Ear()
    await wire.subscribe("a.b.c.d", ear)
    wire.freeze()
    await wire.publish("a.b.c.d", b"x")
    await settle(wire)
    assert ear.data == []
    wire.thaw()
    assert ear.data == [b"x"]
