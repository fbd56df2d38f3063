"""Every speech engine against one contract. Engines whose library is missing are skipped."""

from __future__ import annotations

import os

import pytest

from natter_runtime.config import RuntimeConfig, load
from natter_tts.engine import Engine
from natter_tts.engines import espeak, flite, rhvoice
from natter_tts.engines.tone import Tone
from tests.support.tts_contract import EngineContract
from tests.support.tts_onnx import write_voice


@pytest.fixture(scope="module")
def flite_engine() -> Engine:
    """Flite, loaded once."""
    if not flite.available():
        pytest.skip(f"no libflite: {flite.HOW_TO_GET}")
    return flite.Flite()


@pytest.fixture(scope="module")
def espeak_engine() -> Engine:
    """eSpeak, loaded once."""
    if not espeak.available():
        pytest.skip(f"no libespeak-ng: {espeak.HOW_TO_GET}")
    return espeak.Espeak()


@pytest.fixture(scope="module")
def rhvoice_engine() -> Engine:
    """RHVoice, loaded once, with the data that its settings name."""
    if not rhvoice.available():
        pytest.skip(f"no librhvoice: {rhvoice.HOW_TO_GET}")
    models = load(RuntimeConfig, os.environ).models
    return rhvoice.RHVoice(rhvoice.find_data(os.environ.get("NATTER_TTS_MODEL", ""), models))


@pytest.fixture(scope="module", params=["plain", "aligned"])
def piper_engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Piper with a voice made here: one speaker, or several and the durations of phonemes."""
    pytest.importorskip("piper", reason="install natter-tts[piper]")
    from natter_tts.engines.piper import Piper

    folder = tmp_path_factory.mktemp("voice")
    aligned = request.param == "aligned"
    return Piper(write_voice(folder, aligned=aligned, speakers=("anna", "ben") if aligned else ()))


class TestTone(EngineContract):
    @pytest.fixture
    def engine(self) -> Engine:
        return Tone()


class TestFlite(EngineContract):
    @pytest.fixture
    def engine(self, flite_engine: Engine) -> Engine:
        return flite_engine


class TestEspeak(EngineContract):
    @pytest.fixture
    def engine(self, espeak_engine: Engine) -> Engine:
        return espeak_engine


class TestRHVoice(EngineContract):
    @pytest.fixture
    def engine(self, rhvoice_engine: Engine) -> Engine:
        return rhvoice_engine


class TestPiper(EngineContract):
    @pytest.fixture
    def engine(self, piper_engine: Engine) -> Engine:
        return piper_engine
