"""Who may connect, what is refused and how, and how a connection ends."""

from __future__ import annotations

import asyncio
import base64
import urllib.error
import urllib.request

import pytest
from starlette.websockets import WebSocketDisconnect

from natter_gateway.config import GatewayConfig
from natter_gateway.dialects.voice_agent import VoiceAgent
from natter_gateway.events import Failed
from natter_gateway.socket import Connection
from natter_protocol.session import CloseReason, SessionClosed, SessionConfigured
from natter_runtime.clock import SystemClock
from tests.support.gateway_house import client, gateway


async def test_without_a_good_key_the_answer_is_an_error_and_1008() -> None:
    async with gateway(api_keys=("secret",)) as place:
        async with client(place.url) as caller:
            error = await caller.until("session.error")
            assert (error["code"], error["message"]) == ("unauthorized", "Authentication failed")
            assert (error["session_id"], error["param"]) == (None, None)
            assert await caller.closed() == 1008
        async with client(f"{place.url}?token=secret", {}) as caller:
            assert caller.kinds() == ["session.updated", "session.ready"]
        headers = {"Authorization": "Bearer secret"}
        async with client(place.url, {}, additional_headers=headers) as caller:
            assert caller.kinds() == ["session.updated", "session.ready"]


async def test_without_room_the_client_is_told_when_to_come_back() -> None:
    async with gateway(without=("llm",)) as place, client(place.url) as caller:
        await caller.send({"type": "session.update", "session": {}})
        error = await caller.until("session.error")
        assert error["code"] == "at_capacity"
        assert error["message"] == "no llm worker has room; try again in 2 s"
        assert await caller.closed() == 1013


async def test_a_bad_first_update_is_fatal() -> None:
    async with gateway() as place, client(place.url) as caller:
        await caller.send({"type": "session.update", "session": {"output": {"volume": 1000}}})
        error = await caller.until("session.error")
        assert (error["code"], error["param"]) == ("invalid_value", "output.volume")
        assert await caller.closed() == 1008


async def test_other_mistakes_leave_the_connection_open() -> None:
    async with gateway() as place, client(place.url) as caller:
        await caller.send("{")
        assert (await caller.until("session.error"))["message"] == "Invalid JSON format."
        await caller.socket.send(b"\x00\x01")
        assert "Binary frames are not accepted" in (await caller.until("session.error"))["message"]
        await caller.send({"type": "reply.create"})
        assert "session.update" in (await caller.until("session.error"))["message"]
        await caller.send({"type": "input.audio", "audio": base64.b64encode(bytes(960)).decode()})
        await caller.send({"type": "session.update", "session": {}})
        await caller.until("session.ready")
        await caller.send({"type": "nonsense"})
        error = await caller.until("session.error")
        assert error["message"] == "Unknown message type: nonsense"
        await caller.send({"type": "session.end"})
        assert await caller.closed() == 1000


GARBAGE = [
    "",
    "null",
    "[]",
    '"text"',
    "\x00\x01",
    "{}",
    '{"type":1}',
    "[" * 100_000,
    '{"type":"session.update","session":' + '{"a":' * 20_000 + "1" + "}" * 20_000 + "}",
    '{"type":"session.update","session":[]}',
    '{"type":"input.audio"}',
    '{"type":"input.audio","audio":7}',
    '{"type":"input.audio","audio":"%%"}',
    '{"type":"tool.result","call_id":1,"result":"x"}',
]


@pytest.mark.parametrize("text", GARBAGE, ids=lambda text: repr(text[:40]))
async def test_garbage_is_answered_and_harms_nothing(text: str) -> None:
    async with gateway() as place, client(place.url) as caller:
        for opened in (False, True):
            await caller.send(text)
            error = await caller.until("session.error")
            assert error["code"] in ("invalid_format", "invalid_audio")
            assert len(error["message"]) < 200
            if not opened:
                await caller.send({"type": "session.update", "session": {}})
                await caller.until("session.ready")
        await caller.send({"type": "session.update", "session": {"system_prompt": "Still here."}})
        assert (await caller.until("session.updated"))["config"]["system_prompt"] == "Still here."


@pytest.mark.parametrize("value", ["[" * 450 + "]" * 450, "1" + "0" * 40, '"\\ud800"'], ids=lambda v: v[:8])
async def test_a_schema_of_any_shape_reaches_the_workers(value: str) -> None:
    """Depth, numbers beyond 64 bits, half a character."""
    tool = '{"type":"function","name":"x","parameters":{"properties":{"a":{"default":' + value + "}}}}"
    async with gateway() as place, client(place.url, {}) as caller:
        await caller.send('{"type":"session.update","session":{"tools":[' + tool + "]}}")
        assert (await caller.until("session.updated"))["config"]["tools"][0]["name"] == "x"
        configured = await place.workers["llm"].hears(SessionConfigured)
        assert configured.settings.tools[0].name == "x"


async def test_an_end_before_the_beginning_is_clean() -> None:
    async with gateway() as place, client(place.url) as caller:
        await caller.send({"type": "session.end"})
        await caller.until("session.ended")
        assert await caller.closed() == 1000


async def test_a_silent_connection_is_closed() -> None:
    async with gateway(first_message_s=0.2) as place, client(place.url) as caller:
        error = await caller.until("session.error")
        assert error["message"] == "No session.update was sent in time"
        assert await caller.closed() == 1008


async def test_a_message_that_is_too_long_is_refused_and_one_that_is_far_too_long_closes_the_connection() -> None:
    async with gateway() as place, client(place.url, {}) as caller:
        await caller.send({"type": "input.audio", "audio": "A" * 300_000})
        error = await caller.until("session.error")
        assert (error["code"], "at most 262144" in error["message"]) == ("invalid_format", True)
        await caller.send({"type": "input.audio", "audio": "A" * 1_100_000})
        assert await caller.closed() == 1009


async def test_a_client_that_does_not_come_back_has_ended_its_session() -> None:
    async with gateway(resume_s=0.2) as place:
        async with client(place.url, {}) as caller:
            caller.socket.transport.abort()
        closed = await place.workers["turn"].hears(SessionClosed)
        assert closed.reason is CloseReason.LOST


async def test_a_client_that_closes_cleanly_has_ended_its_session_at_once() -> None:
    async with gateway() as place:
        async with client(place.url, {}) as caller:
            await caller.socket.close()
        closed = await place.workers["turn"].hears(SessionClosed)
        assert closed.reason is CloseReason.CLIENT


async def test_two_sessions_do_not_hear_each_other() -> None:
    async with gateway() as place, client(place.url, {}) as one:
        async with client(place.url, {}) as two:
            await two.send({"type": "session.end"})
            assert await two.closed() == 1000
        await one.send({"type": "session.update", "session": {"system_prompt": "Still here."}})
        assert (await one.until("session.updated"))["config"]["system_prompt"] == "Still here."


async def test_health() -> None:
    async with gateway() as place:
        base = place.url.replace("ws://", "http://").removesuffix("/v1/ws")

        def get(path: str) -> str:
            with urllib.request.urlopen(base + path, timeout=5) as answer:
                return str(answer.read().decode())

        assert '"status":"ok"' in await asyncio.to_thread(get, "/healthz")
        assert '"ready":true' in await asyncio.to_thread(get, "/readyz")
        assert "natter_sessions" in await asyncio.to_thread(get, "/metrics")
        with pytest.raises(urllib.error.HTTPError):
            await asyncio.to_thread(get, "/nowhere")


class Gone:
    """A socket whose client has left without a word."""

    async def send_text(self, text: str) -> None:
        raise WebSocketDisconnect(1006)


async def test_who_is_gone_need_not_be_refused() -> None:
    connection = Connection(Gone(), VoiceAgent(), None, SystemClock(), GatewayConfig())  # type: ignore[arg-type]
    await connection.refuse(Failed("unauthorized", "Authentication failed", fatal=True))
