"""A real browser without a window, driven over its DevTools protocol: as much of that as the tests of pages need."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS: Final = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --use-fake-device-for-media-stream --use-fake-ui-for-media-stream "
    "--autoplay-policy=no-user-gesture-required --remote-debugging-port=0 --hide-scrollbars --force-color-profile=srgb"
).split()
START_S: Final = 30.0
PATIENCE_S: Final = 20.0
DESKTOP: Final = (1440, 900)
PHONE: Final = (390, 844)


def need_chromium() -> str:
    """Return the browser's program, or skip."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no browser on PATH (one of {', '.join(NAMES)}; Debian: apt install chromium)")
    return found


@contextmanager
def chromium(*flags: str) -> Iterator[str]:
    """Run a browser; yield the address of its DevTools, such as ``127.0.0.1:40001``."""
    program = need_chromium()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [program, *FLAGS, *flags, f"--user-data-dir={profile}", "about:blank"]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield f"127.0.0.1:{_port(Path(profile) / 'DevToolsActivePort', running)}"
        finally:
            running.terminate()
            try:
                running.wait(timeout=10)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait(timeout=5)


def _port(file: Path, running: subprocess.Popen[bytes]) -> int:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        assert running.poll() is None, f"the browser ended with {running.returncode}"
        with contextlib.suppress(OSError, ValueError, IndexError):
            return int(file.read_text().splitlines()[0])
        time.sleep(0.05)
    raise AssertionError(f"the browser was not there after {START_S:g} s")


class Page:
    """A tab. What the page complains of is kept in :attr:`complaints`."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self.complaints: list[str] = []

    async def listen(self) -> None:
        """Take what the browser says, until it has gone."""
        with contextlib.suppress(ConnectionClosed):
            async for text in self._socket:
                message = json.loads(text)
                if "id" in message:
                    self._waiting.pop(message["id"]).set_result(message)
                else:
                    self._notice(message["method"], message["params"])

    def _notice(self, method: str, params: dict[str, Any]) -> None:
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.complaints.append(" ".join(str(one.get("value", one)) for one in params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.complaints.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")

    async def command(self, method: str, **params: Any) -> dict[str, Any]:
        """Have the browser do something; return what it answers."""
        id = next(self._ids)
        answer = self._waiting[id] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": id, "method": method, "params": params}))
        async with asyncio.timeout(PATIENCE_S):
            message = await answer
        assert "error" not in message, f"{method}: {message['error']}"
        result: dict[str, Any] = message["result"]
        return result

    async def run(self, script: str) -> Any:
        """Return what a JavaScript expression (or promise) is worth in the page."""
        answer = await self.command(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def before_each_page(self, script: str) -> None:
        """Run a script in every page before its own."""
        await self.command("Page.addScriptToEvaluateOnNewDocument", source=script)

    async def open(self, url: str) -> None:
        """Go to a page; return when it is complete."""
        await self.command("Page.navigate", url=url)
        await self.until(f"document.readyState === 'complete' && location.href.startsWith({json.dumps(url)})")

    async def until(self, condition: str, seconds: float = PATIENCE_S) -> None:
        """Wait until a JavaScript expression is true."""
        until = time.monotonic() + seconds
        while not await self.run(f"Boolean({condition})"):
            if time.monotonic() > until:
                shown = await self.run("document.body.innerText.slice(0, 3000)")
                raise AssertionError(f"not within {seconds:g} s: {condition}\n{self.complaints}\n{shown}")
            await asyncio.sleep(0.03)

    async def click(self, selector: str) -> None:
        """Press the middle of an element, as a mouse does."""
        where = f"""(() => {{
          const element = document.querySelector({json.dumps(selector)})
          element.scrollIntoView({{block: "center"}})
          const box = element.getBoundingClientRect()
          return [box.x + box.width / 2, box.y + box.height / 2]
        }})()"""
        x, y = await self.run(where)
        for kind in ("mousePressed", "mouseReleased"):
            await self.command("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def press(self, key: str) -> None:
        """Press a key."""
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        for kind in ("keyDown", "keyUp"):
            code = {"windowsVirtualKeyCode": ord(key.upper()) if len(key) == 1 else {"Enter": 13, "Tab": 9}.get(key, 0)}
            await self.command(
                "Input.dispatchKeyEvent", type=kind, key=key, **code, **({"text": text} if kind == "keyDown" else {})
            )

    async def type(self, selector: str, text: str) -> None:
        """Replace what a field holds, as typing does."""
        await self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        await self.run(f"document.querySelector({json.dumps(selector)}).select()")
        await self.command("Input.insertText", text=text)

    async def choose_file(self, selector: str, path: Path) -> None:
        """Give a file to an ``<input type=file>``."""
        root = (await self.command("DOM.getDocument"))["root"]["nodeId"]
        node = (await self.command("DOM.querySelector", nodeId=root, selector=selector))["nodeId"]
        await self.command("DOM.setFileInputFiles", nodeId=node, files=[str(path)])

    async def size(self, width: int, height: int) -> None:
        """Be a window (or, below 600 pixels, a phone) of that size."""
        phone = width < 600
        await self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if phone else 1.5,
            mobile=phone,
        )

    async def without_motion(self) -> None:
        """Be a browser whose user wants no motion: what changes is changed at once."""
        reduced = [{"name": "prefers-reduced-motion", "value": "reduce"}]
        await self.command("Emulation.setEmulatedMedia", features=reduced)

    async def picture(self) -> bytes:
        """Return what is seen, as a PNG."""
        return base64.b64decode((await self.command("Page.captureScreenshot", format="png"))["data"])


@asynccontextmanager
async def tab(address: str) -> AsyncIterator[Page]:
    """Open a tab of its own in a running browser."""
    async with httpx.AsyncClient(trust_env=False) as http:
        target = (await http.put(f"http://{address}/json/new?about:blank")).json()
        async with connect(target["webSocketDebuggerUrl"], max_size=None, compression=None, proxy=None) as socket:
            page = Page(socket)
            async with asyncio.TaskGroup() as group:
                listening = group.create_task(page.listen())
                for domain in ("Page", "Runtime", "Log", "DOM"):
                    await page.command(f"{domain}.enable")
                await page.size(*DESKTOP)
                try:
                    yield page
                finally:
                    await http.get(f"http://{address}/json/close/{target['id']}")
                    await socket.close()
                    await listening
