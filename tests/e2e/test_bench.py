"""Two items of the listening benchmark, from the command to the table."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.bench.judge import Outcome, heard_words, judge
from benchmarks.bench.replies import words
from benchmarks.bench.run import Results
from natter_tts.engines import flite
from tests.support import e2e_stack

pytestmark = pytest.mark.models

ROOT = Path(__file__).resolve().parents[2]


def test_two_turns_are_spoken_answered_and_judged(tmp_path: Path) -> None:
    e2e_stack.need_models()
    if not flite.available():
        pytest.skip("libflite1 is not installed")
    out = tmp_path / "results.jsonl"
    command = [sys.executable, "benchmarks/listening.py", "--kinds", "turn", "--limit", "1", "--in-process"]
    finished = subprocess.run(
        [*command, "--out", str(out)],
        cwd=ROOT,
        env=e2e_stack.environment(),
        capture_output=True,
        timeout=240,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr.decode()[-4000:]
    assert "| turn taken |" in finished.stdout.decode()
    records = list(Results.read(out).records.values())
    assert sorted(record.id for record in records) == ["turn-h-000", "turn-t-000"]
    for record in records:
        assert record.errors == []
        assert judge(record).outcome is not Outcome.VOID
        (reply,) = [reply for reply in record.replies if reply.audible]
        assert heard_words(reply) == words("Reply one. That is all I can tell you.")
        assert record.asked[0].messages[-1][0] == "user"
