"""Take the pictures of the documentation: the playground and the call viewer as they are, in each state.

    .venv/bin/python scripts/screenshots.py [docs/images]

A stack runs with the default engines, a browser without a window calls it and speaks ``examples/question.wav``. For
looks that do not depend on the machine, install the font Inter first (Debian: apt install fonts-inter).
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a file

from tests.support.chromium import DESKTOP, PHONE, Page, chromium
from tests.support.e2e_stack import stack
from tests.support.playground import ask, floor, page_of, playground, say

ROOT = Path(__file__).resolve().parents[1]
SETTLE_S = 0.5
DARK = "localStorage.setItem('natter.theme', 'dark')"
LIGHT = "localStorage.setItem('natter.theme', 'light')"


class Album:
    """Where the pictures go."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def take(self, page: Page, name: str, settle: float = SETTLE_S) -> None:
        """Take one."""
        await asyncio.sleep(settle)
        picture = await page.picture()
        await asyncio.to_thread((self._folder / f"{name}.png").write_bytes, picture)


async def in_a_call(page: Page, album: Album, mark: str) -> None:
    """Idle, listening, speaking, interrupted."""
    await album.take(page, f"playground-idle{mark}")
    await page.click("#talk")
    await floor(page, "speaking")
    await floor(page, "listening")
    speaking = asyncio.create_task(say(page))
    await page.until("document.querySelector('.said.partial p')?.innerText.split(' ').length >= 3")
    await album.take(page, f"playground-listening{mark}", 0.1)
    await speaking
    await floor(page, "speaking")
    await page.until("document.querySelectorAll('.said:last-child .word.heard').length >= 9")
    await album.take(page, f"playground-speaking{mark}", 0)
    await say(page)
    await page.until("document.querySelector('.said .tag')")
    await page.until("document.querySelectorAll('.said:last-child .word.heard').length >= 4")
    await album.take(page, f"playground-interrupted{mark}", 0)
    await page.until("document.querySelectorAll('.said:last-child .word').length >= 14")
    await ask(page, "How do you know when I am finished?")
    await page.until("document.querySelectorAll('.said:last-child .word.heard').length >= 12")


async def desktop(page: Page, album: Album) -> None:
    """The playground, then the same call in the viewer."""
    await in_a_call(page, album, "")
    await page.click("#talk")
    await page.until("!document.getElementById('downloads').hidden")
    await page.open(await page.run("document.getElementById('view-call').href"))
    await page.until("document.querySelector('.turn-block')")
    await page.run("document.querySelectorAll('.utterance[data-role=agent] .word')[16].click()")
    await album.take(page, "calls", 1.2)


async def phone(page: Page, album: Album) -> None:
    """The same in a hand."""
    await page.size(*PHONE)
    await in_a_call(page, album, "-phone")


async def dark(page: Page, album: Album) -> None:
    """In the evening, with events and a tool."""
    await page.run("document.getElementById('events').open = true")
    await page.type("#greeting", "")
    await page.click("#talk")
    await floor(page, "listening")
    await say(page)
    await floor(page, "speaking")
    await page.until("document.querySelectorAll('.said:last-child .word.heard').length >= 9")
    await album.take(page, "playground-dark", 0)


async def wrong(page: Page, album: Album) -> None:
    """Without a microphone."""
    for mark, size in (("", DESKTOP), ("-phone", PHONE)):
        await page.size(*size)
        await page.run(
            "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'))"
        )
        await page.click("#talk")
        await page.until("!document.getElementById('problem').hidden")
        await album.take(page, f"playground-error{mark}")


async def main(folder: Path) -> None:
    """Take all of them."""
    album = Album(folder)
    scenes: list[tuple[Callable[[Page, Album], Awaitable[None]], str]] = [
        (desktop, LIGHT), (phone, LIGHT), (dark, DARK), (wrong, LIGHT)
    ]  # fmt: skip
    with (
        tempfile.TemporaryDirectory() as tmp,
        stack(Path(tmp), "--in-process", NATTER_DEMO_KNOWLEDGE="") as url,
        chromium() as address,
    ):
        for scene, theme in scenes:
            async with playground(address, page_of(url), before=theme) as page:
                await scene(page, album)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"))
