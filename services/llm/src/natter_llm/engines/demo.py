"""The embedded default: answers without a language model, without a key and without a network.

It looks answers up in a Markdown file, remembers what was said in the call, repeats names and numbers
back, and calls tools whose arguments it can read from what was said. The same conversation always gets
the same answer. What it does is in :mod:`natter_llm.demo`; here it becomes a stream.
"""

from __future__ import annotations

import asyncio
import datetime
import re
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final, Self

from natter_llm.demo.answer import Responder
from natter_llm.demo.knowledge import SHIPPED, Knowledge, load
from natter_llm.engine import ChatMessage, Done, EngineInfo, Event, Request, Role, Text
from natter_runtime.clock import Clock

_TOKEN: Final = re.compile(r"\s*\S+")


class Demo:
    """See the module.

    Args:
        knowledge: what it knows.
        clock: its wall clock says what day "tomorrow" is.
    """

    def __init__(self, knowledge: Knowledge, clock: Clock) -> None:
        self._responder = Responder(knowledge)
        self._clock = clock
        self._subject = knowledge.subject

    @classmethod
    def load(cls, path: Path | None, clock: Clock) -> Self:
        """Return a demo that answers from the file at ``path``, or from the one that is shipped.

        Raises:
            UsageError: the file cannot be used.
        """
        return cls(load(path or SHIPPED), clock)

    @property
    def info(self) -> EngineInfo:
        """Its name and the model behind it."""
        return EngineInfo("demo", f"retrieval: {self._subject}")

    async def warm_up(self) -> None:
        """Answer once, so that the patterns are compiled and the stems are known."""
        request = Request((ChatMessage(Role.USER, f"What is {self._subject}?"),))
        async for _ in self.generate(request):
            pass

    async def close(self) -> None:
        """Nothing is held."""

    async def generate(self, request: Request) -> AsyncGenerator[Event, None]:
        """Answer ``request``, as the Protocol says."""
        today = datetime.date.fromtimestamp(self._clock.wall())
        answer = self._responder.answer(request, today)
        for word in _TOKEN.findall(answer.text):
            yield Text(word)
            await asyncio.sleep(0)
        if answer.call is not None:
            yield answer.call
        yield Done("stop" if answer.call is None else "tool_calls")
