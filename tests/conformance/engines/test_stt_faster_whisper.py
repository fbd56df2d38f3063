"""Random weights: what is written is nonsense, but the loading and decoding are the real ones."""

from __future__ import annotations

import pytest

pytest.importorskip("faster_whisper", reason="natter-stt[faster-whisper] is not installed")

from natter_stt.engine import Passage
from natter_stt.engines.faster_whisper import FasterWhisper
from tests.support import random_whisper
from tests.support.stt_audio import noise
from tests.support.stt_contract import SttEngineContract


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> FasterWhisper:
    return FasterWhisper(random_whisper.build(tmp_path_factory.mktemp("english")), "random.en", "cpu")


@pytest.fixture(scope="module")
def multilingual(tmp_path_factory: pytest.TempPathFactory) -> FasterWhisper:
    folder = random_whisper.build(tmp_path_factory.mktemp("multilingual"), multilingual=True)
    return FasterWhisper(folder, "random", "cpu", window_s=5.0)


@pytest.fixture
def speech() -> Passage:
    return Passage(noise(2000, 0.1))


class TestEnglish(SttEngineContract):
    @pytest.fixture
    def engine(self, english: FasterWhisper) -> FasterWhisper:
        return english


class TestMultilingualInAShortWindow(SttEngineContract):
    @pytest.fixture
    def engine(self, multilingual: FasterWhisper) -> FasterWhisper:
        return multilingual
