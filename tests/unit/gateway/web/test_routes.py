"""The pages over HTTP: what they are, what they may do, and that nothing else can be had."""

from __future__ import annotations

from urllib.parse import unquote

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message

from natter_gateway.web import routes


@pytest.fixture
def app() -> FastAPI:
    made = FastAPI()
    made.include_router(routes.router())
    return made


@pytest.fixture
async def browser(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")


@pytest.mark.parametrize(
    ("address", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/calls", "text/html; charset=utf-8"),
        ("/natter.js", "text/javascript; charset=utf-8"),
        ("/natter.d.ts", "text/plain; charset=utf-8"),
        ("/favicon.ico", "image/svg+xml"),
        ("/web/client/worklets/player.js", "text/javascript; charset=utf-8"),
        ("/web/theme.css", "text/css; charset=utf-8"),
        ("/web/agents/support.json", "application/json"),
    ],
)
async def test_each_file_is_what_it_says(browser: httpx.AsyncClient, address: str, media_type: str) -> None:
    answer = await browser.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.headers["x-content-type-options"] == "nosniff"
    head = await browser.head(address)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(answer.content))


@pytest.mark.parametrize("address", ["/", "/calls"])
async def test_a_page_may_load_from_here_alone(browser: httpx.AsyncClient, address: str) -> None:
    policy = (await browser.get(address)).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "frame-ancestors 'none'" in policy


async def test_scripts_run_on_any_page_and_pages_stay_here(browser: httpx.AsyncClient) -> None:
    for address in ("/natter.js", "/web/client/call.js", "/web/client/worklets/capture.js"):
        assert (await browser.get(address)).headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in (await browser.get("/")).headers


async def test_a_file_that_the_browser_has_is_not_sent_again(browser: httpx.AsyncClient) -> None:
    first = await browser.get("/natter.js")
    assert first.headers["cache-control"] == "no-cache"
    for shown in (first.headers["etag"], f"W/{first.headers['etag']}", f'"other", {first.headers["etag"]}', "*"):
        again = await browser.get("/natter.js", headers={"If-None-Match": shown})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    assert (await browser.get("/natter.js", headers={"If-None-Match": '"other"'})).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/web/",
        "/web/routes.py",
        "/web/../routes.py",
        "/web/%2e%2e/routes.py",
        "/web/..%2f..%2fconfig.py",
        "/web//etc/passwd",
        "/web/%2fetc%2fpasswd",
        "/web/client",
        "/web/client/../theme.css",
        "/web/client%00.js",
        "/web/THEME.CSS",
    ],
)
async def test_there_is_no_way_out_of_the_folder(app: FastAPI, address: str) -> None:
    statuses: list[int] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def receive() -> Message:
        return {"type": "http.request"}

    # as a server passes it on: decoded once, and not tidied, as a client would
    path = unquote(address)
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": address.encode(),
        "headers": [],
        "query_string": b"",
    }
    await app(scope, receive, send)
    assert statuses == [404]


async def test_a_page_cannot_be_written_to(browser: httpx.AsyncClient) -> None:
    assert (await browser.post("/")).status_code == 405
    assert (await browser.put("/web/theme.css")).status_code == 405
