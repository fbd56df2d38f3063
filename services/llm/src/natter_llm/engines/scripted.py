"""Replies that are known beforehand; for tests and benchmarks.

Without a script, reply ``k`` is a numbered list, so that a listener can tell from any piece of it
which reply it is, and how far it got. ``k`` is the number of the user's messages in the request:
asking again for the same turn gives the same words.

A script is a text file, replies separated by blank lines, used over again when they run out; the
``n``-th one answers the request that holds ``n`` messages of the user or calls of the agent. A line
``!tool NAME {"json": "arguments"}`` is a call, ``!fail WORDS`` a failure that may be retried, and
``!refuse WORDS`` one that may not.

Whatever the script says, an instruction is followed as a model would: a system message with ``Call the
function NAME with {"json": "arguments"}`` or ``Say exactly: "words"``, steps one after the other divided by
``then``.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Final

from natter_llm.engine import ChatMessage, Done, EngineInfo, Event, Request, Role, Text, ToolCall, Usage
from natter_runtime.clock import Clock
from natter_runtime.errors import EngineError, UsageError

ITEMS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_TOKEN: Final = re.compile(r"\s*\S+")


_CALL: Final = re.compile(r"[Cc]all the function (\w+) with (?=\{)")
_SAY: Final = re.compile(r'[Ss]ay exactly: "([^"]*)"')
_THEN: Final = re.compile(r"\b[Tt]hen\b")


@dataclass(frozen=True, slots=True)
class Failure:
    """The engine fails here."""

    message: str
    retryable: bool = False


Step = str | ToolCall | Failure
"""A piece of a reply: words, a call, or a failure."""


def numbered(reply: int) -> str:
    """Return the list that is reply ``reply`` without a script."""
    return " ".join(f"This is item {item} of reply {reply}." for item in ITEMS)


def parse(script: str) -> list[list[Step]]:
    """Return the replies of a script.

    Raises:
        UsageError: it holds none, or a ``!`` line that is not one of the three.
    """
    replies: list[list[Step]] = []
    numbers = itertools.count(1)
    for paragraph in re.split(r"\n\s*\n", script.strip()):
        steps: list[Step] = [_step(line.strip(), numbers) for line in paragraph.splitlines() if line.strip()]
        if steps:
            replies.append(steps)
    if not replies:
        raise UsageError("NATTER_LLM_SCRIPT: the file holds no reply")
    return replies


def _step(line: str, numbers: itertools.count[int]) -> Step:
    if not line.startswith("!"):
        return line
    verb, _, rest = line[1:].partition(" ")
    if verb == "tool":
        name, _, arguments = rest.strip().partition(" ")
        return ToolCall(f"scripted_{next(numbers)}", name, arguments.strip() or "{}")
    if verb in ("fail", "refuse"):
        return Failure(rest.strip() or "scripted", verb == "fail")
    raise UsageError(f"NATTER_LLM_SCRIPT: {line!r}: expected !tool, !fail or !refuse")


class Scripted:
    """See the module.

    Args:
        clock: what the delays are measured with.
        replies: None for the numbered lists.
        in_order: each request gets the next reply, whatever it holds.
        first_s: delay of the first token, in seconds.
        token_s: delay of each further one.
    """

    def __init__(
        self,
        clock: Clock,
        replies: Sequence[Sequence[Step]] | None = None,
        *,
        in_order: bool = False,
        first_s: float = 0.0,
        token_s: float = 0.0,
    ) -> None:
        self._clock = clock
        self._replies = replies
        self._first_s = first_s
        self._token_s = token_s
        self._served: itertools.count[int] | None = itertools.count() if in_order else None

    @property
    def info(self) -> EngineInfo:
        """Its name and the model behind it."""
        return EngineInfo("scripted", "scripted")

    async def warm_up(self) -> None:
        """Nothing is to be loaded."""

    async def close(self) -> None:
        """Nothing is held."""

    async def generate(self, request: Request) -> AsyncGenerator[Event, None]:
        """Answer ``request``, as the Protocol says."""
        steps = self._steps(request)
        delay, words, called = self._first_s, 0, False
        for number, step in enumerate(steps):
            for event in _events(step, spaced=number > 0):
                if delay:
                    await self._clock.sleep(delay)
                delay = self._token_s
                words += isinstance(event, Text)
                called = called or isinstance(event, ToolCall)
                yield event
        spoken = sum(len(message.content.split()) for message in request.messages)
        yield Done("tool_calls" if called else "stop", Usage(spoken, words))

    def _steps(self, request: Request) -> Sequence[Step]:
        told = instructed(request.messages)
        if told is not None:
            return told
        asked = sum(message.role is Role.USER for message in request.messages)
        if self._replies is None:
            return [numbered(asked)]
        acted = sum(bool(message.calls) for message in request.messages)
        number = max(0, asked + acted - 1) if self._served is None else next(self._served)
        return self._replies[number % len(self._replies)]


def instructed(messages: Sequence[ChatMessage]) -> list[Step] | None:
    """Return the step that an instruction in ``messages`` asks for now, or None if there is none (any longer)."""
    for index in range(len(messages) - 1, -1, -1):
        if messages[index].role is Role.SYSTEM and (steps := _instruction(messages[index].content)):
            users = [number for number, message in enumerate(messages) if message.role is Role.USER]
            since = max(index, users[-1] if users else 0)
            done = sum(message.role is Role.ASSISTANT for message in messages[since:])
            return steps[done] if done < len(steps) else None
    return None


def _instruction(text: str) -> list[list[Step]]:
    """Return the steps that ``text`` asks for: each some words, or some calls."""
    steps: list[list[Step]] = []
    for number, part in enumerate(_THEN.split(text)):
        step: list[Step] = [match[1] for match in _SAY.finditer(part)]
        for count, match in enumerate(_CALL.finditer(part)):
            arguments, _ = json.JSONDecoder().raw_decode(part, match.end())
            step.append(ToolCall(f"told_{number}_{count}", match[1], json.dumps(arguments)))
        if step:
            steps.append(step)
    return steps


def _events(step: Step, spaced: bool) -> list[Event]:
    if isinstance(step, Failure):
        raise EngineError(step.message, retryable=step.retryable)
    if isinstance(step, ToolCall):
        return [step]
    text = f" {step}" if spaced else step
    return [Text(token) for token in _TOKEN.findall(text)]
