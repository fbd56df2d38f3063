"""Real speech through the real stack: asked, answered, listened to."""

from __future__ import annotations

import shutil
import wave
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.support import corpus, e2e_stack, nats_server
from tests.support.e2e_stack import Call, assert_spoken, stack, talk

pytestmark = pytest.mark.models

SERVICES = ("turn", "stt", "llm", "tts", "gateway")


@pytest.fixture(autouse=True)
def models() -> None:
    e2e_stack.need_models()


@contextmanager
def by_hand(tmp: Path) -> Iterator[str]:
    """Start the five services one by one against one nats-server, as an operator would."""
    port = nats_server.free_port()
    knowledge = tmp / "knowledge.md"
    knowledge.write_text(e2e_stack.KNOWLEDGE, encoding="utf-8")
    with ExitStack() as running:
        url = running.enter_context(nats_server.nats_server())
        env = e2e_stack.environment(
            NATTER_NATS_URL=url,
            NATTER_PORT=str(port),
            NATTER_DATA=str(tmp / "data"),
            NATTER_DEMO_KNOWLEDGE=str(knowledge),
            NATTER_DRAIN_S="1",
        )
        for service in SERVICES:
            log = tmp / f"{service}.log"
            running.enter_context(e2e_stack.process(f"natter_{service}", env=env, log=log))
            e2e_stack.wait_for(lambda log=log: b" ready" in log.read_bytes(), f"{service} ready", log)  # type: ignore[misc]
        yield f"ws://127.0.0.1:{port}/v1/ws"


def check_answer(call: Call) -> None:
    """The question was understood, and the spoken answer is the one of the knowledge file."""
    assert call.of("session.ready")[0]["config"]["output"]["format"]["sample_rate"] == 24_000
    assert "pink shell" in call.of("transcript.user")[0]["text"].lower(), call.told
    agent = call.of("transcript.agent")[0]
    assert "Captain Morgan" in agent["text"], call.told
    assert agent["interrupted"] is False
    assert call.of("reply.done")[0]["status"] == "completed"
    assert_spoken(call, agent["text"])


@pytest.mark.nats
def test_a_question_is_answered_over_nats(tmp_path: Path) -> None:
    if shutil.which("nats-server") is None:
        pytest.skip("no nats-server on PATH, so `natter up` has no NATS to bring")
    question = corpus.need("osr_03.wav").path
    with stack(tmp_path) as url:
        check_answer(talk(url, question, tmp_path))


def test_a_question_is_answered_in_one_process(tmp_path: Path) -> None:
    question = corpus.need("osr_03.wav").path
    with stack(tmp_path, "--in-process") as url:
        check_answer(talk(url, question, tmp_path))


@pytest.mark.nats
def test_a_question_is_answered_by_services_started_by_hand(tmp_path: Path) -> None:
    question = corpus.need("osr_03.wav").path
    with by_hand(tmp_path) as url:
        check_answer(talk(url, question, tmp_path))


def test_speaking_over_the_answer_stops_it_and_history_keeps_what_was_heard(tmp_path: Path) -> None:
    """The user asks, and 1.2 s into the answer asks something else."""
    clip = tmp_path / "over.wav"
    join(clip, corpus.need("osr_03.wav").path, corpus.need("osr_00.wav").path, gap_s=2.2)
    with stack(tmp_path, "--in-process") as url:
        call = talk(url, clip, tmp_path)
    interrupted, answered = call.of("transcript.agent")[:2]
    assert interrupted["interrupted"] is True
    whole = "The pink shell was found by Captain Morgan near the lighthouse."
    assert whole.startswith(interrupted["text"].rstrip())
    assert 0 < len(interrupted["text"].split()) < len(whole.split())
    assert [done["status"] for done in call.of("reply.done")[:2]] == ["interrupted", "completed"]
    first = interrupted["reply_id"]
    stopped = next(i for i, e in enumerate(call.events) if e["type"] == "reply.done" and e["reply_id"] == first)
    later = [e for e in call.events[stopped:] if e["type"] == "reply.audio" and e["reply_id"] == first]
    assert later == []
    assert "ring" in call.of("transcript.user")[1]["text"].lower()
    assert "mayor" in answered["text"]


def join(out: Path, one: Path, two: Path, *, gap_s: float) -> None:
    """Write a WAV in which ``two`` begins ``gap_s`` after the end of ``one``."""
    pieces = []
    for path in (one, two):
        with wave.open(str(path)) as wav:
            rate = wav.getframerate()
            pieces.append(np.frombuffer(wav.readframes(wav.getnframes()), "<i2"))
    gap = np.zeros(int(gap_s * rate), np.int16)
    with wave.open(str(out), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(rate)
        wav.writeframes(np.concatenate([pieces[0], gap, pieces[1]]).tobytes())
