"""What remains of a real call: its recording is listened to, its timeline held against it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile

from tests.support import corpus, e2e_stack
from tests.support.e2e_stack import stack, talk, transcribe

pytestmark = pytest.mark.models

COMPLETE_S = 30.0


@pytest.fixture(autouse=True)
def models() -> None:
    e2e_stack.need_models()


def record(base: str, session: str) -> dict[str, Any]:
    """Wait until the record of a session is complete; return it."""
    until = time.monotonic() + COMPLETE_S
    while time.monotonic() < until:
        answer = httpx.get(f"{base}/v1/sessions/{session}", trust_env=False)
        if answer.status_code == 200 and answer.json()["artifacts"]:
            found: dict[str, Any] = answer.json()
            return found
        time.sleep(0.2)
    raise AssertionError(f"no complete record after {COMPLETE_S:g} s: {answer.text}")


def test_both_sides_of_a_call_are_heard_where_the_timeline_says(tmp_path: Path) -> None:
    question = corpus.need("osr_03.wav").path
    with stack(tmp_path, "--in-process") as url:
        call = talk(url, question, tmp_path)
        session = record(
            url.replace("ws://", "http://").removesuffix("/v1/ws"), call.of("session.ready")[0]["session_id"]
        )
        links = {artifact["type"]: artifact["url"] for artifact in session["artifacts"]}
        timeline = httpx.get(links["timeline"], trust_env=False).json()
        sound = httpx.get(links["audio"], trust_env=False).content
    path = tmp_path / "call.ogg"
    path.write_bytes(sound)
    samples, rate = soundfile.read(path, dtype="float32")
    user, agent = samples[:, 0], samples[:, 1]
    assert "pink shell" in transcribe(user, rate).lower()
    assert "captain morgan" in transcribe(agent, rate).lower()
    (turn,) = timeline["turns"]
    assert "pink shell" in turn["user_transcript"].lower()
    assert "Captain Morgan" in turn["agent_text"]
    assert edges(user, rate)[1] == pytest.approx(turn["user_speech_ended_at_ms"], abs=400)
    assert edges(agent, rate)[0] == pytest.approx(turn["agent_reply_started_at_ms"], abs=250)
    assert edges(agent, rate)[0] > edges(user, rate)[1]
    assert session["usage"]["tts_characters"] == len(turn["agent_text"])
    begun, ended = edges(agent, rate)
    assert session["usage"]["audio_out_seconds"] == pytest.approx((ended - begun) / 1000, abs=1.0)


def edges(channel: np.ndarray, rate: int) -> tuple[float, float]:
    """Return from when to when a channel is loud, in milliseconds."""
    loud = np.flatnonzero(np.abs(channel) > 0.02) * 1000 / rate
    return float(loud[0]), float(loud[-1])
