"""Engines that do what a test wants."""

from __future__ import annotations

import threading
from collections.abc import Callable

from natter_runtime.errors import EngineError
from natter_stt.engine import EngineInfo, Hypothesis, Passage, StreamOptions
from natter_stt.engines.scripted import Line, Script, Scripted


def told(*lines: tuple[int, str]) -> Scripted:
    """Return an engine that hears each text from its millisecond on."""
    return Scripted(Script(tuple(Line(at_ms, text) for at_ms, text in lines)))


GREETING = told((1000, "Hello there my friend."))


class Watched:
    """Passes everything on to another engine; notes what it is asked, and fails or waits on request."""

    def __init__(self, engine: Scripted, info: EngineInfo | None = None) -> None:
        self.info = info or engine.info
        self.asked: list[tuple[int, int, str]] = []
        """First sample, end and draft of every decode."""
        self.careful: list[bool] = []
        """Whether each decode was allowed to take its time."""
        self.over_agent: list[bool] = []
        """Whether each decode was of all that was said over the agent."""
        self.opened: list[StreamOptions] = []
        self.failing = False
        self.gate: threading.Event | None = None
        """Every decode waits for it, if there is one."""
        self._engine = engine

    def warm_up(self) -> None:
        self._engine.warm_up()

    def open(self, options: StreamOptions) -> Watched:
        self.opened.append(options)
        return self

    def decode(self, passage: Passage, draft: Hypothesis | None = None, *, careful: bool = False) -> Hypothesis:
        self.asked.append((passage.first_sample, passage.end_sample, draft.text if draft else ""))
        self.careful.append(careful)
        self.over_agent.append(passage.over_agent)
        if self.gate is not None:
            assert self.gate.wait(5), "the test never opened the gate"
        if self.failing:
            raise EngineError("no", retryable=True)
        return self._engine.decode(passage, draft, careful=careful)


class Broken(Watched):
    """Raises what a library would raise."""

    def __init__(self, engine: Scripted, error: Callable[[], Exception]) -> None:
        super().__init__(engine)
        self._error = error

    def decode(self, passage: Passage, draft: Hypothesis | None = None, *, careful: bool = False) -> Hypothesis:
        raise self._error()
