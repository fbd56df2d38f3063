"""``docker compose up`` on this machine, and a call through its published port."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import corpus, e2e_stack, nats_server
from tests.support.e2e_stack import talk, transcribe
from tests.support.traces import check_one_trace

pytestmark = [pytest.mark.docker, pytest.mark.models]

ROOT = Path(__file__).resolve().parents[2]
PROJECT = "natter-test"


def need_engine() -> None:
    """Skip unless a Docker engine with compose answers."""
    if shutil.which("docker") is None:
        pytest.skip("no docker")
    answer = subprocess.run(["docker", "info"], capture_output=True, check=False)
    if answer.returncode != 0:
        pytest.skip("no Docker engine answers")


@dataclass(frozen=True)
class Stack:
    """A running compose project."""

    url: str
    spans: str

    def compose(self, *arguments: str) -> str:
        """Run a compose command on it; return what it prints."""
        return compose(*arguments)


def compose(*arguments: str, env: dict[str, str] | None = None) -> str:
    command = ["docker", "compose", "-p", PROJECT, "-f", "docker-compose.yml", "-f", "tests/e2e/compose.override.yml"]
    finished = subprocess.run(
        [*command, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, timeout=900, check=False
    )
    assert finished.returncode == 0, finished.stderr[-4000:]
    return finished.stdout


@contextmanager
def up(tmp: Path) -> Iterator[Stack]:
    """Build and start everything; take it down with its volumes afterwards."""
    port, sink = nats_server.free_port(), nats_server.free_port()
    knowledge = tmp / "knowledge.md"
    knowledge.write_text(e2e_stack.KNOWLEDGE, encoding="utf-8")
    knowledge.chmod(0o644)
    env = e2e_stack.environment(
        NATTER_PORTS=str(port),
        NATTER_API_KEYS="natter",
        NATTER_TEST_SINK_PORT=str(sink),
        NATTER_TEST_KNOWLEDGE=str(knowledge),
    )
    os.environ.update({name: env[name] for name in ("NATTER_TEST_SINK_PORT", "NATTER_TEST_KNOWLEDGE")})
    tmp.chmod(0o755)
    try:
        subprocess.run(["docker", "compose", "build", "-q"], cwd=ROOT, env=env, check=True, timeout=900)
        compose("up", "-d", "--wait", "--wait-timeout", "180", env=env)
        yield Stack(f"ws://127.0.0.1:{port}/v1/ws", f"http://127.0.0.1:{sink}/spans")
    except BaseException as error:
        error.add_note(compose("logs", "--no-color", "--tail", "60", env=env))
        raise
    finally:
        compose("down", "-v", "--timeout", "5", env=env)
        for name in ("NATTER_TEST_SINK_PORT", "NATTER_TEST_KNOWLEDGE"):
            os.environ.pop(name, None)


def test_a_call_through_the_published_port(tmp_path: Path) -> None:
    need_engine()
    with up(tmp_path) as stack:
        call = talk(stack.url, corpus.need("osr_03.wav").path, tmp_path, "--key", "natter")
        assert "pink shell" in call.of("transcript.user")[0]["text"].lower()
        assert "Captain Morgan" in call.of("transcript.agent")[0]["text"]
        assert "captain morgan" in transcribe(call.audio).lower()
        time.sleep(1.5)
        with urllib.request.urlopen(stack.spans, timeout=5) as answer:
            check_one_trace(json.load(answer))
