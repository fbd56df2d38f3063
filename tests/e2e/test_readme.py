"""What the README shows happens: its client, and its conversation."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

from tests.support import e2e_stack, readme
from tests.support.e2e_stack import environment, stack

pytestmark = pytest.mark.models

ROOT: Final = readme.README.parent
QUESTION: Final = "How do I swap a model?"
ANSWER: Final = "Every engine is one file behind a small interface, and you choose it with two variables"
DEFAULT: Final = "127.0.0.1:8080"
"""Where the README's stack is."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Host and port of a stack that knows what every new one knows."""
    e2e_stack.need_models()
    with stack(tmp_path_factory.mktemp("stack"), "--in-process", NATTER_DEMO_KNOWLEDGE="") as url:
        yield urlsplit(url).netloc


def run(*command: str, **env: str) -> str:
    finished = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment(**env), capture_output=True, text=True, timeout=90
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_the_client_in_ten_lines_makes_a_call(place: str, tmp_path: Path) -> None:
    (code,) = readme.blocks("python")
    assert len([line for line in code.splitlines() if line]) == 10
    assert DEFAULT in code
    client = tmp_path / "client.py"
    client.write_text(code.replace(DEFAULT, place))
    told = run(str(client)).splitlines()
    assert f"transcript.user {QUESTION}" in told
    assert told[-1].startswith(f"transcript.agent {ANSWER}")


def test_the_conversation_is_as_shown(place: str) -> None:
    (shown,) = (block for block in readme.blocks("") if block.startswith("you "))
    (command,) = (line for line in readme.commands() if "natter talk --wav" in line)
    arguments = command.partition("#")[0].split()[1:]
    told = run("-m", "natter_cli", *arguments, NATTER_URL=f"ws://{place}/v1/ws").splitlines()
    you, agent, latency = shown.splitlines()
    assert told[0] == you
    assert told[1].startswith(agent.removesuffix(" ..."))
    assert told[2].startswith(latency.rpartition(":")[0])
