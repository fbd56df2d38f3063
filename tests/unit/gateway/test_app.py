"""The HTTP side of the gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from natter_gateway.app import create_app
from natter_gateway.config import GatewayConfig
from natter_gateway.house import House
from natter_runtime.app import Runtime
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.config import RuntimeConfig
from natter_runtime.metrics import Metrics


class Nobody:
    """No sessions."""

    def __len__(self) -> int:
        return 3


def made(ready: bool = True) -> FastAPI:
    runtime = Runtime("gateway", "gateway-1", RuntimeConfig(), MemoryBroker().bus(), Metrics("gateway"))
    runtime.metrics.drop("late", 2)
    house = House.of(GatewayConfig(), runtime, None, None, None)  # type: ignore[arg-type]
    return create_app(house, Nobody(), lambda: ready, "9.9.9")  # type: ignore[arg-type]


@asynccontextmanager
async def browser(ready: bool) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(made(ready)), base_url="http://gateway") as client:
        yield client


@pytest.mark.parametrize("ready", [True, False])
async def test_it_is_alive_whether_it_is_ready_or_not(ready: bool) -> None:
    async with browser(ready) as client:
        answer = await client.get("/healthz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok", "version": "9.9.9"})


@pytest.mark.parametrize(("ready", "status"), [(True, 200), (False, 503)])
async def test_it_says_whether_sessions_can_be_opened(ready: bool, status: int) -> None:
    async with browser(ready) as client:
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()) == (status, {"ready": ready, "sessions": 3})


async def test_its_metrics_are_for_prometheus() -> None:
    async with browser(True) as client:
        answer = await client.get("/metrics")
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert 'natter_drops_total{policy="rule",reason="late",service="gateway"} 2.0' in answer.text


async def test_the_socket_is_not_a_page() -> None:
    async with browser(True) as client:
        assert (await client.get("/v1/ws")).status_code == 404


def test_a_page_of_another_site_is_told_why_it_may_not_talk() -> None:
    with TestClient(made()).websocket_connect("/v1/ws", headers={"origin": "https://evil.example"}) as socket:
        told = socket.receive_json()
        assert (told["type"], told["code"]) == ("session.error", "unauthorized")
        assert "NATTER_API_KEYS" in told["message"]
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 1008
