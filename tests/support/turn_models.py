"""The embedded models of the turn service, and a question to try them on."""

from __future__ import annotations

import os
import wave
from pathlib import Path
from typing import Final

import numpy as np
import pytest
import soxr

from natter_protocol.audio import INPUT_RATE
from natter_runtime.config import RuntimeConfig, load
from natter_runtime.errors import EngineError
from natter_runtime.models import locate
from natter_turn.engine import Samples

QUESTION: Final = Path(__file__).resolve().parents[2] / "examples" / "question.wav"


def need_model(kind: str, name: str) -> Path:
    """Return where a model is; skips the test if it was not fetched."""
    try:
        return locate(kind, name, load(RuntimeConfig, os.environ).models)
    except EngineError as error:
        pytest.skip(str(error))


def question() -> Samples:
    """Return "How do I swap a model?" as the services hear it: 16 kHz."""
    with wave.open(str(QUESTION)) as wav:
        samples = np.frombuffer(wav.readframes(wav.getnframes()), "<i2").astype(np.float32) / 32768
        return np.asarray(soxr.resample(samples, wav.getframerate(), INPUT_RATE), np.float32)
