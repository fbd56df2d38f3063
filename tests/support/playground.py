"""The playground in a real browser, with a microphone and a loudspeaker that a test holds."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import numpy as np

from tests.support.chromium import Page, tab

ROOT: Final = Path(__file__).resolve().parents[2]
QUESTION: Final = ROOT / "examples" / "question.wav"
"""How do I swap a model?"""
_SPOKEN: Final = QUESTION.read_bytes()
_SOUND: Final = Path(__file__).with_name("page_sound.js").read_text(encoding="utf-8")
ANSWER_S: Final = 40.0


def page_of(url: str) -> str:
    """Return where the pages of a stack are, from the URL of its socket."""
    return url.replace("ws://", "http://").removesuffix("/v1/ws")


@asynccontextmanager
async def playground(address: str, base: str, path: str = "/", before: str = "") -> AsyncIterator[Page]:
    """Open the playground in a tab; fail if the page has complained of anything.

    Args:
        address: of the browser.
        base: of the gateway.
        before: a script to run in each page before its own.
    """
    async with tab(address) as page:
        await page.before_each_page(_SOUND)
        await page.before_each_page(before)
        await page.open(base + path)
        await page.until("document.body.dataset.floor || !document.querySelector('#floor')")  # its scripts have run
        yield page
        assert page.complaints == [], page.complaints


async def floor(page: Page, *names: str, seconds: float = ANSWER_S) -> None:
    """Wait until one of ``names`` has the floor."""
    await page.until(f"{list(names)}.includes(document.body.dataset.floor)", seconds)


async def shown(page: Page, text: str, role: str = "agent", seconds: float = ANSWER_S) -> None:
    """Wait until the transcript has ``text`` in something that ``role`` said."""
    said = f"""[...document.querySelectorAll('.said[data-role={role}] p')].some(p => p.innerText.includes({text!r}))"""
    await page.until(said, seconds)


async def ask(page: Page, text: str) -> None:
    """Type something and send it."""
    await page.type("#typed", text)
    await page.press("Enter")


async def say(page: Page) -> None:
    """Speak the question into the page's microphone; return when it is over."""
    await page.run(f"say('{base64.b64encode(_SPOKEN).decode()}')")


async def played(page: Page) -> np.ndarray:
    """Return what came out of the page's loudspeaker in its newest call: 24 kHz."""
    text = await page.run("played()")
    return np.frombuffer(base64.b64decode(text), "<i2").astype(np.float32) / 32768
