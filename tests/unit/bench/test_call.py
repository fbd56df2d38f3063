"""A call over a line that does what the test says: cues at their moments, the end at the right one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import numpy as np
import pytest

from benchmarks.bench import call
from benchmarks.bench.call import Call
from benchmarks.bench.lines import Began, Drop, Event, LineError, Over, Sound, Spoken, Told
from benchmarks.bench.model import Script
from benchmarks.bench.player import RATE
from benchmarks.bench.record import Record, Word
from benchmarks.bench.scenario import Cue, Finish, Kind, Moment, Scenario, When

TONE = np.full(1600, 0.25, np.float32)  # 0.1 s
LOUD = np.full(RATE // 5, 3000, "<i2").tobytes()  # 0.2 s


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a second take a tenth of one: nothing here depends on the wall."""
    monkeypatch.setattr(call, "STEP_S", 0.002)


class FakeLine:
    """Plays ``replies``: after so many frames with sound have come, these events."""

    rate = RATE

    def __init__(self, *replies: tuple[int, list[Event]], dies: bool = False) -> None:
        self._replies = list(replies)
        self._events: asyncio.Queue[Event | None] = asyncio.Queue(100)
        self._dies = dies
        self.loud = 0
        self.frames = 0

    async def send(self, pcm: bytes) -> None:
        self.frames += 1
        self.loud += bool(np.frombuffer(pcm, "<i2").any())
        while self._replies and self.loud >= self._replies[0][0]:
            for event in self._replies.pop(0)[1]:
                await self._events.put(event)
            if self._dies:
                await self._events.put(None)

    async def events(self) -> AsyncIterator[Event]:
        while (event := await self._events.get()) is not None:
            yield event
        raise LineError("it hung up")


def saying(name: str, text: str, completed: bool = True) -> list[Event]:
    words = tuple(Word(f" {word}", 50.0 * i, 50.0 * (i + 1)) for i, word in enumerate(text.split()))
    return [Began(name), Sound(name, LOUD), Spoken(name, words), Over(name, completed)]


def item(*cues: Cue, finish: Finish, kind: Kind = Kind.TURN) -> Scenario:
    return Scenario("turn-t-000", kind, "v", "tuned", True, "s", cues, ("short",), finish)


async def run(scenario: Scenario, line: FakeLine) -> Record:
    record = Record("s", "p", scenario.id, "", scenario.kind.value, "v", "tuned", True, 0.0)
    await Call(scenario, line, Script(("short",)), record).run()
    return record


SAY: Callable[..., Cue] = lambda role="speech", when=When(after_s=0.1): Cue(role, TONE, when, "hello")  # noqa: E731, B008


async def test_a_turn_is_spoken_answered_and_written_down() -> None:
    line = FakeLine((5, [Told("transcript", "hello"), *saying("r1", "Reply one. Yes")]))
    record = await run(item(SAY(), finish=Finish(replies=1, window_s=3.0, after_s=0.1)), line)
    assert record.errors == []
    assert [(cue.role, cue.start_s, cue.end_s) for cue in record.cues] == [
        ("speech", 0.1, pytest.approx(0.2, abs=0.01))
    ]
    (reply,) = record.replies
    assert (reply.number, reply.status) == (1, "completed")
    assert reply.audible[0][1] - reply.audible[0][0] == pytest.approx(0.2)
    assert sum(piece.end_s - piece.start_s for piece in reply.played) == pytest.approx(0.2)
    assert [event.what for event in record.events] == ["transcript", "began", "completed"]
    assert record.seconds < 1.5


async def test_a_call_that_nobody_answers_ends_after_its_window() -> None:
    record = await run(item(SAY(), finish=Finish(replies=1, window_s=1.0)), FakeLine())
    assert record.seconds == pytest.approx(1.2, abs=0.1)
    assert record.replies == []


async def test_a_cue_waits_for_the_reply_to_be_audible() -> None:
    later = SAY("speech", When(Moment.AUDIBLE, 1, 0.06))
    line = FakeLine((5, saying("r1", "Reply one.")))
    record = await run(item(SAY("opening"), later, finish=Finish(replies=2, window_s=0.5)), line)
    heard = record.replies[0].audible[0][0]
    assert record.cues[1].start_s == pytest.approx(heard + 0.06, abs=1e-3)


async def test_a_cue_waits_for_the_reply_to_end() -> None:
    later = SAY("speech", When(Moment.ENDED, 1, 0.3))
    line = FakeLine((5, saying("r1", "Reply one.")))
    record = await run(item(SAY("opening"), later, finish=Finish(replies=2, window_s=0.5)), line)
    assert record.cues[1].start_s == pytest.approx(record.replies[0].audible[-1][1] + 0.3, abs=1e-3)


async def test_without_an_answer_to_the_opening_there_is_nothing_to_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call, "GIVE_UP_S", 0.5)
    later = SAY("speech", When(Moment.AUDIBLE, 1, 0.0))
    record = await run(item(SAY("opening"), later, finish=Finish(replies=2, window_s=0.5)), FakeLine())
    assert record.outcome == call.NOT_ANSWERED


async def test_an_opening_that_is_cut_off_leaves_nothing_to_judge() -> None:
    later = SAY("speech", When(Moment.AUDIBLE, 1, 0.0))
    line = FakeLine((1, saying("r1", "Reply one.")))
    record = await run(item(SAY("opening"), later, finish=Finish(replies=2, window_s=0.5)), line)
    assert record.outcome == call.CUT_OFF


async def test_what_waits_is_dropped_and_late_sound_counted() -> None:
    events = [Began("r1"), Sound("r1", LOUD), Drop(), Over("r1", False, "Reply"), Sound("r1", LOUD)]
    record = await run(item(SAY(), finish=Finish(replies=1, window_s=0.6)), FakeLine((5, list(events))))
    (reply,) = record.replies
    assert (reply.status, reply.text, reply.received_ms, reply.late_ms) == ("interrupted", "Reply", 400.0, 200.0)


async def test_a_reply_too_many_is_listened_to_for_a_while() -> None:
    line = FakeLine((5, saying("r1", "Reply one.") + saying("r2", "Reply two.")))
    finish = Finish(replies=1, window_s=9.0, after_s=8.0)
    record = await run(item(SAY(), finish=finish), line)
    assert [reply.number for reply in record.replies] == [1, 2]
    assert record.seconds < 3.0


async def test_a_line_that_dies_is_an_error() -> None:
    record = await run(item(SAY(), finish=Finish(replies=1, window_s=5.0)), FakeLine((5, []), dies=True))
    assert record.errors == ["it hung up"]
