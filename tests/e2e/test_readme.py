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
QUESTION: Final = "How do I swap a model"
"""A busy machine may leave its punctuation out: the recogniser's last word comes too late to count."""
ANSWER: Final = "Every engine is one file behind a small interface, and you choose it with two variables"
DEFAULT: Final = "127.0.0.1:8080"
"""Where the README's stack is."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Host and port of a stack that knows what every new one knows."""
    e2e_stack.need_models()
    with stack(tmp_path_factory.mktemp("stack"), "--in-process", NATTER_DEMO_KNOWLEDGE="") as url:
        yield urlsplit(url).netloc


def start(*command: str, **env: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=environment(**env), stdout=pipe, stderr=pipe, text=True
    )


def lines_of(running: subprocess.Popen[str]) -> list[str]:
    """Return what it has printed once it has ended well."""
    out, err = running.communicate(timeout=90)
    assert running.returncode == 0, err
    return out.splitlines()


def test_the_client_in_ten_lines_and_the_conversation_are_as_shown(place: str, tmp_path: Path) -> None:
    """Both at the same time: each hears its answer to the end."""
    (code,) = readme.blocks("python")
    assert len([line for line in code.splitlines() if line]) == 10
    assert DEFAULT in code
    script = tmp_path / "client.py"
    script.write_text(code.replace(DEFAULT, place))
    (shown,) = (block for block in readme.blocks("") if block.startswith("you "))
    (command,) = (line for line in readme.commands() if "natter talk --wav" in line)
    arguments = command.partition("#")[0].split()[1:]
    url = f"ws://{place}/v1/ws"
    with start(str(script)) as client, start("-m", "natter_cli", *arguments, NATTER_URL=url) as talk:
        told, conversation = lines_of(client), lines_of(talk)
    assert any(line.startswith(f"transcript.user {QUESTION}") for line in told), told
    assert told[-1].startswith(f"transcript.agent {ANSWER}"), told
    for line, expected in zip(conversation, shown.splitlines(), strict=False):
        stable = expected.removesuffix("?").removesuffix(" ...").partition("sound: ")[0]
        assert line.startswith(stable), conversation
