"""One call: speaks an item into the microphone, plays what comes back, and writes down what happened."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from benchmarks.bench.lines import Began, Drop, Event, Line, LineError, Over, Sound, Spoken, Told
from benchmarks.bench.microphone import STEP, Microphone, Placed
from benchmarks.bench.model import Script
from benchmarks.bench.player import RATE, UNKNOWN, Player
from benchmarks.bench.record import Cued, Happened, Record, Reply, Stretch
from benchmarks.bench.replies import number_of
from benchmarks.bench.scenario import Cue, Moment, Scenario
from benchmarks.bench.stats import quantile

STEP_S: Final = 0.02
GIVE_UP_S: Final = 8.0
"""An opening that is not answered so long after its end leaves nothing to judge."""
AFTER_ALL_S: Final = 1.2
"""A reply beyond those expected is listened to for so long."""
LIMIT_S: Final = 60.0
NOT_ANSWERED: Final = "the opening was not answered"
CUT_OFF: Final = "the opening was cut off"


class Call:
    """Runs one item over one line.

    Args:
        script: what the scripted model answers and was asked.
        record: where everything is written.
    """

    def __init__(self, item: Scenario, line: Line, script: Script, record: Record) -> None:
        self._item = item
        self._line = line
        self._script = script
        self._record = record
        self._player = Player()
        self._microphone = Microphone(item.echo, line.rate)
        self._waiting: list[Cue] = list(item.cues)
        self._placed: list[Placed] = []
        self._replies: dict[str, Reply] = {}
        self._start = 0.0
        self._late: list[float] = []

    async def run(self) -> None:
        """Make the call; what goes wrong with the line is noted, not raised."""
        self._start = time.monotonic()
        listening = asyncio.create_task(self._listen(), name="listen")
        try:
            await self._speak(listening)
        except LineError as error:
            self._record.errors.append(str(error))
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            self._write()

    # -- hearing --------------------------------------------------------------------------------

    async def _listen(self) -> None:
        async for event in self._line.events():
            self._hear(event, time.monotonic() - self._start)

    def _hear(self, event: Event, now: float) -> None:
        note = self._record.events.append
        match event:
            case Sound():
                self._player.push(event.reply, event.pcm, event.first)
            case Spoken():
                self._reply(event.reply).words.extend(event.words)
            case Began():
                self._reply(event.reply).began_s = round(now, 4)
                note(Happened(round(now, 4), "began", event.reply))
            case Over():
                reply = self._reply(event.reply)
                reply.status = "completed" if event.completed else "interrupted"
                reply.done_s, reply.text = round(now, 4), event.text
                note(Happened(round(now, 4), reply.status, event.reply))
            case Drop():
                self._player.drop()
                note(Happened(round(now, 4), "drop"))
            case Told():
                note(Happened(round(now, 4), event.what, event.detail))

    def _reply(self, name: str) -> Reply:
        return self._replies.setdefault(name, Reply(name))

    # -- speaking -------------------------------------------------------------------------------

    async def _speak(self, listening: asyncio.Task[None]) -> None:
        """Let the call's clock run, frame by frame, until the item has shown what it had to."""
        tick = 0
        self._place()
        while not self._over():
            played = self._player.play(STEP)
            tick += 1
            due = self._start + tick * STEP_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self._late.append(max(0.0, time.monotonic() - due) * 1000)
            await self._line.send(self._microphone.frame(played))
            self._place()
            if listening.done():
                error = listening.exception()
                raise error if isinstance(error, LineError) else LineError(f"the line is dead: {error}")

    def _place(self) -> None:
        """Give their place to the cues whose moment is known."""
        for cue in list(self._waiting):
            at = self._moment(cue)
            if at is not None:
                self._waiting.remove(cue)
                self._placed.append(self._microphone.place(cue, at + round(cue.when.after_s * RATE)))

    def _moment(self, cue: Cue) -> int | None:
        if cue.when.moment is Moment.START:
            return 0
        audible = self._player.audible
        if len(audible) < cue.when.reply:
            return None
        name = audible[cue.when.reply - 1]
        track = self._player.tracks[name]
        if cue.when.moment is Moment.AUDIBLE:
            return track.first_audible
        return track.last_audible if self._ended(name) else None

    def _ended(self, name: str) -> bool:
        """Whether a reply has been played as far as it will be."""
        return bool(self._reply(name).status) and not self._player.waiting(name)

    # -- the end --------------------------------------------------------------------------------

    def _over(self) -> bool:
        if self._player.position >= LIMIT_S * RATE:
            self._record.errors.append(f"not over after {LIMIT_S:g} s")
            return True
        opening = next((placed for placed in self._placed if placed.cue.role == "opening"), None)
        heard = [self._player.tracks[name].audible[0][0] for name in self._player.audible]
        if opening is not None and heard and min(heard) < opening.end:
            self._record.outcome = CUT_OFF
            return True
        ends = [placed.end for placed in self._placed if placed.cue.role != "bed"]
        quiet = self._player.position - max(ends, default=0)
        if self._waiting:
            if not heard and quiet > GIVE_UP_S * RATE:
                self._record.outcome = NOT_ANSWERED
                return True
            return False
        return quiet >= 0 and ((quiet > self._item.finish.window_s * RATE and not self._talking()) or self._shown())

    def _talking(self) -> bool:
        """Whether something is being played."""
        return any(self._player.waiting(name) for name in self._player.tracks if name != UNKNOWN)

    def _shown(self) -> bool:
        """Whether the replies that were to come have been heard."""
        finish, now = self._item.finish, self._player.position
        audible = self._player.audible
        if len(audible) > finish.replies:
            begun = self._player.tracks[audible[finish.replies]].audible[0][0]
            return now - begun >= AFTER_ALL_S * RATE
        if len(audible) < finish.replies:
            return False
        name = audible[finish.replies - 1]
        track = self._player.tracks[name]
        if finish.hold_s is not None:
            return now - track.audible[0][0] >= finish.hold_s * RATE
        done = self._reply(name).status == "completed" and self._ended(name)
        return done and now - track.audible[-1][1] >= finish.after_s * RATE

    # -- writing --------------------------------------------------------------------------------

    def _write(self) -> None:
        record = self._record
        record.seconds = round(self._player.position / RATE, 2)
        record.late_ms = (round(max(self._late, default=0.0), 1), round(quantile(self._late, 0.99), 1))
        record.cues = [_cued(placed) for placed in self._placed]
        record.asked = self._script.asked
        for asked in record.asked:
            asked.at_s = round(asked.at_s - self._start, 4)
        for name, track in self._player.tracks.items():
            if name == UNKNOWN:
                continue
            reply = self._reply(name)
            reply.played = [
                Stretch(_s(piece.at), _s(piece.at + piece.samples), round(piece.first * 1000 / RATE, 2))
                for piece in track.pieces
            ]
            reply.audible = [(_s(begin), _s(end)) for begin, end in track.audible]
            reply.received_ms = round(track.received * 1000 / RATE, 1)
            reply.late_ms = round(track.late * 1000 / RATE, 1)
        for reply in self._replies.values():
            reply.number = number_of(" ".join(word.text for word in reply.words))
        record.replies = list(self._replies.values())
        if self._waiting and not record.outcome and not record.errors:
            record.outcome = NOT_ANSWERED


def _cued(placed: Placed) -> Cued:
    ratio = RATE / 16_000
    hole = placed.cue.hole
    return Cued(
        placed.cue.role,
        placed.cue.text,
        _s(placed.first),
        _s(placed.end),
        (_s(placed.first + hole[0] * ratio), _s(placed.first + hole[1] * ratio)) if hole else None,
    )


def _s(samples: float) -> float:
    return round(samples / RATE, 4)
