"""The gateway as it is started and stopped."""

from __future__ import annotations

import asyncio
import signal
import socket

import httpx
import pytest

from natter_gateway.config import GatewayConfig
from natter_gateway.main import serve, service
from natter_runtime.app import Runtime
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.config import RuntimeConfig
from natter_runtime.errors import UsageError
from natter_runtime.metrics import Metrics
from natter_runtime.pulse import Pulse
from tests.support.nats_server import free_port


def runtime_on(broker: MemoryBroker) -> Runtime:
    return Runtime("gateway", "gateway-1", RuntimeConfig(), broker.bus(), Metrics("gateway"))


def test_the_service_is_known_by_its_name_and_settings() -> None:
    assert (service.name, service.config, service.serve) == ("gateway", GatewayConfig, serve)


async def test_it_is_ready_when_it_can_be_reached_and_gone_when_it_was_stopped(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broker, port = MemoryBroker(), free_port()
    runtime = runtime_on(broker)
    before = signal.getsignal(signal.SIGTERM)
    async with asyncio.timeout(10), asyncio.TaskGroup() as group, httpx.AsyncClient(trust_env=False) as client:
        serving = group.create_task(serve(GatewayConfig(port=port), runtime))
        await runtime.ready.wait()
        assert (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
        assert signal.getsignal(signal.SIGTERM) is before  # signals belong to the host of the process
        pulse = Pulse(broker.bus(), runtime.clock)
        assert await pulse.answers("gateway", "gateway-1")
        runtime.stopping.set()
        await serving
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://127.0.0.1:{port}/readyz")
        assert not await pulse.answers("gateway", "gateway-1")
    assert not runtime.ready.is_set()
    assert "NATTER_API_KEYS is not set: any key is accepted, from this machine only" in caplog.text


async def test_a_port_that_is_taken_is_a_wrong_setting() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ExceptionGroup) as raised:
            await serve(GatewayConfig(port=port), runtime_on(MemoryBroker()))
    (error,) = raised.value.exceptions
    assert isinstance(error, UsageError)
    assert str(error) == f"NATTER_PORT={port}: cannot listen on 127.0.0.1:{port}"


async def test_without_keys_it_does_not_open_to_the_world() -> None:
    with pytest.raises(UsageError, match="NATTER_API_KEYS"):
        await serve(GatewayConfig(host="0.0.0.0"), runtime_on(MemoryBroker()))
