"""What a running stack can be asked for."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from natter_cli import control
from natter_cli.control import Wish, ask, listening
from natter_runtime.errors import EngineError, UsageError

WISH = Wish("stt", {"NATTER_STT_MODEL": "small.en"})


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(control.tempfile, "gettempdir", lambda: str(tmp_path))
    return control.path_of(8080)


async def asked(path: Path, wish: Wish = WISH) -> list[str]:
    return await asyncio.to_thread(lambda: list(ask(path, wish, 2.0)))


async def test_a_wish_is_granted_with_news_on_the_way(path: Path) -> None:
    heard: list[Wish] = []

    async def handle(wish: Wish, tell: Callable[[str], None]) -> None:
        heard.append(wish)
        tell("begun")
        tell("nearly")

    async with listening(path, handle):
        assert await asked(path) == ["begun", "nearly"]
    assert heard == [WISH]
    assert "up-8080.sock" not in os.listdir(path.parent)


async def test_a_wish_that_is_refused_says_why(path: Path) -> None:
    async def handle(wish: Wish, tell: Callable[[str], None]) -> None:
        tell("begun")
        raise EngineError("the model is missing")

    async with listening(path, handle):
        with pytest.raises(EngineError, match="the model is missing"):
            await asked(path)


async def test_what_is_no_wish_is_told(path: Path) -> None:
    async def handle(wish: Wish, tell: Callable[[str], None]) -> None:
        raise AssertionError("never asked")

    def say(data: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2.0)
            connection.connect(str(path))
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return connection.makefile("rb").readline()

    async with listening(path, handle):
        assert b"problem" in await asyncio.to_thread(say, b'{"service": 3}\n')
        assert b"problem" in await asyncio.to_thread(say, b"")
        assert b"expected one line" in await asyncio.to_thread(say, b"x" * 200_000)


async def test_who_stops_leaves_nobody_waiting(path: Path) -> None:
    begun = asyncio.Event()

    async def handle(wish: Wish, tell: Callable[[str], None]) -> None:
        begun.set()
        await asyncio.sleep(60)

    async with listening(path, handle):
        asking = asyncio.create_task(asked(path))
        await begun.wait()
    with pytest.raises(EngineError, match=r"stopped|does not listen"):
        await asking


def test_nobody_there_is_told(path: Path) -> None:
    with pytest.raises(EngineError, match="does not listen"):
        list(ask(path, WISH, 1.0))


async def test_a_folder_that_others_can_enter_is_not_used(path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    path.parent.chmod(0o755)

    async def handle(wish: Wish, tell: Callable[[str], None]) -> None: ...

    with pytest.raises(UsageError, match="only its owner"):
        async with listening(path, handle):
            pass


def test_its_path_is_short_enough_for_a_socket() -> None:
    assert len(str(control.path_of(65535))) < 108
