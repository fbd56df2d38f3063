"""What each service takes: memory when it waits and when it serves, CPU and event log for each minute of a call.

::

    python -m benchmarks.footprint [CALLS]

A stack of `natter up`, and CALLS callers at once (1) who ask a question every eight seconds or so. Memory is what is
resident and not shared with others (``/proc/PID/smaps_rollup``); CPU is what the process has used meanwhile.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from natter_runtime import bus_nats
from natter_runtime.bus_nats import StreamLimits
from tests.support import e2e_stack
from tests.support.e2e_caller import call
from tests.support.e2e_conversation import SESSION, ask

SERVICES = ("gateway", "turn", "stt", "llm", "tts", "nats-server")
TURNS = 5


def pids() -> dict[str, int]:
    """Return the processes of the stack that this one started, by service."""
    found, mine = {}, {os.getpid()}
    for path in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            command = (path / "cmdline").read_text().split("\0")
        except OSError:
            continue
        if parent in mine:
            mine.add(int(path.name))
            for service in SERVICES:
                if f"natter_{service}" in command or command[0].endswith(service):
                    found[service] = int(path.name)
    return found


def memory_mb(pid: int) -> float:
    """Return what is resident of a process and its own, in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines[1:])
    return sum(int(fields[name].split()[0]) for name in ("Private_Clean", "Private_Dirty")) / 1024


def cpu_s(pid: int) -> float:
    """Return the CPU time that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def callers(url: str, count: int) -> None:
    """Let so many people call at once."""

    async def one(number: int) -> None:
        await asyncio.sleep(1.7 * number)
        async with call(url, SESSION) as caller:
            for _ in range(TURNS):
                await ask(caller)

    async with asyncio.TaskGroup() as group:
        for number in range(count):
            group.create_task(one(number))


async def log_kb(url: str) -> float:
    """Return how much the event log holds, in kB."""
    bus = await bus_nats.connect(url, name="footprint")
    try:
        return await bus.log.fullness() * StreamLimits().max_bytes / 1000
    finally:
        await bus.close()


def main() -> None:
    """Measure, and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    with tempfile.TemporaryDirectory() as folder, e2e_stack.stack(Path(folder)) as url:
        (nats,) = Path(folder).rglob("nats-*/url")
        running: Mapping[str, int] = pids()
        waiting = {service: memory_mb(pid) for service, pid in running.items()}
        before, began = {service: cpu_s(pid) for service, pid in running.items()}, time.monotonic()
        asyncio.run(callers(url, count))
        minutes = (time.monotonic() - began) / 60
        kept = asyncio.run(log_kb(nats.read_text()))
        print(f"{count} calls at once for {60 * minutes:.0f} s:")
        for service in SERVICES:
            used = cpu_s(running[service]) - before[service]
            print(
                f"  {service:<12} {waiting[service]:5.0f} MB waiting, {memory_mb(running[service]):5.0f} MB serving, "
                f"{used / minutes / count:5.1f} s of CPU a minute of call"
            )
        print(f"  the event log holds {kept / minutes / count:.0f} kB a minute of call")


if __name__ == "__main__":
    main()
