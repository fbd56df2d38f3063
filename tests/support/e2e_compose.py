"""The stack of ``docker-compose.yml`` on this machine, under a name and with images of its own."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support import e2e_stack
from tests.support.nats_server import free_port
from tests.support.traces import Spans

ROOT = Path(__file__).resolve().parents[2]
FILES = ("docker-compose.yml", "tests/e2e/compose.override.yml")
TAG = f"test-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]}"
"""Of the images: another checkout on the same engine has others."""
BUILD_S, COMMAND_S = 900, 300


def need_engine() -> None:
    """Skip unless a Docker engine with compose answers."""
    if shutil.which("docker") is None:
        pytest.skip("no docker")
    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no Docker engine answers")


@dataclass(frozen=True)
class Stack:
    """A running compose project."""

    project: str
    env: dict[str, str]

    def run(self, *command: str, timeout: float = COMMAND_S) -> str:
        """Run a command in the project's folder; return what it prints. Fails if the command does."""
        done = subprocess.run(
            command, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=timeout, check=False
        )
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr[-4000:]}"
        return done.stdout

    def compose(self, *arguments: str, timeout: float = COMMAND_S) -> str:
        """Run a compose command on it; return what it prints."""
        return self.run("docker", "compose", *self.options(), *arguments, timeout=timeout)

    def options(self) -> list[str]:
        """Return the options of compose, and of ``natter swap``, that say which project is meant."""
        return ["-p", self.project, *(part for file in FILES for part in ("-f", file))]

    def containers(self, service: str = "") -> list[dict[str, Any]]:
        """Return what the engine knows of the containers that run."""
        ids = self.compose("ps", "-q", *([service] if service else [])).split()
        found: list[dict[str, Any]] = json.loads(self.run("docker", "inspect", *ids)) if ids else []
        return found

    def urls(self) -> list[str]:
        """Return the WebSocket of each gateway, at its published port."""
        ports = [about["NetworkSettings"]["Ports"]["8080/tcp"][0] for about in self.containers("gateway")]
        return [f"ws://{port['HostIp']}:{port['HostPort']}/v1/ws" for port in ports]

    def key(self) -> str:
        """Return the API key that the first start printed."""
        found = re.search(r"nk_[\w-]+", self.compose("logs", "--no-color", "init"))
        assert found is not None
        return found[0]

    def spans(self) -> Spans:
        """Return what has arrived at the receiver."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.env['NATTER_TEST_SINK_PORT']}/spans", timeout=5) as answer:
            found: Spans = json.load(answer)
        return found


@contextmanager
def up(folder: Path) -> Iterator[Stack]:
    """Build and start everything; take it down with its volumes afterwards."""
    knowledge = folder / "knowledge.md"
    knowledge.write_text(e2e_stack.KNOWLEDGE, encoding="utf-8")
    knowledge.chmod(0o644)
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(parent.stat().st_mode | 0o055)  # the container's user is another
    first = free_port()
    env = e2e_stack.environment(
        NATTER_VERSION=TAG,
        NATTER_PORTS=f"{first}-{first + 3}",
        NATTER_TEST_SINK_PORT=str(free_port()),
        NATTER_TEST_KNOWLEDGE=str(knowledge),
    )
    stack = Stack(f"natter-test-{os.getpid()}", env)
    stack.compose("build", "-q", timeout=BUILD_S)
    try:
        stack.compose("up", "-d", "--wait", "--wait-timeout", "180")
        yield stack
    except BaseException as error:
        error.add_note(stack.compose("logs", "--no-color", "--tail", "60"))
        raise
    finally:
        stack.compose("down", "-v", "--timeout", "10")
