"""Processes are kept running, and stopped when that is wanted."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable

import pytest

from natter_cli.supervisor import Keeper, Part
from natter_runtime.clock import ManualClock


class Listener:
    """Collects lines, and wakes who waits for one."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self._came = asyncio.Event()

    def __call__(self, name: str, line: str) -> None:
        self.lines.append((name, line))
        self._came.set()

    async def wait_for(self, text: str, times: int = 1) -> None:
        async with asyncio.timeout(10):
            while sum(text in line for _, line in self.lines) < times:
                self._came.clear()
                await self._came.wait()


def script(code: str, grace_s: float = 5.0, shown: Callable[[str], bool] = lambda line: True) -> Part:
    env = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"}
    return Part("part", (sys.executable, "-S", "-c", code), env, grace_s, shown)


async def kept(
    part: Part, meanwhile: Callable[[Keeper, Listener], Awaitable[None]], clock: ManualClock | None = None
) -> tuple[Listener, list[str]]:
    """Keep ``part`` running while ``meanwhile`` runs; return what was said and why it was given up."""
    listener, problems = Listener(), []
    keeper = Keeper(part, listener, clock or ManualClock(), problems.append)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(keeper.run())
        await meanwhile(keeper, listener)
        await keeper.stop()
        async with asyncio.timeout(5):
            await running
    assert keeper.pid is None
    return listener, problems


WAIT = "import signal; print('up'); signal.pause()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up')\nwhile True: signal.pause()"


async def test_output_is_passed_on_line_by_line() -> None:
    code = "import sys; print('one'); print('two', file=sys.stderr); print('hidden'); import signal; signal.pause()"

    async def meanwhile(keeper: Keeper, listener: Listener) -> None:
        await listener.wait_for("two")
        assert keeper.pid is not None

    listener, problems = await kept(script(code, shown=lambda line: line != "hidden"), meanwhile)
    assert listener.lines == [("part", "one"), ("part", "two")]
    assert problems == []


async def test_a_line_without_end_does_not_stop_it() -> None:
    code = "print('x' * 3_000_000); print('after'); import signal; signal.pause()"

    async def meanwhile(keeper: Keeper, listener: Listener) -> None:
        await listener.wait_for("after")

    await kept(script(code), meanwhile)


async def test_one_that_does_not_end_is_killed() -> None:
    async def meanwhile(keeper: Keeper, listener: Listener) -> None:
        await listener.wait_for("up")

    listener, _ = await kept(script(STUBBORN, grace_s=0.1), meanwhile)
    assert listener.lines[-1] == ("natter", "part does not end after 0.1 s; killing it")


async def test_a_failure_is_named_and_it_is_started_again() -> None:
    code = "import os, signal; print('up'); os.kill(os.getpid(), signal.SIGKILL)"
    clock = ManualClock()
    part = script(code)

    async def meanwhile(keeper: Keeper, listener: Listener) -> None:
        await listener.wait_for("starting it again in 1 s")
        await listener.wait_for("starting it again in 2 s")

    listener, problems = await kept(part, meanwhile, clock)
    assert ("natter", "part is gone (signal 9); starting it again in 1 s") in listener.lines
    assert problems == []


async def test_given_up_after_five_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    listener, problems = Listener(), []
    keeper = Keeper(script("import sys; sys.exit(7)"), listener, ManualClock(), problems.append)
    timeout = asyncio.timeout
    monkeypatch.setattr(asyncio, "timeout", lambda delay: timeout(0))  # no wait between two starts
    await keeper.run()
    assert problems == ["part failed 5 times within 60 s (last: exit code 7)"]
    assert len([line for name, line in listener.lines if name == "natter"]) == 4


@pytest.mark.parametrize(
    ("before", "told"), [("print('NATTER_X: expected y');", "NATTER_X: expected y"), ("", "a setting is wrong")]
)
async def test_with_a_wrong_setting_it_is_not_started_again(before: str, told: str) -> None:
    listener, problems = Listener(), []
    keeper = Keeper(script(f"import sys; {before} sys.exit(2)"), listener, ManualClock(), problems.append)
    async with asyncio.timeout(10):
        await keeper.run()
    assert problems == [f"part cannot start: {told}"]
    assert not any("starting it again" in line for _, line in listener.lines)


async def test_what_cannot_be_started_is_told() -> None:
    async def meanwhile(keeper: Keeper, listener: Listener) -> None:
        await listener.wait_for("No such file")

    listener, _ = await kept(Part("part", ("/nothing/here",), {}), meanwhile)
    assert "/nothing/here: No such file or directory" in listener.lines[0][1]


async def test_stopped_while_it_waits_for_the_next_start() -> None:
    async def meanwhile(keeper: Keeper, listener: Listener) -> None:
        await listener.wait_for("starting it again")

    listener, _ = await kept(script("raise SystemExit(1)"), meanwhile)
    assert len(listener.lines) == 1


async def test_it_dies_with_a_cancelled_keeper() -> None:
    listener = Listener()
    keeper = Keeper(script(WAIT), listener, ManualClock(), lambda problem: None)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(keeper.run())
        await listener.wait_for("up")
        process = keeper._process
        running.cancel()
    assert process is not None
    async with asyncio.timeout(5):
        assert await process.wait() == -9
