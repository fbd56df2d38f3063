"""A call in Spanish: asked in Spanish, answered by a Spanish voice; and one in a language that is not heard."""

from __future__ import annotations

import base64
import json
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soxr
from websockets.sync.client import ClientConnection, connect

from natter_tts.alignment import Script
from natter_tts.data import ES
from natter_tts.engines import espeak
from natter_tts.normalize import normalize
from tests.support import e2e_stack
from tests.support.e2e_stack import stack

pytestmark = pytest.mark.models

RATE = 24_000
GREETING = "Hola, ¿en qué puedo ayudarle?"
QUESTION = "¿Cuánto cuesta el billete y a qué hora sale el tren?"
ANSWER = "El billete cuesta 21,50 € y el tren sale el 3 de mayo a las 15:30."
LEAD_S = 5.0
"""The greeting is over by then."""


@pytest.fixture(autouse=True)
def models() -> None:
    e2e_stack.need_models()
    if not espeak.available():
        pytest.skip(f"no libespeak-ng: {espeak.HOW_TO_GET}")


def spoken(text: str) -> np.ndarray:
    """Return what eSpeak's Spanish voice says for ``text``: 24 kHz, 16 bit."""
    engine = espeak.Espeak()
    samples = np.concatenate([chunk.samples for chunk in engine.synthesize(text, "es", lambda: False)])
    return np.asarray(soxr.resample(samples, engine.info.sample_rate, RATE), np.int16)


def update(socket: ClientConnection, **session: Any) -> None:
    socket.send(json.dumps({"type": "session.update", "session": session}))


def converse(url: str, audio: np.ndarray) -> list[dict[str, Any]]:
    """Speak ``audio`` at real time; return what is told until the second reply is done."""
    told: list[dict[str, Any]] = []
    with connect(url) as socket:
        update(socket, greeting=GREETING, input={"language_codes": ["es-ES"]})
        stop = threading.Event()

        def speak() -> None:
            for start in range(0, len(audio), RATE // 20):
                if stop.is_set():
                    return
                data = base64.b64encode(audio[start : start + RATE // 20].tobytes()).decode()
                socket.send(json.dumps({"type": "input.audio", "audio": data}))
                time.sleep(0.05)

        speaking = threading.Thread(target=speak)
        speaking.start()
        try:
            while sum(event["type"] == "reply.done" for event in told) < 2:
                told.append(json.loads(socket.recv(timeout=30)))
        finally:
            stop.set()
            speaking.join()
        update(socket, input={"language_codes": ["de"]})
        while told[-1]["type"] != "session.error":
            told.append(json.loads(socket.recv(timeout=10)))
        socket.send('{"type": "session.end"}')
    return told


def seconds(told: list[dict[str, Any]], reply: str) -> float:
    """Return how long a reply's audio is."""
    sent = [event["data"] for event in told if event["type"] == "reply.audio" and event["reply_id"] == reply]
    return sum(len(base64.b64decode(data)) for data in sent) / 2 / RATE


def test_a_question_in_spanish_is_answered_in_spanish(tmp_path: Path) -> None:
    question = spoken(QUESTION)
    begin = round(LEAD_S * 1000)
    line = {"at_ms": begin, "until_ms": begin + len(question) * 1000 // RATE - 300, "text": QUESTION}
    script = {"language": "es", "lines": [line]}
    (tmp_path / "heard.json").write_text(json.dumps(script), encoding="utf-8")
    (tmp_path / "said.txt").write_text(ANSWER, encoding="utf-8")
    settings = {
        "NATTER_STT_ENGINE": "scripted",
        "NATTER_STT_MODEL": str(tmp_path / "heard.json"),
        "NATTER_LLM_ENGINE": "scripted",
        "NATTER_LLM_SCRIPT": str(tmp_path / "said.txt"),
    }
    quiet = np.zeros(int(LEAD_S * RATE), np.int16)
    with stack(tmp_path, "--in-process", **settings) as url:
        told = converse(url, np.concatenate([quiet, question, quiet, quiet]))
    agents = [event for event in told if event["type"] == "transcript.agent"]
    assert [agent["text"] for agent in agents] == [GREETING, ANSWER]
    assert [event["text"] for event in told if event["type"] == "transcript.user"] == [QUESTION]
    words = Script(normalize(ANSWER, ES)).text
    assert words == (
        "El billete cuesta veintiún euros con cincuenta céntimos y el tren sale el tres de mayo a las quince y treinta."
    )
    whole = len(spoken(words)) / RATE
    assert seconds(told, agents[1]["reply_id"]) == pytest.approx(whole, rel=0.15)
    error = told[-1]
    assert (error["code"], error["param"]) == ("invalid_value", "input.language_codes")
    assert "hears es, not de: NATTER_STT_ENGINE=faster_whisper with NATTER_STT_MODEL=small" in error["message"]
