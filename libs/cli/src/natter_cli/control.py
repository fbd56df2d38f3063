"""What a running ``natter up`` can be asked for, over a socket of its own that only its user may open.

One request per connection, a JSON object in one line; the answer is any number of lines with news, then one that
says how it ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import stat
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from natter_runtime.errors import EngineError, NatterError, UsageError

_READ_S: Final = 5.0
_LINE: Final = 64 * 1024


class Wish(msgspec.Struct, frozen=True):
    """Run ``service`` with other settings: variables of the environment, by name."""

    service: str
    settings: dict[str, str]


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A piece of news, or (with ``done``) how it ended: well if ``problem`` is empty."""

    news: str = ""
    done: bool = False
    problem: str = ""


Handle = Callable[[Wish, Callable[[str], None]], Awaitable[None]]
"""Grants a wish, and tells of its progress; raises NatterError if it cannot be granted."""


def path_of(gateway_port: int) -> Path:
    """Return where the stack with this gateway listens. Short: a socket's path has 107 characters at most."""
    return Path(tempfile.gettempdir()) / f"natter-{os.getuid()}" / f"up-{gateway_port}.sock"


@contextlib.asynccontextmanager
async def listening(path: Path, handle: Handle) -> AsyncIterator[None]:
    """Grant wishes until the block ends.

    Raises:
        UsageError: the folder belongs to somebody else.
    """
    _make_room(path)
    busy: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        busy.add(task)
        try:
            await _answer(reader, writer, handle)
        finally:
            busy.discard(task)
            writer.close()

    server = await asyncio.start_unix_server(answer, path, limit=_LINE)
    try:
        yield
    finally:
        server.close()
        for task in list(busy):
            task.cancel()
        _forget(path)


def _make_room(path: Path) -> None:
    folder = path.parent
    folder.mkdir(mode=0o700, exist_ok=True)
    about = folder.stat()
    if about.st_uid != os.getuid() or stat.S_IMODE(about.st_mode) & 0o077:
        raise UsageError(f"{folder}: expected a folder that only its owner can enter; remove it")
    _forget(path)


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handle: Handle) -> None:
    def tell(answer: Answer) -> None:
        writer.write(msgspec.json.encode(answer) + b"\n")

    try:
        async with asyncio.timeout(_READ_S):
            wish = msgspec.json.decode(await reader.readline(), type=Wish)
        await handle(wish, lambda news: tell(Answer(news=news)))
        tell(Answer(done=True))
    except (NatterError, msgspec.DecodeError) as error:
        tell(Answer(done=True, problem=str(error)))
    except (TimeoutError, ValueError):  # nothing was said, or a line without an end
        tell(Answer(done=True, problem="expected one line of JSON"))
    with contextlib.suppress(OSError):  # whoever asked has gone
        await writer.drain()


def ask(path: Path, wish: Wish, deadline_s: float) -> Iterator[str]:
    """Send a wish to a running stack; yield the news until it is granted.

    Raises:
        EngineError: it is not granted; the message says why.
    """
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(deadline_s)
        try:
            connection.connect(str(path))
            connection.sendall(msgspec.json.encode(wish) + b"\n")
            for line in connection.makefile("rb"):
                answer = msgspec.json.decode(line, type=Answer)
                if answer.problem:
                    raise EngineError(answer.problem)
                if answer.done:
                    return
                yield answer.news
        except TimeoutError:
            raise EngineError(f"`natter up` gave no answer in {deadline_s:g} s") from None
        except OSError as error:
            raise EngineError(f"`natter up` does not listen on {path} ({error.strerror or error})") from None
    raise EngineError("`natter up` has stopped")
