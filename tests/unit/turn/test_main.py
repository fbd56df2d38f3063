"""The turn service as it is started: it loads, takes a session, and stops when told."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from natter_protocol.session import CloseReason, SessionClosed, SessionConfigured, SessionOpened
from natter_protocol.settings import SessionSettings
from natter_runtime import claims
from natter_runtime.app import Runtime
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.config import RuntimeConfig
from natter_runtime.errors import EngineError
from natter_runtime.metrics import Metrics
from natter_runtime.seat import Hearing, Seat
from natter_turn.config import TurnConfig
from natter_turn.main import serve, service


def runtime_on(broker: MemoryBroker, models: Path) -> Runtime:
    return Runtime("turn", "turn-1", RuntimeConfig(models=models), broker.bus(), Metrics("turn"))


def test_the_service_is_known_by_its_name_and_settings() -> None:
    assert (service.name, service.config, service.serve) == ("turn", TurnConfig, serve)


async def test_it_takes_sessions_once_its_models_are_loaded_and_stops_when_told(tmp_path: Path) -> None:
    broker = MemoryBroker()
    runtime = runtime_on(broker, tmp_path)
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        serving = group.create_task(serve(TurnConfig(engine="none", vad_engine="energy"), runtime))
        await runtime.ready.wait()
        bus, metrics = broker.bus(), Metrics("gateway")
        async with Seat(bus, "gateway", "sess_1", Hearing(), metrics) as seat:
            await seat.listen()
            await seat.take(await claims.found(bus, "sess_1", "gateway", "gateway-1", 0))
            await seat.store(SessionOpened(dialect="test", owner="test", opened_at=0.0))
            await seat.store(SessionConfigured(version=1, settings=SessionSettings()))
            holder = await claims.claim(bus, seat, "turn", metrics)
            assert (holder.service, holder.instance) == ("turn", "turn-1")
            await seat.store(SessionClosed(reason=CloseReason.CLIENT))
        runtime.stopping.set()
        await serving


async def test_without_its_model_it_is_never_ready(tmp_path: Path) -> None:
    runtime = runtime_on(MemoryBroker(), tmp_path)
    with pytest.raises(EngineError, match="nowhere"):
        await serve(TurnConfig(engine="none", vad_model="nowhere"), runtime)
    assert not runtime.ready.is_set()
