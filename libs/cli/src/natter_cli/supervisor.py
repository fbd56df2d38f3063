"""Processes that are kept running: output prefixed, failures named, restarted with a back-off."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from natter_cli.backoff import MOST, WINDOW_S, Backoff
from natter_runtime.clock import Clock

_LINE_LIMIT: Final = 1 << 20
_WRONG_SETTING: Final = 2
"""How a service exits that cannot start with the settings it has (:func:`natter_runtime.app.main`)."""

Say = Callable[[str, str], None]
"""Takes the name of a part and one line of its output."""


def every_line(line: str) -> bool:
    """Show all; the default of :attr:`Part.shown`."""
    return True


class Hopeless(Exception):
    """It has ended, and would end the same way again. The message says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the stack.

    Attributes:
        grace_s: how long it may take to end after SIGTERM.
        shown: whether a line of its output is worth showing.
    """

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    grace_s: float = 8.0
    shown: Callable[[str], bool] = every_line


async def keep_running(
    name: str,
    once: Callable[[], Awaitable[str]],
    stopping: asyncio.Event,
    clock: Clock,
    news: Callable[[str], None],
    gave_up: Callable[[str], None],
) -> None:
    """Run ``once`` again whenever it ends, with a back-off, until ``stopping`` is set.

    Args:
        name: for the messages.
        once: runs the thing and returns how it ended; raises :class:`Hopeless` if that is for good.
        news: told of every failure.
        gave_up: told when it has failed too often, or for good.
    """
    backoff = Backoff()
    while not stopping.is_set():
        try:
            reason = await once()
        except Hopeless as error:
            gave_up(f"{name} cannot start: {error}")
            return
        if stopping.is_set():
            return
        delay = backoff.failed(clock.monotonic())
        if delay is None:
            gave_up(f"{name} failed {MOST} times within {WINDOW_S:.0f} s (last: {reason})")
            return
        news(f"{name} is gone ({reason}); starting it again in {delay:g} s")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(delay):
                await stopping.wait()


class Keeper:
    """Keeps one part running until it is stopped, or has failed too often.

    Args:
        part: what to run.
        say: where its output and the news about it go.
        clock: for the back-off.
        gave_up: called with a message when it has failed too often.
    """

    def __init__(self, part: Part, say: Say, clock: Clock, gave_up: Callable[[str], None]) -> None:
        self.part = part
        self._say = say
        self._clock = clock
        self._gave_up = gave_up
        self._stopping = asyncio.Event()
        self._process: Process | None = None
        self._last_line = ""

    @property
    def pid(self) -> int | None:
        """The process that runs now, if one does."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def run(self) -> None:
        """Run it, again and again if it must be; never raises because of the process."""
        await keep_running(
            self.part.name,
            self._once,
            self._stopping,
            self._clock,
            lambda news: self._say("natter", news),
            self._gave_up,
        )

    async def stop(self) -> None:
        """Ask it to end, and end it if it does not within its grace."""
        self._stopping.set()
        process = self._process
        if process is None or process.returncode is not None:
            return
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(self.part.grace_s):
                await process.wait()
        except TimeoutError:
            self._say("natter", f"{self.part.name} does not end after {self.part.grace_s:g} s; killing it")
            self.kill()
            await process.wait()

    def kill(self) -> None:
        """End it at once."""
        self._stopping.set()
        self._signal(signal.SIGKILL)

    async def _once(self) -> str:
        """Run the process once; return how it ended.

        Raises:
            Hopeless: its settings are wrong.
        """
        try:
            process = self._process = await asyncio.create_subprocess_exec(
                *self.part.command,
                env=dict(self.part.env),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=PIPE,
                stderr=STDOUT,
                limit=_LINE_LIMIT,
                start_new_session=True,  # Ctrl-C is for the supervisor: it stops the parts in order
            )
        except OSError as error:
            return f"{self.part.command[0]}: {error.strerror or error}"
        try:
            if self._stopping.is_set():
                self._signal(signal.SIGTERM)
            await self._pump(process)
            code = await process.wait()
            if code == _WRONG_SETTING:
                raise Hopeless(self._last_line or "a setting is wrong")
            return f"signal {-code}" if code < 0 else f"exit code {code}"
        finally:
            if process.returncode is None:
                self._signal(signal.SIGKILL)

    async def _pump(self, process: Process) -> None:
        """Pass on the output, line by line, until it ends."""
        assert process.stdout is not None
        while True:
            try:
                raw = await process.stdout.readline()
            except ValueError:  # longer than the limit: the buffer was thrown away
                continue
            if not raw:
                return
            line = raw.decode("utf-8", "replace").rstrip()
            self._last_line = line or self._last_line
            if line and self.part.shown(line):
                self._say(self.part.name, line)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)
