"""Connections are lost at any moment, gateways die, and nothing of the call is (rule R9).

Twelve drops by default; as many as ``NATTER_TEST_DROPS`` says.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from natter_protocol import codec, subjects
from natter_protocol.base import Lane, Message
from natter_runtime import bus_nats
from natter_runtime.fold import fold
from natter_runtime.state import SessionState
from tests.support import e2e_stack, nats_server, resume_call
from tests.support.resume_call import RATE, Drop, Item, Traveller

pytestmark = pytest.mark.nats

DROPS = int(os.environ.get("NATTER_TEST_DROPS", "12"))
PER_CALL = 6
AT_ONCE = 3
KILL_EVERY = 4
"""Each so-many-th drop is the death of a gateway."""
WORKERS = ("turn", "stt", "llm", "tts")


MORTAL = 2
"""So many gateways may be killed; there is one more, which is left in peace."""


class Gateways:
    """The gateways of one installation; some may be killed, and come up again."""

    def __init__(self, env: dict[str, str], folder: Path, rng: random.Random) -> None:
        self._env = env
        self._folder = folder
        self._rng = rng
        self._ports = [nats_server.free_port() for _ in range(MORTAL + 1)]
        self._running: list[subprocess.Popen[bytes]] = []
        self.killed = 0

    def start(self) -> None:
        """Start them and wait until they are ready."""
        self._running = [self._started(number) for number in range(MORTAL + 1)]
        for number in range(MORTAL + 1):
            log = self._log(number)
            e2e_stack.wait_for(lambda log=log: b" ready on " in log.read_bytes(), f"gateway {number}", log)  # type: ignore[misc]

    def stop(self) -> None:
        """Stop them."""
        for gateway in self._running:
            gateway.send_signal(signal.SIGTERM)
        for gateway in self._running:
            try:
                gateway.wait(timeout=20)
            except subprocess.TimeoutExpired:
                gateway.kill()
                gateway.wait(timeout=5)

    def _log(self, number: int) -> Path:
        return self._folder / f"gateway-{number}.log"

    def _started(self, number: int) -> subprocess.Popen[bytes]:
        env = {**self._env, "NATTER_PORT": str(self._ports[number])}
        with self._log(number).open("ab") as output:
            return subprocess.Popen([sys.executable, "-m", "natter_gateway"], env=env, stdout=output, stderr=output)

    def pick(self) -> tuple[int, str]:
        """Return one of the mortal ones by chance."""
        number = self._rng.randrange(MORTAL)
        return number, self.url(number)

    def url(self, number: int) -> str:
        """Return where a gateway is reached."""
        return f"ws://127.0.0.1:{self._ports[number]}/v1/ws"

    async def kill(self, number: int) -> None:
        """End one without warning, and start it anew."""
        self._running[number].kill()
        self._running[number].wait(timeout=5)
        self.killed += 1
        self._running[number] = self._started(number)


class Peace:
    """The way to the gateway that nobody kills."""

    def __init__(self, gateways: Gateways) -> None:
        self._url = gateways.url(MORTAL)

    def pick(self) -> tuple[int, str]:
        """Return it."""
        return MORTAL, self._url

    async def kill(self, number: int) -> None:
        """Never asked for."""
        raise AssertionError(number)


@contextmanager
def installation(folder: Path, rng: random.Random) -> Iterator[tuple[str, Gateways]]:
    """Run nats-server, four scripted workers and the gateways; yield the URL of the bus, and the gateways."""
    ears, mind = resume_call.write_scripts(folder)
    with ExitStack() as running:
        bus = running.enter_context(nats_server.nats_server())
        env = e2e_stack.environment(
            NATTER_NATS_URL=bus,
            NATTER_STT_ENGINE="scripted",
            NATTER_STT_MODEL=str(ears),
            NATTER_TURN_ENGINE="none",
            NATTER_TURN_VAD="energy",
            NATTER_LLM_ENGINE="scripted",
            NATTER_LLM_SCRIPT=str(mind),
            NATTER_TTS_ENGINE="tone",
            NATTER_SECRET="the secret of this very test",
            NATTER_DRAIN_S="1",
        )
        for service in WORKERS:
            log = folder / f"{service}.log"
            running.enter_context(e2e_stack.process(f"natter_{service}", env=env, log=log))
        for service in WORKERS:
            log = folder / f"{service}.log"
            e2e_stack.wait_for(lambda log=log: b" ready" in log.read_bytes(), f"{service} ready", log)  # type: ignore[misc]
        gateways = Gateways(env, folder, rng)
        gateways.start()
        running.callback(gateways.stop)
        yield bus, gateways


async def history(bus_url: str, session: str) -> tuple[SessionState, list[tuple[str, str]]]:
    """Return the session's state, and its conversation as the log tells it; of a call its name, arguments, result."""
    bus = await bus_nats.connect(bus_url, name="test")
    try:
        stored = await bus.log.read(subjects.lane(session, Lane.EVT))
    finally:
        await bus.close()
    facts = [message for event in stored if isinstance(message := codec.decode(event.data), Message)]
    state = fold(facts)
    told = []
    for entry in state.conversation:
        call = entry.call
        told.append((entry.role.value, f"{call.name} {call.arguments} {call.result}" if call else entry.text))
    return state, told


def fate(rng: random.Random, numbers: range) -> list[Drop]:
    """Return drops at random moments of one call."""
    last = len(resume_call.recording()) // 2
    samples = sorted(rng.randrange(RATE // 2, last) for _ in numbers)
    return [Drop(sample, kill=number % KILL_EVERY == 0) for sample, number in zip(samples, numbers, strict=True)]


async def all_calls(travellers: list[Traveller]) -> list[list[Item]]:
    """Make the calls, some at a time; return what was said in each."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(traveller: Traveller) -> list[Item]:
        async with room:
            return await traveller.call()

    return list(await asyncio.gather(*(one(traveller) for traveller in travellers)))


@pytest.mark.parametrize("seed", [7])
def test_nothing_is_lost_whatever_becomes_of_connections_and_gateways(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    with installation(tmp_path, rng) as (bus, gateways):
        numbers = [range(first, min(first + PER_CALL, DROPS + 1)) for first in range(1, DROPS + 1, PER_CALL)]
        quiet = Traveller(Peace(gateways), [])
        others = [Traveller(gateways, fate(rng, some)) for some in numbers]
        expected, *transcripts = asyncio.run(all_calls([quiet, *others]))
        state, remembered = asyncio.run(history(bus, quiet.session))
        assert [text for role, text in expected if role == "user"] == list(resume_call.SAID)
        assert (quiet.problems, quiet.resumed, len(state.calls)) == ([], 0, 1)
        for traveller, transcript in zip(others, transcripts, strict=True):
            assert transcript == expected, f"{traveller.session}: {traveller.problems}"
            assert asyncio.run(history(bus, traveller.session))[1] == remembered, traveller.session
            assert traveller.problems == []
        assert sum(traveller.resumed for traveller in others) >= DROPS
        assert gateways.killed == DROPS // KILL_EVERY
