"""One service's place in one session."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from natter_protocol import codec, subjects
from natter_protocol.audio import AudioFrame, encode_frame
from natter_protocol.base import Lane, Message
from natter_protocol.errors import ErrorCode, ErrorRaised
from natter_protocol.llm import LlmDelta
from natter_protocol.reply import Outcome, ReplyHeard
from natter_protocol.session import CloseReason, SessionAssigned, SessionClosed, SessionOpened, SessionTake
from natter_protocol.stt import SttFinal, SttPartial
from natter_protocol.svc import SvcTaken
from natter_protocol.turn import Scope, TurnCancel, TurnProbability, TurnStarted
from natter_runtime import inbox as inbox_module
from natter_runtime import seat as seat_module
from natter_runtime import tracing
from natter_runtime.bus import Delivery
from natter_runtime.bus_memory import MemoryBroker, MemoryBus
from natter_runtime.claims import AtCapacity
from natter_runtime.errors import LogConflict, LogError, NoResponders
from natter_runtime.metrics import Metrics
from natter_runtime.queues import Overflow
from natter_runtime.seat import MAX_UNSTORED, Hearing, Seat, SeatFailed
from natter_runtime.tasks import spawn
from tests.support.runtime_ear import Ear, settle, until
from tests.support.runtime_wire import MuteLog, Wire

SESSION = "sess_1"
HEARING = Hearing(live=(SttPartial, LlmDelta), audio_in=True, audio_out=True)
EVENTS = subjects.lane(SESSION, Lane.EVT)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log's deadline is 40 ms instead of 2 s."""
    monkeypatch.setattr(seat_module, "APPEND_TIMEOUT_S", 0.01)


class Table:
    """A session on a memory bus: one seat under test, and somebody who speaks as the other services."""

    def __init__(self, service: str = "llm", overflow: Overflow = Overflow.DROP_OLDEST) -> None:
        self.broker = MemoryBroker()
        self.wire = Wire(self.broker.bus())
        self.metrics = Metrics(service)
        self.seat = Seat(self.wire, service, SESSION, HEARING, self.metrics, audio_overflow=overflow)
        self._other = self.broker.bus()
        self._seqs: dict[tuple[str, int, Lane], int] = {}

    async def take(self, number: int = 50) -> Seat:
        await self.seat.listen()
        await self.seat.take(number)
        return self.seat

    def stamped(self, message: Message, by: str = "turn", claim: int = 5, seq: int = 0) -> Message:
        key = (by, claim, message.lane)
        self._seqs[key] = seq or self._seqs.get(key, 0) + 1
        return msgspec.structs.replace(message, session=SESSION, by=by, claim=claim, seq=self._seqs[key])

    async def hear(self, message: Message, by: str = "turn", claim: int = 5, seq: int = 0) -> Message:
        """Somebody says ``message``; facts are stored. Returns it as it was said."""
        message = self.stamped(message, by, claim, seq)
        if message.lane is Lane.EVT:
            await self.store(message)
        else:
            await self._other.publish(subjects.of(message), codec.encode(message))
        await settle(self._other)
        return message

    async def store(self, message: Message) -> int:
        data = codec.encode(message)
        return await (await self._other.log.append(subjects.of(message), data, id=message.id))

    async def hear_bytes(self, subject: str, data: bytes) -> None:
        await self._other.publish(subject, data)
        await settle(self._other)

    def heard(self) -> list[object]:
        """Everything that is in the inbox."""
        return [self.seat.inbox.get_nowait() for _ in range(len(self.seat.inbox))]

    async def stored(self) -> list[Message]:
        events = await self._other.log.read(EVENTS)
        return [message for event in events if isinstance(message := codec.decode(event.data), Message)]


def started(turn: int = 1, **fields: object) -> TurnStarted:
    return TurnStarted(turn=turn, start_sample=0, **fields)  # type: ignore[arg-type]


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
