"""A tiny stand-in for a service, run as a process: ``python cli_part.py NAME [MODE]``.

The gateway answers ``/readyz``; a worker answers questions on NATS. It writes a line to the file that
``CLI_PART_LOG`` names when it is ready and when it stops. With the mode ``fail`` it exits with 3 at once.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from natter_runtime import bus_nats
from natter_runtime.clock import SystemClock
from natter_runtime.presence import Card, Presence


def write(what: str) -> None:
    with open(os.environ["CLI_PART_LOG"], "a") as log:
        log.write(f"{what}\n")


async def gateway() -> asyncio.Server:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    return await asyncio.start_server(answer, os.environ["NATTER_HOST"], int(os.environ["NATTER_PORT"]))


async def run(name: str) -> None:
    stopping = asyncio.Event()
    instance = f"{os.environ.get('NATTER_NAME') or name}-1"
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    sys.stdout.write(f"hello from {name}\n")
    sys.stdout.flush()
    async with asyncio.TaskGroup() as group:
        if name == "gateway":
            server = await gateway()
        else:
            bus = await bus_nats.connect(os.environ["NATTER_NATS_URL"], name=name)
            presence = Presence(
                bus,
                Card(name, instance, 1, f"{name}-engine", os.environ.get("CLI_PART_MODEL", "")),
                SystemClock(),
                lambda: 0,
            )
            await presence.listen()
            await bus.flush()
            answering = group.create_task(presence.answer())
            beating = group.create_task(presence.beat())
        write(f"ready {name} {os.getpid()}")
        await stopping.wait()
        write(f"stopped {name}")
        if name == "gateway":
            server.close()
        else:
            answering.cancel()
            beating.cancel()
            await bus.close()


if __name__ == "__main__":
    if sys.argv[2:] == ["fail"] or os.environ.get("CLI_PART_MODEL") == "broken":
        sys.stdout.write("that does not work\n")
        sys.exit(3)
    asyncio.run(run(sys.argv[1]))
