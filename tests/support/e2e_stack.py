"""The whole stack as a user runs it, and a call made to it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soxr

from natter_runtime.config import RuntimeConfig, load
from natter_runtime.errors import EngineError
from natter_runtime.models import EMBEDDED, locate
from natter_stt import engines
from natter_stt.config import SttConfig
from natter_stt.engine import Passage, StreamOptions
from tests.support.nats_server import free_port

READY_S = 90.0
KNOWLEDGE = """# The harbour museum

## The pink shell on the beach
The pink shell was found by Captain Morgan near the lighthouse. It is older than the harbour.

## The gold ring that a girl likes
The gold ring belongs to the mayor. It is kept in a glass box.

## The severe storm that tore the barn
The barn was built again by the farmers in the spring. The storm had taken the roof.
"""


def need_models() -> None:
    """Skip unless the embedded models are there."""
    root = load(RuntimeConfig, os.environ).models
    try:
        for model in EMBEDDED:
            locate(model.kind, model.name, root)
    except EngineError as error:
        pytest.skip(f"{error}")


def environment(**changes: str) -> dict[str, str]:
    """Return the environment for a stack: this one, without Natter's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NATTER_", "OTEL_"))}
    for name in ("NATTER_MODELS",):
        if name in os.environ:
            kept[name] = os.environ[name]
    return {**kept, **changes}


@contextmanager
def process(*command: str, env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``command`` until the block ends; it is asked to stop, and made to after a while."""
    with log.open("wb") as output:
        running = subprocess.Popen([sys.executable, "-m", *command], env=env, stdout=output, stderr=output)
        try:
            yield running
        finally:
            running.send_signal(signal.SIGTERM)
            try:
                running.wait(timeout=30)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait(timeout=5)


def wait_for(condition: Callable[[], bool], what: str, log: Path, seconds: float = READY_S) -> None:
    """Wait until ``condition()`` holds."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise AssertionError(f"{what} not within {seconds:g} s:\n{log.read_text()[-4000:]}")
        time.sleep(0.1)


@contextmanager
def stack(tmp: Path, *arguments: str, **settings: str) -> Iterator[str]:
    """Run ``natter up`` with ``arguments``; yield the URL of its WebSocket when it is ready."""
    port = free_port()
    knowledge = tmp / "knowledge.md"
    knowledge.write_text(KNOWLEDGE, encoding="utf-8")
    own = {
        "NATTER_PORT": str(port),
        "NATTER_DEMO_KNOWLEDGE": str(knowledge),
        "XDG_STATE_HOME": str(tmp / "state"),
    }
    env = environment(**own | settings)
    log = tmp / "up.log"
    with process("natter_cli", "up", "--no-fetch", *arguments, env=env, log=log) as running:

        def ready() -> bool:
            assert running.poll() is None, log.read_text()[-4000:]
            return b"Natter is ready" in log.read_bytes()

        wait_for(ready, "ready", log)
        yield f"ws://127.0.0.1:{port}/v1/ws"


@dataclass
class Call:
    """What came back of one call."""

    events: list[dict[str, Any]] = field(default_factory=list)
    audio: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    """What a player would have played, 24 kHz."""

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the events of one type, in order."""
        return [event for event in self.events if event["type"] == kind]

    @property
    def told(self) -> str:
        """What both sides said, for the message of a failure."""
        sides = {"transcript.user": "you", "transcript.agent": "agent"}
        said = [event for event in self.events if event["type"] in sides]
        return "\n".join(f"{event['t']:6.2f} {sides[event['type']]}: {event['text']}" for event in said)


def talk(url: str, clip: Path, tmp: Path, *arguments: str) -> Call:
    """Make a call as ``natter talk --wav`` does."""
    out = tmp / "reply.wav"
    command = ["natter_cli", "talk", "--wav", str(clip), "--out", str(out), "--json", "--url", url]
    finished = subprocess.run(
        [sys.executable, "-m", *command, *arguments],
        env=environment(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr.decode()
    events = [json.loads(line) for line in finished.stdout.decode().splitlines()]
    with wave.open(str(out)) as wav:
        samples = np.frombuffer(wav.readframes(wav.getnframes()), "<i2").astype(np.float32) / 32768
    return Call(events, samples)


def assert_spoken(call: Call, text: str) -> None:
    """Fail unless what a player would have played says ``text``, as far as the recogniser can tell.

    A machine that is busy with other things stutters, and the recogniser is small: letters are compared. What
    says something else is below 0.5 (measured with the other answers of the knowledge file).
    """
    heard = transcribe(call.audio)
    alike = SequenceMatcher(None, _letters(text), _letters(heard), autojunk=False).ratio()
    assert alike > 0.75, f"heard {heard!r} instead of {text!r} ({alike:.2f})"


def _letters(text: str) -> str:
    return re.sub("[^a-z]+", " ", text.lower())


def transcribe(audio: np.ndarray, rate: int = 24_000) -> str:
    """Return what the project's own recogniser hears in ``audio``."""
    engine = engines.load(SttConfig(), load(RuntimeConfig, os.environ).models)
    audio = np.asarray(soxr.resample(audio, rate, 16_000), np.float32)
    loud = np.flatnonzero(np.abs(audio) > 0.01)
    assert len(loud), "the reply is silent"
    audio = audio[loud[0] : loud[-1] + 1]
    stream = engine.open(StreamOptions())
    text = []
    for start in range(0, len(audio), 12 * 16_000):
        piece = audio[start : start + 12 * 16_000]
        if len(piece) > 1600:
            text.append(stream.decode(Passage(piece, 0), None).text)
    return " ".join(text)
