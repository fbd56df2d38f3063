"""The pages in a real browser, apart from what is said: what they tell when something is wrong, whether everybody can
use them, what they weigh; and the button on somebody else's page."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import resources
from typing import Any

import httpx
import numpy as np
import pytest
from websockets.asyncio.client import connect

from tests.support.chromium import DESKTOP, PHONE, Page, chromium
from tests.support.conformance_stack import ANSWERS, KEY, scripted_stack
from tests.support.playground import ROOT, ask, floor, page_of, playground

AXE = resources.files("axe_playwright_python") / "axe.min.js"
MAX_BYTES = 200_000
DENIED = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('Permission denied', '{}'))"
WITH_KEY = f"sessionStorage.setItem('natter.key', {KEY!r})"


@pytest.fixture(scope="module")
def browser() -> Iterator[str]:
    with chromium() as address:
        yield address


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, browser: str) -> Iterator[str]:
    """A stack with keys, and with room for one call."""
    with scripted_stack(tmp_path_factory.mktemp("stack"), "--in-process", NATTER_CAPACITY="1") as url:
        yield url


@pytest.fixture
def base(url: str) -> str:
    """Where its pages are, once it has room."""
    base = page_of(url)
    until = time.monotonic() + 20
    while httpx.get(f"{base}/readyz", trust_env=False).json()["sessions"]:
        assert time.monotonic() < until, "a call of another test does not end"
        time.sleep(0.1)
    return base


@asynccontextmanager
async def visitor(browser: str, base: str, before: str = WITH_KEY, path: str = "/") -> AsyncIterator[Page]:
    async with playground(browser, base, path, before) as page:
        yield page
        await page.run(
            "document.getElementById('talk')?.hasAttribute('data-live') && document.getElementById('talk').click()"
        )
        page.complaints = [
            text for text in page.complaints if "status of 4" not in text
        ]  # the browser tells of each 404


async def problem(page: Page) -> str:
    """Wait until the page says what is wrong; return it."""
    await page.until("!document.getElementById('problem').hidden")
    text: str = await page.run("document.getElementById('problem').innerText")
    return text


# -- what is wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("NotFoundError", "No microphone was found"),
        ("NotAllowedError", "The microphone is blocked"),
        ("NotReadableError", "The microphone cannot be opened"),
    ],
)
async def test_a_microphone_that_cannot_be_had_is_told_of(browser: str, base: str, error: str, told: str) -> None:
    async with visitor(browser, base) as page:
        await page.run(DENIED.format(error))
        await page.click("#talk")
        assert (await problem(page)).startswith(told)
        await ask(page, "Is there another way?")  # there is
        await floor(page, "thinking", "speaking")


async def test_a_page_that_is_not_secure_says_so(browser: str, base: str) -> None:
    insecure = "Object.defineProperty(window, 'isSecureContext', {value: false})"
    async with visitor(browser, base, f"{WITH_KEY}; {insecure}") as page:
        await page.click("#talk")
        assert "only to secure pages" in await problem(page)


async def test_a_full_server_says_so(browser: str, base: str, url: str) -> None:
    async with connect(f"{url}?token={KEY}", proxy=None) as socket, visitor(browser, base) as page:
        await socket.send('{"type": "session.update"}')
        await socket.recv()
        await page.click("#talk")
        assert (await problem(page)).startswith("All lines are busy")
        await socket.send('{"type": "session.end"}')
        await socket.wait_closed()


async def test_a_server_that_is_not_there_is_told_of(browser: str, base: str) -> None:
    gone = "window.WebSocket = class { constructor() { setTimeout(() => this.onclose({code: 1006}), 50) } close() {} }"
    async with visitor(browser, base, f"{WITH_KEY}; {gone}") as page:
        await page.click("#talk")
        assert (await problem(page)).startswith("The server does not answer")


async def test_a_key_is_asked_for_and_a_wrong_one_is_refused(browser: str, base: str) -> None:
    async with visitor(browser, base, "") as page:
        await page.click("#talk")
        for key in ("wrong", KEY):
            await page.until("document.getElementById('key-dialog').open")
            await page.until("document.getElementById('key-error').textContent.includes('asks for a key')")
            await page.type("#key", key)
            await page.press("Enter")
            await page.until("!document.getElementById('key-dialog').open")
        await floor(page, "speaking", "listening")
        addresses = await page.run("performance.getEntriesByType('resource').map(entry => entry.name).join(' ')")
        assert KEY not in addresses


# -- for everybody ------------------------------------------------------------------------------


async def violations(page: Page) -> list[str]:
    """Return what the accessibility checker finds."""
    await page.run(AXE.read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
    found = await page.run(f"axe.run({{runOnly: {json.dumps(tags)}}}).then(result => result.violations)")
    return [
        f"{one['impact']} {one['id']}: {node['html'][:120]} {node['any'][0]['message'] if node['any'] else ''}"
        for one in found
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_nobody_is_shut_out(browser: str, base: str, theme: str, size: tuple[int, int]) -> None:
    async with visitor(browser, base, f"{WITH_KEY}; localStorage.setItem('natter.theme', '{theme}')") as page:
        await page.size(*size)
        await page.without_motion()  # a colour on its way from one to another is neither
        assert await violations(page) == []
        await page.run("document.getElementById('events').open = true")
        await ask(page, "Hello there")
        await page.until("document.querySelector('.said[data-role=agent] .word.heard')")
        assert await violations(page) == []
        assert await page.run("document.documentElement.scrollWidth <= innerWidth")
        await floor(page, "listening")  # the answer was heard, so that there is something to view
        await page.click("#talk")
        await page.until("!document.getElementById('downloads').hidden")
        await page.open(await page.run("document.getElementById('view-call').href"))
        await page.until("document.querySelector('.utterance')")
        assert await violations(page) == []
        assert await page.run("document.documentElement.scrollWidth <= innerWidth")
        await page.run("document.getElementById('key-dialog').showModal()")
        assert await violations(page) == []


async def test_somebody_who_is_shut_out_is_noticed(browser: str, base: str) -> None:
    async with visitor(browser, base) as page:
        await page.run("document.getElementById('talk-label').remove()")
        await page.run("document.getElementById('floor-hint').style.color = '#7a7a7a'")
        found = " ".join(await violations(page))
        assert "button-name" in found
        assert "color-contrast" in found


@pytest.mark.parametrize("path", ["/", "/calls"])
async def test_a_page_is_light(browser: str, base: str, path: str) -> None:
    async with visitor(browser, base, path=path) as page:
        sizes = await page.run("performance.getEntries().map(entry => [entry.name, entry.decodedBodySize ?? 0])")
        assert len(sizes) > 8
        assert 0 < sum(size for _, size in sizes) < MAX_BYTES
        assert all(name.startswith(base) for name, size in sizes if size)


# -- elsewhere ----------------------------------------------------------------------------------


@contextmanager
def shop(base: str, agent: str) -> Iterator[str]:
    """Serve the example page of somebody who has an agent, on an address of their own; yield it."""
    page = (ROOT / "examples" / "browser" / "embed.html").read_text(encoding="utf-8")
    page = page.replace("http://127.0.0.1:8080", base).replace("agent_...", agent)

    class Shop(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/token":
                answer = httpx.get(
                    f"{base}/v1/token?expires_in_seconds=60", headers={"Authorization": KEY}, trust_env=False
                )
                kind, body = "application/json", answer.content
            else:
                kind, body = "text/html", page.encode() if self.path == "/" else b""
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


@pytest.fixture
def bakery(base: str) -> str:
    """The id of a stored agent."""
    agent = {
        "name": "Bakery",
        "system_prompt": "Sell bread.",
        "greeting": "Good morning!",
        "voice": {"voice_id": "alba"},
    }
    headers = {"Authorization": KEY}
    id: str = httpx.post(f"{base}/v1/agents", json=agent, headers=headers, trust_env=False).json()["id"]
    return id


async def test_a_page_of_somebody_else_has_the_button(browser: str, base: str, bakery: str) -> None:
    with shop(base, bakery) as address:
        async with playground(browser, address) as page:
            button = "document.querySelector('natter-agent').shadowRoot.querySelector('button')"
            assert await page.run(f"{button}.innerText") == "Talk to the bakery"
            await page.run(f"{button}.click()")
            await page.until(f"{button}.dataset.state === 'open'")
            await page.until("document.getElementById('said').innerText.includes('agent: Good morning!')")
            await page.run(f"{button}.click()")
            await page.until(f"{button}.dataset.state === 'over'")
            assert await page.run(f"{button}.innerText") == "Talk to the bakery"


@pytest.mark.parametrize("rate", [16_000, 24_000, 44_100, 48_000])
async def test_a_microphone_at_any_rate_is_heard_at_ours(browser: str, base: str, rate: int) -> None:
    """A tone goes through the worklet: a second of it comes out at 24 kHz, as high and as loud."""
    async with visitor(browser, base) as page:
        samples = await page.run(f"""(async () => {{
          const context = new OfflineAudioContext(1, {rate} * 1.1, {rate})
          await context.audioWorklet.addModule("/web/client/worklets/capture.js")
          const capture = new AudioWorkletNode(context, "natter-capture", {{ numberOfOutputs: 1 }})
          const heard = []
          capture.port.onmessage = ({{ data }}) => heard.push(...data)
          const tone = new OscillatorNode(context, {{ frequency: 440 }})
          tone.connect(capture).connect(context.destination)
          tone.start()
          await context.startRendering()
          await new Promise(resolve => setTimeout(resolve, 100))
          return heard.slice(0, 24000)
        }})()""")
    heard = np.array(samples)
    assert len(heard) == 24_000
    spectrum = np.abs(np.fft.rfft(heard))
    assert spectrum.argmax() == pytest.approx(440, abs=1)
    assert np.sqrt((heard**2).mean()) == pytest.approx(np.sqrt(0.5), abs=0.02)


async def test_a_module_of_somebody_else_calls(browser: str, base: str) -> None:
    """natter.js without the button: tools as functions, events, a text call."""
    async with visitor(browser, base) as page:
        told = await page.run(f"""(async () => {{
          const {{ connect, Problem }} = await import("/natter.js")
          const wrong = await connect({{ token: "wrong", microphone: false }}).catch(problem => problem)
          const call = await connect({{ token: {KEY!r}, microphone: false, session: {{ greeting: "" }},
            tools: {{ stock: {{ description: "Loaves", parameters: {{ type: "object" }}, run: () => 2 }} }} }})
          const said = new Promise(resolve => call.on("transcript.agent", ({{ text }}) => resolve(text)))
          call.say("Do you have rye bread?")
          const text = await said
          const tools = call.config.tools.map(tool => tool.name)
          call.end()
          return {{ wrong: wrong instanceof Problem && wrong.cause, text, tools, id: call.id }}
        }})()""")
    assert told["wrong"] == "unauthorized"
    assert told["text"] in ANSWERS
    assert told["tools"] == ["stock"]
    assert told["id"].startswith("sess_")
