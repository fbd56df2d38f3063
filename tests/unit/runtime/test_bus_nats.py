"""What only the NATS bus can go through: servers that are not there, without JetStream, or restarted.

What it has in common with the memory bus is tested in ``tests/conformance/bus``.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from natter_protocol import subjects
from natter_protocol.base import Lane
from natter_runtime import bus_nats
from natter_runtime.bus_nats import Login, StreamLimits
from natter_runtime.errors import BusError, LogError
from natter_runtime.tasks import spawn, stop
from tests.support.nats_server import free_port
from tests.support.runtime_ear import Ear
from tests.support.runtime_nats import Server

pytestmark = pytest.mark.nats

FACT = subjects.build("sess_1", Lane.EVT, "turn", "started")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    server.start()
    yield server
    server.stop()


async def test_no_server_is_told_within_the_deadline() -> None:
    url = f"nats://127.0.0.1:{free_port()}"
    async with asyncio.timeout(2.0):
        with pytest.raises(BusError, match=url):
            await bus_nats.connect(url, name="test", connect_timeout=0.2)


async def test_a_refusal_at_the_moment_of_a_cancellation_does_not_swallow_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client would connect for ever, and the process never end."""
    attempts = 0

    async def refuse(**_: object) -> None:
        nonlocal attempts
        attempts += 1
        if attempts > 1:
            await asyncio.sleep(30.0)
        asyncio.get_running_loop().call_soon(connecting.cancel)
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio, "open_connection", refuse)
    async with asyncio.timeout(2.0), asyncio.TaskGroup() as group:
        connecting = spawn(group, bus_nats.connect("nats://127.0.0.1:1", name="test"), "connect")
        await asyncio.wait([connecting])
    assert connecting.cancelled()
    assert attempts == 1


@bus_nats._heeding
async def careless() -> str:
    """Ends well although it was cancelled, as ``wait_for`` before Python 3.12 when both come together."""
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.sleep(30.0)
    return "done"


async def test_a_swallowed_cancellation_is_taken_up_again() -> None:
    async with asyncio.timeout(2.0), asyncio.TaskGroup() as group:
        task = spawn(group, careless(), "careless")
        await asyncio.sleep(0)
        await stop(task)
        assert task.cancelled()


async def test_a_swallowed_deadline_is_taken_up_again() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await careless()


async def test_cleaning_up_after_a_cancellation_goes_on() -> None:
    steps: list[str] = []

    @bus_nats._heeding
    async def step() -> None:
        await asyncio.sleep(0)
        steps.append("step")

    async def work() -> None:
        try:
            await asyncio.sleep(30.0)
        finally:
            await step()
            await step()

    async with asyncio.TaskGroup() as group:
        task = spawn(group, work(), "work")
        await asyncio.sleep(0)
        await stop(task)
    assert steps == ["step", "step"]
    await step()


async def test_a_server_without_jetstream_is_told(tmp_path: Path) -> None:
    """And leaves no connection behind: the service tries again twice a second."""
    server = Server(tmp_path, jetstream=False)
    server.start()
    try:
        with pytest.raises(LogError, match="is JetStream on"):
            await bus_nats.connect(server.url, name="test", log_timeout=0.3)
    finally:
        server.stop()


async def test_the_limits_of_an_existing_log_are_updated(server: Server) -> None:
    for megabytes in (4, 8):
        bus = await bus_nats.connect(server.url, name="test", limits=StreamLimits(max_bytes=megabytes * 1024 * 1024))
        await (await bus.log.append(FACT, bytes(1024 * 1024 // 2), id=f"turn.{megabytes}.1"))
        fullness = await bus.log.fullness()
        await bus.close()
        assert fullness == pytest.approx(0.125, abs=0.01)


async def test_who_names_no_limits_leaves_the_log_as_it_is(server: Server) -> None:
    """A tool that only looks must not undo what the services were configured with."""
    bus = await bus_nats.connect(server.url, name="test", limits=StreamLimits(max_bytes=4 * 1024 * 1024))
    await (await bus.log.append(FACT, bytes(1024 * 1024 // 2), id="turn.1.1"))
    looking = await bus_nats.connect(server.url, name="look")
    fullness = await bus.log.fullness()
    await asyncio.gather(bus.close(), looking.close())
    assert fullness == pytest.approx(0.125, abs=0.01)


async def test_several_services_may_start_at_once(server: Server) -> None:
    buses = await asyncio.gather(*(bus_nats.connect(server.url, name=f"test-{number}") for number in range(5)))
    await asyncio.gather(*(bus.close() for bus in buses))


async def test_closing_is_no_news(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    bus = await bus_nats.connect(server.url, name="test")
    with caplog.at_level(logging.WARNING):
        await bus.close()
    assert caplog.text == ""


async def test_a_restarted_server_is_found_again(server: Server) -> None:
    """Subscriptions live on, who asked is told, facts said meanwhile are kept; audio of the past is not."""
    bus = await bus_nats.connect(server.url, name="test")
    facts, audio, missed = Ear(), Ear(), asyncio.Event()
    await bus.subscribe(FACT, facts)
    await bus.subscribe(subjects.audio_in("sess_1"), audio)
    bus.on_reconnect(missed.set)
    await bus.flush()
    await (await bus.log.append(FACT, b"before", id="turn.1.1"))
    server.stop()
    await _until_audio_is_refused(bus)
    promise = await bus.log.append(FACT, b"meanwhile", id="turn.1.2")
    server.start()
    async with asyncio.timeout(5.0):
        await missed.wait()
        assert await promise == 2
    assert [event.data for event in await bus.log.read(FACT)] == [b"before", b"meanwhile"]
    async with asyncio.timeout(5.0):
        while not audio.heard:
            await _try_to_play(bus)
            await asyncio.sleep(0.01)
    assert b"stale" not in audio.data
    assert facts.data[0] == b"before"
    await bus.close()


async def test_without_a_server_the_log_says_so(server: Server) -> None:
    bus = await bus_nats.connect(server.url, name="test", log_timeout=0.2)
    server.stop()
    await _until_audio_is_refused(bus)
    for asking in (bus.log.read(FACT), bus.log.last(FACT), bus.log.fullness(), bus.log.delete(FACT)):
        with pytest.raises(LogError):
            await asking
    await _close_without_server(bus)


async def test_a_service_can_stop_without_a_server(server: Server) -> None:
    bus = await bus_nats.connect(server.url, name="test")
    await bus.subscribe(FACT, Ear())
    server.stop()
    await _until_audio_is_refused(bus)
    promise = await bus.log.append(FACT, b"never sent", id="turn.1.1")
    await _close_without_server(bus)
    assert not promise.done()


async def _close_without_server(bus: bus_nats.NatsBus) -> None:
    """With something left to send nats-py does not stop its callbacks' tasks; a process ends here."""
    await bus.close()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        await stop(task)


async def _until_audio_is_refused(bus: bus_nats.NatsBus) -> None:
    """Audio is not kept for later: while the connection is down, publishing it fails."""
    async with asyncio.timeout(5.0):
        while True:
            try:
                await bus.publish(subjects.audio_in("sess_1"), b"stale")
            except BusError:
                return
            await asyncio.sleep(0.01)


async def _try_to_play(bus: bus_nats.NatsBus) -> None:
    with contextlib.suppress(BusError):
        await bus.publish(subjects.audio_in("sess_1"), b"fresh")


def test_a_login_has_subjects_of_its_own_for_answers() -> None:
    assert bus_nats.NOBODY.options() == {}
    assert Login("stt", "secret").options() == {
        "user": "stt",
        "password": "secret",
        "inbox_prefix": "_INBOX_stt",
    }
    assert "secret" not in repr(Login("stt", "secret"))


async def test_a_service_that_does_not_keep_the_log_does_not_make_it(server: Server) -> None:
    bus = await bus_nats.connect(server.url, name="test", keep_log=False)
    with pytest.raises(LogError):
        await bus.log.fullness()
    await bus.close()
