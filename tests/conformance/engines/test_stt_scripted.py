from __future__ import annotations

import pytest

from natter_stt.engine import Passage
from natter_stt.engines.scripted import Scripted
from tests.support.stt_audio import MS, noise
from tests.support.stt_contract import SttEngineContract
from tests.support.stt_engines import told


class TestScripted(SttEngineContract):
    @pytest.fixture
    def engine(self) -> Scripted:
        return told((500, "Hello there my friend. How are you?"))

    @pytest.fixture
    def speech(self) -> Passage:
        return Passage(noise(2500), 400 * MS)
