"""The users of ``deploy/nats/nats.conf``: each service hears and says what is its business, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from natter_cli.keys import USERS
from natter_gateway.voices import Voices
from natter_protocol import rights, subjects
from natter_protocol.base import Lane
from natter_runtime import bus_nats
from natter_runtime.bus import Bus
from natter_runtime.bus_nats import Login, NatsBus
from natter_runtime.clock import SystemClock
from natter_runtime.errors import BusError, LogError
from natter_runtime.presence import Card, Presence
from natter_runtime.tasks import spawn, stop
from tests.support.nats_server import guarded_server

pytestmark = pytest.mark.nats


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Its URL, and where its keys are."""
    folder = tmp_path_factory.mktemp("nats")
    with guarded_server(folder) as url:
        yield url, folder / "keys"


@pytest.fixture
async def buses(server: tuple[str, Path]) -> AsyncIterator[dict[str, NatsBus]]:
    """A connection of each user; the gateway's comes first and makes the event log."""
    async with AsyncExitStack() as stack:
        connected: dict[str, NatsBus] = {}
        for user in USERS:
            login = Login(user, (server[1] / user / "nats_password").read_text())
            bus = await bus_nats.connect(
                server[0], name=user, login=login, keep_log=user == "gateway", connect_timeout=5, log_timeout=0.5
            )
            stack.push_async_callback(bus.close)
            connected[user] = bus
        yield connected


async def hears(listener: Bus, speaker: Bus, subject: str) -> bool:
    """Whether what ``speaker`` says on ``subject`` reaches ``listener``."""
    heard = asyncio.Event()
    subscription = await listener.subscribe(subject, lambda _: heard.set())
    await listener.flush()
    await speaker.publish(subject, b"x")
    await speaker.flush()
    try:
        async with asyncio.timeout(0.3):
            await heard.wait()
    except TimeoutError:
        return False
    finally:
        await subscription.unsubscribe()
    return True


@pytest.mark.parametrize(
    ("subject", "speaker", "listeners"),
    [
        (subjects.audio_in("sess_1"), "gateway", {"turn", "stt", "operator"}),
        (subjects.audio_out("sess_1"), "tts", {"gateway", "turn", "operator"}),
        (subjects.audio_replay("sess_1", "stt"), "gateway", {"stt", "operator"}),
    ],
)
async def test_audio_reaches_those_who_work_on_it(
    buses: dict[str, NatsBus], subject: str, speaker: str, listeners: set[str]
) -> None:
    assert {user for user in USERS if await hears(buses[user], buses[speaker], subject)} == listeners


async def test_nobody_can_listen_to_everything_but_the_operator(buses: dict[str, NatsBus]) -> None:
    everything = subjects.in_any_session(subjects.everything("any"))
    heard: list[str] = []
    for user in USERS:
        await buses[user].subscribe(everything, lambda _, user=user: heard.append(user))  # type: ignore[misc]
        await buses[user].flush()
    await buses["gateway"].publish(subjects.audio_in("sess_2"), b"x")
    await asyncio.sleep(0.2)
    assert heard == ["operator"]


async def test_nobody_speaks_for_another(buses: dict[str, NatsBus]) -> None:
    commit = subjects.build("sess_1", Lane.EVT, "turn", "committed")
    assert await hears(buses["llm"], buses["turn"], commit)
    assert not await hears(buses["llm"], buses["stt"], commit)
    assert not await hears(buses["llm"], buses["operator"], commit)


async def test_an_answer_reaches_only_who_asked(buses: dict[str, NatsBus]) -> None:
    overheard: list[bytes] = []
    await buses["llm"].subscribe(f"{rights.inbox('gateway')}.>", lambda delivery: overheard.append(delivery.data))
    await buses["llm"].flush()
    answering: list[asyncio.Task[None]] = []

    def answer(request: object) -> None:
        answering.append(asyncio.ensure_future(buses["stt"].respond(request, b"here")))  # type: ignore[arg-type]

    await buses["stt"].subscribe(subjects.svc("stt", "claim"), answer, queue="stt")
    await buses["stt"].flush()
    reply = await buses["gateway"].request(subjects.svc("stt", "claim"), b"", timeout=1.0)
    assert reply.data == b"here"
    assert overheard == []
    with pytest.raises(BusError):
        await buses["llm"].request(subjects.svc("stt", "claim"), b"", timeout=0.2)
    await asyncio.gather(*answering)


async def test_the_gateway_learns_what_each_can_as_it_does_when_it_runs(buses: dict[str, NatsBus]) -> None:
    info = {"tts": {"voices": ["slt"], "languages": ["en"]}, "stt": {"languages": ["en"]}}
    voices = Voices()
    async with asyncio.TaskGroup() as group:
        working = []
        for service, details in info.items():
            card = Card(service, f"{service}-1", 1, details=details)
            presence = Presence(buses[service], card, SystemClock(), lambda: 0)
            await presence.listen()
            await buses[service].flush()
            working.append(spawn(group, presence.answer(), service))
        working.append(spawn(group, voices.keep_up(buses["gateway"], SystemClock()), "voices"))
        async with asyncio.timeout(5):
            while not (voices.local and voices.hearing.languages):
                await asyncio.sleep(0.02)
        for task in working:
            await stop(task)
    assert voices.knows("slt")


async def test_all_read_the_log_and_only_the_gateway_keeps_it(buses: dict[str, NatsBus]) -> None:
    subject = subjects.build("sess_3", Lane.EVT, "stt", "final")
    number = await (await buses["stt"].log.append(subject, b"{}", id="stt.1.1"))
    for user in USERS:
        (stored,) = await buses[user].log.read(subjects.lane("sess_3", Lane.EVT))
        assert stored.sequence == number
    assert await buses["gateway"].log.last(subject) == number
    with pytest.raises(LogError):
        await buses["stt"].log.delete(subjects.lane("sess_3", Lane.EVT))
    await buses["gateway"].log.delete(subjects.lane("sess_3", Lane.EVT))
    assert await buses["stt"].log.read(subjects.lane("sess_3", Lane.EVT)) == []


async def test_who_is_nobody_stays_outside(server: tuple[str, Path]) -> None:
    with pytest.raises(BusError, match="no NATS server"):
        await bus_nats.connect(server[0], name="x", connect_timeout=0.5)
    wrong = Login("stt", (server[1] / "tts" / "nats_password").read_text())
    with pytest.raises(BusError, match="no NATS server"):
        await bus_nats.connect(server[0], name="x", login=wrong, connect_timeout=0.5)
