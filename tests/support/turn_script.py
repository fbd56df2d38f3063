"""Scripted conversations for the turn machine: what happens, and what must be said.

A script's ``policy`` changes :data:`BASE`. Its ``steps`` have one key each:

``speech: 1.2``        the user speaks for 1.2 s
``silence: 0.4``       the user is silent for 0.4 s (audio goes on)
``clock: 2.0``         2 s pass without any audio
``partial: "text"``    the recogniser's text so far
``final: "text"``      its last word on all that was said (also ``{text, ends_sentence}``)
``sound: 0.9``         the answer to the outstanding question about the turn's sound
``audible: 3``         the client hears reply 3
``ended: 3``           reply 3 is over
``told: "text"``       what the present reply says
``tool: 3``            a tool of reply 3 ran
``unwanted: 3``        the client wants no more of reply 3
``wish: greeting``     somebody wants the agent to speak
``expect: [...]``      what was said since the last ``expect``, in order: types, or ``{type: {fields}}``
``state: paused``      where the machine stands

``voice: {level_db: -26, brightness_db: -12}``  how what is said sounds from here on; ``{}``: not measured
``echo: 0.9``          how far the agent's own voice explains what is heard from here on
``asks: "text"``       a reply with this text was heard to its end
``near_end: 3``        the last words of reply 3 are being heard
``policy: {...}``      the policy is changed to this
``language: es``       the caller's language is changed to this; a script may state one, too
``decided: [...]``     the decisions since the last ``decided``: steps, or ``{step: {fields}}``

Windows are 32 ms; ``turn.probability`` and ``turn.decided`` are not listed by ``expect``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from natter_protocol.base import Message
from natter_protocol.reply import Outcome
from natter_protocol.settings import TranscriptionMode, TurnPolicy
from natter_protocol.turn import Cause, TurnDecided, TurnProbability
from natter_turn.actions import Ask
from natter_turn.activity import WINDOW
from natter_turn.inputs import (
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
from natter_turn.language import language_for
from natter_turn.machine import Machine
from natter_turn.memory import Memory
from natter_turn.policy import resolve

WINDOW_S = WINDOW / 16_000
BASE = {"eager": False, "min_silence_ms": 200, "max_silence_ms": 1600}
"""The policy of a script that states none: what surely is over is over after 0.2 s, and nothing is begun before."""


@dataclass
class Conversation:
    """A machine with its clock, and what it has said."""

    machine: Machine
    now: float = 100.0
    position: int = 0
    said: list[Message] = field(default_factory=list)
    ask: Ask | None = None
    decided: list[TurnDecided] = field(default_factory=list)
    voice: dict[str, float] = field(default_factory=dict)
    echo: float = 0.0

    def feed(self, input: Input) -> None:
        """Give one input to the machine."""
        for action in self.machine.handle(input, self.now):
            if isinstance(action, Ask):
                self.ask = action
            elif isinstance(action, TurnDecided):
                self.decided.append(action)
            elif not isinstance(action, TurnProbability):
                self.said.append(action)

    def pass_time(self, seconds: float) -> None:
        """Let the clock go on, waking the machine when it wants to be."""
        until = self.now + seconds
        while True:
            deadline = self.machine.next_deadline()
            if deadline is None or deadline > until:
                break
            self.now = max(self.now, deadline)
            self.feed(Woken())
            if self.machine.next_deadline() == deadline:
                raise AssertionError(f"{self.machine.state} does not leave its deadline")
        self.now = until

    def audio(self, seconds: float, probability: float) -> None:
        """Let audio come for ``seconds``."""
        for _ in range(round(seconds / WINDOW_S)):
            self.pass_time(WINDOW_S)
            self.position += WINDOW
            self.feed(Window(self.position, probability, echo=self.echo, **self.voice))

    def step(self, key: str, value: Any) -> None:
        """Perform one step of a script."""
        memory = self.machine.memory
        match key:
            case "speech":
                self.audio(value, 0.95)
            case "silence":
                self.audio(value, 0.02)
            case "clock":
                self.pass_time(value)
            case "partial" | "final":
                self.feed(self.heard(value, final=key == "final"))
            case "sound":
                assert self.ask is not None, "nothing was asked"
                self.feed(Judged(self.ask.turn, self.ask.rev, self.ask.last_speech_sample, value))
            case "audible":
                self.feed(Audible(value))
            case "ended":
                self.feed(ReplyEnded(value, Outcome.COMPLETED))
            case "asks":
                assert memory.reply is not None, "no reply is on its way"
                self.feed(ReplyEnded(memory.reply.epoch, Outcome.COMPLETED, value))
            case "near_end":
                self.feed(ReplyNearEnd(value))
            case "voice":
                self.voice = value
            case "echo":
                self.echo = value
            case "policy":
                self.feed(Changed(resolve(TurnPolicy(**value), None), memory.language, memory.wanted))
            case "language":
                self.feed(Changed(memory.policy, language_for([value]), memory.wanted))
            case "decided":
                self.compare([(fact.step.value, fact) for fact in self.decided], value)
                self.decided = []
            case "told":
                assert memory.reply is not None, "no reply is on its way"
                self.feed(ReplyTold(memory.reply.epoch, value))
            case "tool":
                self.feed(ToolRan(value))
            case "unwanted":
                self.feed(Unwanted(value))
            case "wish":
                self.feed(Wanted(f"wish-{value}", Cause(value), ""))
            case "expect":
                self.expect(value)
            case "state":
                assert self.machine.state.value == value, f"is {self.machine.state.value}, not {value}"
            case _:
                raise AssertionError(f"unknown step {key!r}")

    def heard(self, value: Any, *, final: bool) -> Heard:
        """Return the recogniser's text of the open turn, covering all that was said so far."""
        turn = self.machine.memory.turn
        assert turn is not None, "no turn is open"
        about = {"text": value} if isinstance(value, str) else value
        end = self.machine.memory.activity.last_speech_sample
        return Heard(turn.turn, turn.rev, end_sample=end, final=final, **about)

    def expect(self, wanted: list[Any]) -> None:
        """Compare what was said since the last time."""
        said, self.said = self.said, []
        self.compare([(message.type_name(), message) for message in said], wanted)

    def compare(self, told: list[tuple[str, Message]], wanted: list[Any]) -> None:
        """Compare messages with what was wanted: names, or names with some of the fields."""
        names = [next(iter(item)) if isinstance(item, dict) else item for item in wanted]
        assert [name for name, _ in told] == names
        for (name, message), item in zip(told, wanted, strict=True):
            for field_name, value in (item[name] if isinstance(item, dict) else {}).items():
                actual = getattr(message, field_name)
                actual = list(actual) if isinstance(actual, tuple) else actual
                assert actual == value, f"{name}.{field_name} is {actual!r}, not {value!r}"


def load(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """Return the conversations of one file: (title, script)."""
    return list(yaml.safe_load(path.read_text(encoding="utf-8")).items())


def play(script: dict[str, Any]) -> Conversation:
    """Run one conversation; raises AssertionError where it is not as scripted."""
    stated = TurnPolicy(**BASE | script.get("policy", {}))
    mode = TranscriptionMode(script["mode"]) if "mode" in script else None
    language = language_for([script["language"]] if "language" in script else [])
    conversation = Conversation(Machine(Memory(resolve(stated, mode), language)))
    for number, step in enumerate(script["steps"], 1):
        ((key, value),) = step.items()
        try:
            conversation.step(key, value)
        except AssertionError as error:
            raise AssertionError(f"step {number} ({key}: {value}): {error}") from error
    return conversation
