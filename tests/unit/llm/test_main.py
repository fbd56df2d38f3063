"""The service as a whole: settings in, a claimed session served, stopped in order."""

from __future__ import annotations

import asyncio
import logging

import pytest

from natter_llm.config import LlmConfig
from natter_llm.main import service
from natter_protocol import codec, subjects
from natter_protocol.reply import ReplyFinished
from natter_protocol.session import CloseReason, SessionClosed, SessionConfigured, SessionOpened
from natter_protocol.settings import SessionSettings
from natter_protocol.turn import TurnCommitted
from natter_runtime import app, claims
from natter_runtime.app import Runtime
from natter_runtime.bus import Delivery
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.config import RuntimeConfig
from natter_runtime.errors import UsageError
from natter_runtime.metrics import Metrics
from natter_runtime.seat import Hearing, Seat
from tests.support.llm_rig import PATIENCE_S, SESSION


def runtime_on(broker: MemoryBroker) -> Runtime:
    return Runtime("llm", "llm-test", RuntimeConfig(drain_s=0.1), broker.bus(), Metrics("llm"))


async def test_serves_a_claimed_session_and_stops(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    broker, metrics = MemoryBroker(), Metrics("gateway")
    runtime = runtime_on(broker)
    finished: asyncio.Future[ReplyFinished] = asyncio.get_running_loop().create_future()

    def hear(delivery: Delivery) -> None:
        message = codec.decode(delivery.data)
        if isinstance(message, ReplyFinished) and not finished.done():
            finished.set_result(message)

    async with asyncio.TaskGroup() as group, asyncio.timeout(PATIENCE_S):
        serving = group.create_task(app.run(service, runtime, LlmConfig()))
        await runtime.ready.wait()
        bus = broker.bus()
        await bus.subscribe(subjects.everything(SESSION), hear)
        async with (
            Seat(bus, "gateway", SESSION, Hearing(), metrics) as gateway,
            Seat(broker.bus(), "turn", SESSION, Hearing(), metrics) as turn,
        ):
            await gateway.listen()
            await gateway.take(await claims.found(bus, SESSION, "gateway", "gw", 0))
            await gateway.store(SessionOpened(dialect="test", owner="me", opened_at=0.0))
            await gateway.store(SessionConfigured(version=1, settings=SessionSettings()))
            holder = await claims.claim(bus, gateway, "llm", metrics)
            await turn.take(2)
            await turn.say(TurnCommitted(turn=1, epoch=1, text="What is Natter?", start_sample=0, end_sample=1))
            reply = await finished
            await gateway.say(SessionClosed(reason=CloseReason.CLIENT))
        runtime.stopping.set()
        await serving
    assert holder.instance == "llm-test"
    assert "voice agent platform" in reply.text
    assert "set NATTER_LLM_MODEL and its key" in caplog.text
    assert "engine=demo" in caplog.text


async def test_a_wrong_setting_stops_the_start() -> None:
    runtime = runtime_on(MemoryBroker())
    with pytest.raises(UsageError, match="NATTER_LLM_BASE_URL"):
        await app.run(service, runtime, LlmConfig(engine="openai_compatible"))
    assert not runtime.ready.is_set()


def test_the_service_is_named_and_configured_in_one_place() -> None:
    assert (service.name, service.config) == ("llm", LlmConfig)
