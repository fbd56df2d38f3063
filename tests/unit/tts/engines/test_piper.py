from __future__ import annotations

import urllib.error
from pathlib import Path

import numpy as np
import pytest

from natter_runtime.errors import EngineError
from tests.support.tts_onnx import HOP, RATE, write_voice

piper = pytest.importorskip("natter_tts.engines.piper", reason="install natter-tts[piper]", exc_type=ImportError)


def test_a_voice_is_found_by_path_and_by_name(tmp_path: Path) -> None:
    by_folder = write_voice(tmp_path / "tts" / "tiny")
    assert piper.find_voice("tiny", tmp_path) == by_folder
    assert piper.find_voice(str(by_folder), Path("elsewhere")) == by_folder
    assert piper.find_voice(str(by_folder.with_suffix("")), Path("elsewhere")) == by_folder
    other = write_voice(tmp_path / "tts", "flat")
    assert piper.find_voice("flat", tmp_path) == other


def test_a_name_that_the_hub_cannot_know_fails_at_once(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"no such files \(<name>\.onnx"):
        piper.find_voice("tiny", tmp_path)


def test_without_the_hub_it_says_what_to_do_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, float]] = []

    def unreachable(url: str, timeout: float) -> None:
        asked.append((url, timeout))
        raise urllib.error.URLError("no route")

    monkeypatch.setattr(piper.urllib.request, "urlopen", unreachable)
    with pytest.raises(EngineError, match=r"the hub cannot be reached.*no route"):
        piper.find_voice("en_US-nobody-low", tmp_path)
    assert len(asked) == 1
    assert asked[0][1] == piper.HUB_PATIENCE_S
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_voice_from_the_hub_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = write_voice(tmp_path / "hub")

    def answer(url: str, timeout: float) -> object:
        return (Path(f"{hub}.json") if ".json" in url else hub).open("rb")

    monkeypatch.setattr(piper.urllib.request, "urlopen", answer)
    models = tmp_path / "models"
    found = piper.find_voice("en_US-nobody-low", models)
    assert found == models / "tts" / "en_US-nobody-low" / "en_US-nobody-low.onnx"
    monkeypatch.undo()
    assert piper.Piper(piper.find_voice("en_US-nobody-low", models)).info.sample_rate == RATE


def test_files_that_are_no_voice_are_named(tmp_path: Path) -> None:
    path = write_voice(tmp_path)
    path.write_bytes(b"nothing")
    with pytest.raises(EngineError, match=r"piper voice .*tiny\.onnx"):
        piper.Piper(path)


def test_speakers_are_voices(tmp_path: Path) -> None:
    engine = piper.Piper(write_voice(tmp_path, speakers=("anna", "ben")), "ben")
    assert engine.info.voices == ("anna", "ben")
    assert engine.info.voice == "ben"
    assert engine.info.model == "tiny"
    assert engine.info.languages == ("en",)


def test_durations_of_phonemes_give_word_times(tmp_path: Path) -> None:
    engine = piper.Piper(write_voice(tmp_path, aligned=True))
    (chunk,) = engine.synthesize("ab cd.", "", lambda: False)
    first, second = chunk.marks
    assert (first.offset, first.length, second.offset, second.length) == (0, 2, 3, 3)
    assert first.end % HOP == 0
    assert first.end + 2 * HOP == second.start
    assert second.end == len(chunk.samples)


def test_no_times_are_better_than_wrong_ones(tmp_path: Path) -> None:
    engine = piper.Piper(write_voice(tmp_path, aligned=True))
    (chunk,) = engine.synthesize("ab — cd", "", lambda: False)
    assert chunk.marks == ()
    assert np.abs(chunk.samples.astype(int)).max() > 1000
