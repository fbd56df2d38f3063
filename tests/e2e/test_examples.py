"""Every example runs, against a stack whose engines do what they are told."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import e2e_stack
from tests.support.conformance_stack import ANSWERS, KEY, scripted_stack

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
TIMEOUT_S = 60


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with scripted_stack(tmp_path_factory.mktemp("stack"), "--in-process") as url:
        yield url


def run(*command: str) -> str:
    """Run an example to its end; return what it printed."""
    finished = subprocess.run(
        command, env=e2e_stack.environment(), capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_the_client_speaks_a_file_and_saves_the_answer(url: str, tmp_path: Path) -> None:
    answer = tmp_path / "answer.wav"
    printed = run(
        sys.executable, str(EXAMPLES / "client.py"), str(EXAMPLES / "question.wav"), str(answer), url, KEY
    ).splitlines()
    assert printed[0].startswith("transcript.user: ")
    assert printed[1].removeprefix("transcript.agent: ") in ANSWERS
    with wave.open(str(answer)) as wav:
        assert wav.getframerate() == 24_000
        assert 2.0 < wav.getnframes() / 24_000 < 6.0


def test_the_client_says_what_is_wrong(url: str, tmp_path: Path) -> None:
    command = [str(EXAMPLES / "client.py"), str(EXAMPLES / "question.wav"), str(tmp_path / "x.wav"), url, "wrong"]
    finished = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    assert finished.returncode == 1
    assert "unauthorized: Authentication failed" in finished.stderr


def test_the_client_is_as_short_as_it_says() -> None:
    assert len((EXAMPLES / "client.py").read_text().splitlines()) <= 60


def test_the_agent_with_a_tool_looks_it_up(tmp_path: Path) -> None:
    with scripted_stack(tmp_path, "--in-process", NATTER_LLM_ENGINE="demo") as url:
        printed = run(
            sys.executable, str(EXAMPLES / "tools.py"), "How many loaves of rye are left?", "--url", url, "--key", KEY
        )
    assert "looking up {'item': 'rye'}" in printed
    assert "2" in printed.splitlines()[-1] or "two" in printed.splitlines()[-1].lower()


def test_a_stored_agent_has_natter_ask_the_shop(tmp_path: Path) -> None:
    allowed = {"NATTER_LLM_ENGINE": "demo", "NATTER_HTTP_TOOLS_PRIVATE": "yes"}
    with scripted_stack(tmp_path, "--in-process", **allowed) as url:
        base = url.replace("ws://", "http://").removesuffix("/v1/ws")
        question = "How many loaves of rye are left?"
        printed = run(sys.executable, str(EXAMPLES / "http_agent.py"), question, "--url", base, "--key", KEY)
    lines = printed.splitlines()
    assert any(line.startswith("asked for 'rye', call call_") for line in lines)
    assert "2" in lines[-1] or "two" in lines[-1].lower()


def test_the_page_talks(url: str) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on PATH to run the page's script with")
    harness = ROOT / "tests" / "support" / "browser.mjs"
    page = EXAMPLES / "browser" / "index.html"
    told = json.loads(
        run(node, "--experimental-websocket", "--no-warnings", str(harness), str(page), f"?url={url}&token={KEY}")
    )
    assert told["lines"][0] == "agent: Hello! Ask me anything."
    assert told["lines"][1].startswith("you: ")
    assert told["lines"][2].removeprefix("agent: ") in ANSWERS
    assert told["played"] > 3
