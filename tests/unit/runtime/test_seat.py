"""One service's place in one session."""

from __future__ import annotations

import asyncio

import pytest

from natter_protocol import codec, subjects
from natter_protocol.audio import AudioFrame, encode_frame
from natter_protocol.base import Message
from natter_protocol.errors import ErrorCode, ErrorRaised
from natter_protocol.session import SessionOpened, SessionTake
from natter_protocol.stt import SttFinal, SttPartial
from natter_protocol.svc import SvcTaken
from natter_protocol.turn import Scope, TurnCancel, TurnProbability
from natter_runtime import seat as seat_module
from natter_runtime import tracing
from natter_runtime.bus import Delivery
from natter_runtime.claims import AtCapacity
from natter_runtime.errors import LogConflict, LogError, NoResponders
from natter_runtime.seat import MAX_UNSTORED, Seat, SeatFailed
from natter_runtime.tasks import spawn
from tests.support.runtime_ear import Ear, settle
from tests.support.runtime_wire import MuteLog
from tests.support.seat_table import EVENTS, SESSION, Table, started


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log's deadline is 40 ms instead of 2 s."""
    monkeypatch.setattr(seat_module, "APPEND_TIMEOUT_S", 0.01)


# -- listening and taking -----------------------------------------------------------------------


async def test_nothing_is_let_through_before_it_is_taken_and_nothing_is_lost() -> None:
    """What was said before, what is said while it listens, and what the log gives twice."""
    table = Table()
    before = table.stamped(started(1))
    await table.store(before)
    async with table.seat as seat:
        await seat.listen()
        early = await table.hear(started(2))
        live = await table.hear(SttPartial(text="hm", end_sample=0), by="stt")
        assert table.heard() == []
        await seat.take(50)
        assert sorted(seat.state.turns) == [1, 2]
        late = await table.hear(started(3))
        assert table.heard() == [late, live]
        assert early not in table.heard()
        assert seat.claim == 50


async def test_what_was_heard_early_but_is_not_in_the_log_yet_is_let_through() -> None:
    table = Table()
    async with table.seat as seat:
        await seat.listen()
        early = table.stamped(started(1))
        await table.hear_bytes(subjects.of(early), codec.encode(early))
        await seat.take(50)
        assert table.heard() == [early]


async def test_too_much_before_it_is_taken_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seat_module, "MAX_EARLY", 3)
    table = Table()
    async with table.seat as seat:
        await seat.listen()
        for turn in range(4):
            await table.hear(started(turn))
        assert seat.failure is not None
        assert seat.failure.code is ErrorCode.OVERLOADED


async def test_a_log_that_cannot_be_read_is_no_take() -> None:
    table = Table()
    log = table.wire.log = MuteLog(table.broker.bus(), mute=0)
    log.unreadable = 1
    async with table.seat as seat:
        await seat.listen()
        with pytest.raises(LogError):
            await seat.take(50)


async def test_leaving_the_seat_leaves_nothing_behind() -> None:
    table = Table()
    async with table.seat:
        await table.take()
    assert table.broker._subscriptions == []
    assert table.wire._callbacks == []
    assert [item async for item in table.seat.inbox] == []


async def test_an_error_inside_comes_out_as_it_is_and_leaves_nothing_behind() -> None:
    """Who opens a session must be able to tell that there is no room."""
    table = Table()

    async def open_in_vain() -> None:
        async with table.seat:
            await table.take()
            raise AtCapacity("stt")

    with pytest.raises(AtCapacity):
        await open_in_vain()
    assert table.broker._subscriptions == []


async def test_a_defect_of_the_seat_itself_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(self: Seat) -> None:
        raise ValueError("defect")

    monkeypatch.setattr(Seat, "_catch_up", broken)

    async def serve() -> None:
        async with Table().seat:
            await asyncio.sleep(1.0)

    with pytest.raises(ExceptionGroup) as raised:
        await serve()
    assert raised.group_contains(ValueError, match="defect")


# -- speaking -----------------------------------------------------------------------------------


async def test_what_is_said_is_stamped() -> None:
    table, ear = Table(), Ear()
    await table.broker.bus().subscribe(subjects.everything(SESSION), ear)
    async with table.seat:
        seat = await table.take(50)
        for message in (
            SttFinal(text="a", start_sample=0, end_sample=1),
            SttFinal(text="b", start_sample=0, end_sample=1),
            TurnProbability(at_sample=0, speech=0.5, silence_ms=0, last_speech_sample=0),
            TurnCancel(epoch=3, scope=Scope.ONLY, reason=""),
        ):
            await seat.say(message)
        await settle(table.wire)
    said = [one for data in ear.data if isinstance(one := codec.decode(data), Message)]
    assert [(one.session, one.by, one.claim, one.seq, one.lane.value) for one in said] == [
        (SESSION, "llm", 50, 1, "evt"),
        (SESSION, "llm", 50, 2, "evt"),
        (SESSION, "llm", 50, 1, "live"),
        (SESSION, "llm", 50, 1, "ctl"),
    ]
    assert [message.id for message in await table.stored()] == ["llm.50.1", "llm.50.2"]


async def test_a_message_carries_its_own_trace_or_that_of_the_call() -> None:
    table = Table()
    opened = SessionOpened(dialect="test", owner="key", opened_at=0.0, trace="00-call")
    await table.hear(opened, by="gateway", claim=1)
    async with table.seat:
        seat = await table.take()
        await seat.store(SttFinal(text="a", start_sample=0, end_sample=1))
        await seat.store(SttFinal(text="b", start_sample=0, end_sample=1, trace="00-own"))
    assert [message.trace for message in (await table.stored())[1:]] == ["00-call", "00-own"]
    assert tracing.current() == ""


async def test_a_service_does_not_hear_itself_but_knows_what_it_said() -> None:
    table = Table("turn")
    async with table.seat:
        seat = await table.take()
        await seat.say(started(1))
        await seat.say(TurnCancel(epoch=2, scope=Scope.THROUGH, reason=""))
        await settle(table.wire)
        assert table.heard() == []
        assert seat.state.last_turn == 1
        assert 2 in seat.record.voids


async def test_storing_waits_for_the_log() -> None:
    table = Table()
    async with table.seat:
        seat = await table.take()
        sequence = await seat.store(started(1))
        (event,) = await table.broker.bus().log.read(EVENTS)
        assert event.sequence == sequence


async def test_a_conflict_is_told() -> None:
    table = Table("gateway")
    async with table.seat:
        seat = await table.take()
        await seat.store(started(1), expect_last=0)
        with pytest.raises(LogConflict):
            await seat.store(started(2), expect_last=0)


async def test_a_lost_acknowledgement_is_asked_for_again_and_the_fact_is_stored_once(quick: None) -> None:
    table = Table()
    table.wire.log = MuteLog(table.broker.bus(), mute=2, stores=True)
    async with table.seat:
        seat = await table.take()
        await seat.say(started(1))
        assert await seat.store(started(2)) == 2
    assert [message.id for message in await table.stored()] == ["llm.50.1", "llm.50.2"]
    assert table.seat.failure is None


async def test_a_log_without_an_answer_ends_the_session(quick: None) -> None:
    table = Table()
    table.wire.log = log = MuteLog(table.broker.bus())
    async with table.seat:
        seat = await table.take()
        await seat.say(started(1))
        async with asyncio.timeout(1.0):
            await seat.released.wait()
        assert seat.failure is not None
        assert seat.failure.code is ErrorCode.LOG_UNAVAILABLE
        assert "turn.started" in str(seat.failure)
        with pytest.raises(LogError, match="no acknowledgement"):
            await seat.store(started(2))
    assert 10**9 - log.mute == 2 * seat_module.APPEND_ATTEMPTS


async def test_a_full_log_ends_the_session_at_once() -> None:
    table = Table()
    table.broker.store._max_bytes = 10
    async with table.seat:
        seat = await table.take()
        await seat.say(started(1))
        async with asyncio.timeout(0.5):
            await seat.released.wait()
        assert seat.failure is not None
        assert seat.failure.code is ErrorCode.LOG_UNAVAILABLE


async def test_only_so_many_facts_may_wait_for_the_log_however_fast_they_are_said(quick: None) -> None:
    table = Table()
    table.wire.log = MuteLog(table.broker.bus())
    async with table.seat:
        seat = await table.take()

        async def chatter() -> None:
            for turn in range(1, 10_000):
                await seat.say(started(turn))

        with pytest.raises(SeatFailed) as raised:
            await chatter()
        assert raised.value.code is ErrorCode.LOG_UNAVAILABLE
        assert len(seat.state.turns) == MAX_UNSTORED + 1
        await seat.say(ErrorRaised(code=raised.value.code, message="last words", fatal=True))


async def test_audio_is_numbered_and_under_the_claim() -> None:
    table, ear = Table("tts"), Ear()
    await table.broker.bus().subscribe(subjects.audio_out(SESSION), ear)
    async with table.seat:
        seat = await table.take(9)
        for number in range(2):
            await seat.play(subjects.audio_out(SESSION), AudioFrame(b"\x01\x00", 320 * number, epoch=3))
        await settle(table.wire)
    frames = [AudioFrame(b"\x01\x00", 320 * number, seq=number + 1, claim=9, epoch=3) for number in range(2)]
    assert ear.data == [encode_frame(frame) for frame in frames]


async def test_without_a_bus_what_is_replaceable_is_dropped_and_counted(quick: None) -> None:
    table = Table()
    async with table.seat:
        seat = await table.take()
        await table.wire.close()
        await seat.say(SttPartial(text="x", end_sample=0))
        await seat.play(subjects.audio_out(SESSION), AudioFrame(b"", 0))
        assert table.metrics.dropped("bus.down") == 2
        assert seat.failure is None


async def test_asking() -> None:
    table = Table("gateway")
    other = table.broker.bus()
    take = SessionTake(service="stt", instance="stt-1", number=7)
    async with asyncio.TaskGroup() as group:

        def answer(request: Delivery) -> None:
            spawn(group, other.respond(request, codec.encode(SvcTaken(instance="stt-1"))), "answer")

        async with table.seat:
            seat = table.seat
            with pytest.raises(NoResponders):  # not even itself listens yet
                await seat.ask(take, timeout=1.0)
            await table.take()
            await other.subscribe(subjects.of_type(SESSION, SessionTake), answer)
            assert await seat.ask(take, timeout=1.0) == SvcTaken(instance="stt-1")
