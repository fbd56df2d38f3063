"""The client of the protocol, against a small server of it."""

from __future__ import annotations

import asyncio

import pytest

from natter_cli.client import CallError, call
from natter_cli.events import ReplyDone, SessionEnded, SpeechStarted
from tests.support.cli_agent import Visit, agent


async def nothing(visit: Visit) -> None:
    """Say nothing."""


async def test_a_call() -> None:
    async def script(visit: Visit) -> None:
        await visit.heard(0.02)
        await visit.say("input.speech.started")
        assert (await visit.message("tool.result"))["result"] == "{}"
        assert (await visit.message("reply.create"))["instructions"] == "go on"
        await visit.say("reply.done", reply_id="r", status="completed")

    async with agent(script) as (url, visits):
        async with call(url, key="secret", session={"greeting": "Hello"}) as client:
            assert client.opened.session_id == "sess_1"
            await client.send_audio(bytes(960))
            heard = []
            async for event in client:
                heard.append(event)
                if isinstance(event, SpeechStarted):
                    await client.tool_result("c", "{}")
                    await client.create_reply("go on")
                if isinstance(event, ReplyDone):
                    break
            assert [type(event) for event in heard] == [SpeechStarted, ReplyDone]
            assert isinstance(await client.end(), SessionEnded)
        visit = visits[0]
        assert visit.messages[0] == {"type": "session.update", "session": {"greeting": "Hello"}}
        assert visit.socket.request is not None
        assert visit.socket.request.headers["Authorization"] == "Bearer secret"
        assert bytes(visit.audio) == bytes(960)
        assert visit.ended


async def test_nobody_there() -> None:
    with pytest.raises(CallError, match=r"nobody answers at ws://127.0.0.1:9/ \(connection refused\): is `natter up`"):
        async with call("ws://127.0.0.1:9/"):
            pass


async def test_not_a_websocket_url() -> None:
    with pytest.raises(CallError, match="http://127"):
        async with call("http://127.0.0.1:9/"):
            pass


async def test_refused() -> None:
    async def script(visit: Visit) -> None:
        await visit.say("session.error", code="unauthorized", message="Authentication failed")
        await visit.socket.close(1008, "unauthorized")

    async with agent(script, ready=False) as (url, _):
        with pytest.raises(CallError, match="the server says unauthorized: Authentication failed") as raised:
            async with call(url):
                pass
        assert raised.value.code == "unauthorized"


async def test_closed_without_a_word() -> None:
    async def script(visit: Visit) -> None:
        await visit.socket.close(1011, "oops")

    async with agent(script, ready=False) as (url, _):
        with pytest.raises(CallError, match="closed the connection: 1011 oops"):
            async with call(url):
                pass


async def test_never_ready() -> None:
    async with agent(nothing, ready=False) as (url, _):
        with pytest.raises(CallError, match=r"did not say session.ready in 0.1 s"):
            async with call(url, timeout=0.1):
                pass


async def test_nonsense_from_the_server() -> None:
    async def script(visit: Visit) -> None:
        await visit.socket.send("{}")

    async with agent(script) as (url, _), call(url) as client:
        with pytest.raises(CallError, match="not an event of the Voice Agent protocol"):
            async for _ in client:
                pass


async def test_sending_into_a_closed_call() -> None:
    async def script(visit: Visit) -> None:
        await visit.socket.close(1008, "expired")

    async with agent(script) as (url, _), call(url) as client:
        async for _ in client:
            pass
        with pytest.raises(CallError, match="1008 expired"):
            await client.send_audio(bytes(2))
        assert await client.end() is None


async def test_a_server_that_does_not_say_good_bye() -> None:
    async with agent(nothing) as (url, visits), call(url) as client:
        visits[0].ended = True
        async with asyncio.timeout(3):
            await client.end(timeout=0.5)
