"""The turn machine: what happens comes in with the time, what is to be done comes out. Pure.

Use: ``actions = machine.handle(input, now)``; then be back with a :class:`~natter_turn.inputs.Woken`
when :meth:`Machine.next_deadline` says so. ``now`` is monotonic seconds; silence is measured in
samples of the input, never by the clock. The states and their transitions are in
:mod:`natter_turn.table`; this file only turns inputs into happenings.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from natter_turn import activity
from natter_turn.actions import Action
from natter_turn.activity import Edge
from natter_turn.asked import asked
from natter_turn.inputs import (
    AboutReply,
    Audible,
    Changed,
    Heard,
    Input,
    Judged,
    ReplyEnded,
    ReplyNearEnd,
    ReplyTold,
    ToolRan,
    Unwanted,
    Wanted,
    Window,
    Woken,
)
from natter_turn.memory import Memory
from natter_turn.table import TABLE, Happening, State

NO_AUDIO_S: Final = 2.0
"""The gateway fills silence in after 0.3 s; if not even that comes, the turn ends by the clock."""
ANSWER_S: Final = 30.0
"""A reply of which nothing is heard for so long is given up."""
REPLY_S: Final = 600.0
"""The longest reply."""
OVERLAP_S: Final = 4.0
"""The longest overlap, by the clock."""
MAX_WISHES: Final = 16


class Machine:
    """One session's turns."""

    def __init__(self, memory: Memory, state: State = State.LISTENING) -> None:
        self.memory = memory
        self.state = state
        self._since: float | None = None
        self._window_at: float | None = None

    def handle(self, input: Input, now: float) -> list[Action]:
        """Take one input; return what is to be done, in order."""
        if self._since is None:
            self._since = now
        actions: list[Action] = []
        for happening in self._happenings(input, now):
            actions += self._happen(happening, now)
        if self.state is State.LISTENING and self.memory.wishes:
            actions += self._happen(Happening.WISH, now)
        return actions

    def next_deadline(self) -> float | None:
        """Return when to come back with a :class:`Woken`, or None."""
        memory = self.memory
        since = self._since or 0.0
        match self.state:
            case State.SPEAKING | State.PAUSED:
                return (self._window_at or since) + NO_AUDIO_S
            case State.CLOSING:
                return memory.closing_until
            case State.ANSWERING:
                return since + ANSWER_S
            case State.REPLYING:
                return since + REPLY_S
            case State.DOUBT | State.OVERLAP:
                return since + OVERLAP_S
            case _:
                return None

    def _happen(self, happening: Happening, now: float) -> list[Action]:
        for row in TABLE.get((self.state, happening), ()):
            if row.guard is None or row.guard(self.memory, now):
                actions = row.move(self.memory, now)
                if row.to is not self.state:
                    self.state, self._since = row.to, now
                return actions
        return []

    def _happenings(self, input: Input, now: float) -> Iterator[Happening]:
        """Note what the input says, and yield what it makes happen."""
        memory = self.memory
        match input:
            case Window():
                self._window_at = now
                edge = self._hear(input)
                if edge is not None:
                    yield Happening.SPEECH if edge is Edge.STARTED else Happening.SILENCE
                yield Happening.TIME
            case Heard() if memory.turn is not None:
                memory.turn.hear(input)
                yield Happening.TIME
            case Judged() if memory.turn is not None and input.turn == memory.turn.turn:
                memory.turn.sound = input.probability
                memory.turn.sound_sample = input.last_speech_sample
                yield Happening.TIME
            case Audible() | ReplyEnded() | ReplyTold() | ReplyNearEnd() | ToolRan() | Unwanted():
                yield from self._about_reply(input)
            case Wanted() if len(memory.wishes) < MAX_WISHES:
                memory.wishes.append(input)
            case Changed():
                memory.policy, memory.language, memory.wanted = input.policy, input.language, input.wanted
                yield Happening.TIME
            case Woken():
                deadline = self.next_deadline()
                if deadline is not None and now >= deadline:
                    yield Happening.DEADLINE

    def _about_reply(self, input: AboutReply) -> Iterator[Happening]:
        reply = self.memory.reply
        if reply is None or reply.epoch != input.epoch:
            return
        match input:
            case Audible() if not reply.audible:
                yield Happening.AUDIBLE
            case ReplyEnded():
                self.memory.asked = asked(input.text, self.memory.wanted, self.memory.language)
                yield Happening.ENDED
            case ReplyNearEnd():
                reply.near_end = True
            case Unwanted():
                yield Happening.UNWANTED
            case ReplyTold():
                reply.text = input.text
            case ToolRan():
                reply.tool_ran = True

    def _hear(self, window: Window) -> Edge | None:
        memory = self.memory
        memory.position, memory.echoes = window.end_sample, window.echoes
        over = self.state in (State.REPLYING, State.OVERLAP)
        wary = over and window.end_sample < memory.wary_until
        onset = activity.WARY_WINDOWS if wary else activity.ONSET_WINDOWS
        edge = memory.activity.update(window, memory.policy.vad_threshold, onset)
        if edge is Edge.STOPPED and memory.turn is not None:
            memory.turn.timbre = memory.turn.timbre.joined(memory.activity.heard)
            memory.turn.dynamics = memory.turn.dynamics.joined(memory.activity.moved)
        return edge
