"""What the documentation shows for pages works in a browser: the button, the client, and the server of both."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.support import pages
from tests.support.chromium import chromium, tab
from tests.support.docs_stack import KEY, documented_stack, running_python, shown_file
from tests.support.nats_server import free_port

PAGE: Final = "howto/embed.md"
SHOWN: Final = "https://voice.example.com"
ELEMENT: Final = pages.ROOT / "services/gateway/src/natter_gateway/web/static/client"
AGENT: Final = {
    "name": "Bakery",
    "system_prompt": "You answer phones for a bakery.",
    "greeting": "Bakery, good morning!",
    "voice": {"voice_id": "alba"},
    "input": {"turn_detection": {"interrupt_response": False}},  # the browser's microphone beeps
}


def block(language: str) -> str:
    """Return the only block of the page in a language."""
    (found,) = (one.code for one in pages.blocks(language) if one.page == PAGE)
    assert SHOWN in found
    return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Host and port of a stack."""
    with documented_stack(tmp_path_factory.mktemp("stack")) as place:
        yield place


@pytest.fixture(scope="module")
def browser() -> Iterator[str]:
    """A browser with a microphone that hears nothing in particular."""
    with chromium() as address:
        yield address


@pytest.fixture
def site(place: str, tmp_path: Path) -> Iterator[str]:
    """The server that the page shows, as it runs; it serves ``page.html`` of the test's folder."""
    port = free_port()
    code = shown_file("page_server.py").code
    assert ", 8000)" in code
    with running_python(code.replace(", 8000)", f", {port})"), place, tmp_path):
        yield f"http://127.0.0.1:{port}/"


def test_the_attributes_are_those_of_the_button() -> None:
    code = (ELEMENT / "element.js").read_text(encoding="utf-8")
    page = (pages.DOCS / PAGE).read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE))
    assert told | {"token"} == set(re.findall(r'getAttribute\("([\w-]+)"\)', code))
    assert all(f'"{name}"' in code for name in re.findall(r"`(natter-[a-z]+)`", page))


def stored(place: str) -> str:
    """Store an agent; return its id."""
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://{place}/v1/agents", json.dumps(AGENT).encode(), headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(json.loads(answer.read())["id"])


async def test_the_button_calls(place: str, browser: str, site: str, tmp_path: Path) -> None:
    shown = block("html").replace(SHOWN, f"http://{place}")
    shown = shown.replace("agent_0f2b7c5ad9d94c0c8a4f3d5d7f2b9e61", stored(place))
    (tmp_path / "page.html").write_text(f"<!doctype html><meta charset=utf-8><link rel=icon href=data:,>{shown}")
    async with tab(browser) as page:
        await page.open(site)
        await page.until("customElements.get('natter-agent') !== undefined")
        assert await page.run("document.querySelector('natter-agent').shadowRoot.textContent.includes('the bakery')")
        await page.run(
            "document.addEventListener('natter-transcript', event => { window.told = event.detail.text }) "
            "|| document.querySelector('natter-agent').shadowRoot.querySelector('button').click()"
        )
        await page.until("window.told")
        assert await page.run("window.told") == AGENT["greeting"]
        assert page.complaints == []


async def test_the_client_calls(place: str, browser: str, site: str, tmp_path: Path) -> None:
    shown = block("js").replace(SHOWN, f"http://{place}") + "\nwindow.call = call\n"
    (tmp_path / "page.html").write_text(
        f"<!doctype html><meta charset=utf-8><link rel=icon href=data:,><script type=module>{shown}</script>"
    )
    async with tab(browser) as page:
        await page.open(site)
        await page.until("window.call?.state === 'open'")
        assert await page.run("call.config.tools.map(tool => tool.name).join()") == "stock"
        assert page.complaints == []
