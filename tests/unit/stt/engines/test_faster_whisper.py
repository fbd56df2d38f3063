from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("faster_whisper", reason="natter-stt[faster-whisper] is not installed")

import huggingface_hub
from huggingface_hub.errors import HfHubHTTPError

from natter_runtime.errors import EngineError
from natter_stt.engine import Passage, StreamOptions
from natter_stt.engines import faster_whisper
from natter_stt.engines.faster_whisper import CONTEXT_TOKENS, FasterWhisper, find
from tests.support import random_whisper
from tests.support.stt_audio import noise

SPEECH = Passage(noise(2000, 0.1))


@pytest.fixture(scope="module")
def multilingual(tmp_path_factory: pytest.TempPathFactory) -> FasterWhisper:
    return FasterWhisper(
        random_whisper.build(tmp_path_factory.mktemp("multi"), multilingual=True), "random", "cpu", window_s=5.0
    )


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> FasterWhisper:
    return FasterWhisper(random_whisper.build(tmp_path_factory.mktemp("english")), "random.en", "cpu")


def test_an_english_model_says_so(english: FasterWhisper, multilingual: FasterWhisper) -> None:
    assert english.info.languages == ("en",)
    assert {"en", "de", "ja"} <= set(multilingual.info.languages)


@pytest.mark.parametrize(("window_s", "seconds"), [(1.0, 2.5), (5.0, 5.0), (30.0, 30.0)])
def test_the_encoder_sees_the_window_and_at_least_the_passage(
    english: FasterWhisper, monkeypatch: pytest.MonkeyPatch, window_s: float, seconds: float
) -> None:
    monkeypatch.setattr(english, "_window", int(window_s * 100))
    assert english.encode(SPEECH).shape[1] == pytest.approx(seconds * 50, abs=2)


def test_the_longest_passage_fits_the_encoder(english: FasterWhisper) -> None:
    assert english.encode(Passage(noise(30_000))).shape[1] == 1500


def test_one_language_is_certain_and_several_are_a_choice(multilingual: FasterWhisper) -> None:
    encoded = multilingual.encode(SPEECH)
    heard = multilingual.language_of(encoded, ())
    assert heard in random_whisper.LANGUAGES
    others = tuple(language for language in random_whisper.LANGUAGES if language != heard)
    assert multilingual.language_of(encoded, (heard, *others)) == heard
    assert multilingual.language_of(encoded, others) in others
    assert multilingual.language_of(encoded, ("de",)) == "de"


def test_the_language_is_part_of_the_prompt(multilingual: FasterWhisper) -> None:
    german = multilingual.prompt(multilingual.tokenizer("de"), StreamOptions())
    french = multilingual.prompt(multilingual.tokenizer("fr"), StreamOptions())
    assert german != french
    assert len(german) == 4


def test_keyterms_and_context_come_before_the_text(english: FasterWhisper) -> None:
    tokenizer = english.tokenizer("en")
    told = english.prompt(tokenizer, StreamOptions((), "A bakery.", ("sourdough", "Anneliese")))
    assert tokenizer.decode(told).split() == ["sourdough,", "Anneliese", "A", "bakery."]
    assert told[0] == tokenizer.sot_prev
    assert told[-2:] == [tokenizer.sot, tokenizer.no_timestamps]


def test_long_wishes_leave_room_for_the_text(english: FasterWhisper) -> None:
    keyterms = tuple(f"keyterm{index}" for index in range(100))
    for options in (StreamOptions((), "bread " * 200), StreamOptions((), "bread " * 200, keyterms)):
        assert len(english.prompt(english.tokenizer("en"), options)) <= CONTEXT_TOKENS + 3


def test_keyterms_and_prompt_change_what_is_heard(english: FasterWhisper) -> None:
    plain = english.open(StreamOptions()).decode(SPEECH)
    assert english.open(StreamOptions((), "", ("sourdough",))).decode(SPEECH) != plain
    assert english.open(StreamOptions((), "A bakery.")).decode(SPEECH) != plain


def test_the_probabilities_are_those_of_what_was_written(english: FasterWhisper) -> None:
    tokenizer = english.tokenizer("en")
    prompt = english.prompt(tokenizer, StreamOptions())
    written = english.write(english.encode(SPEECH), tokenizer, prompt, budget=40)
    assert written is not None
    for token, odds in zip(written.tokens, written.odds, strict=False):
        assert odds.sum() == pytest.approx(1, abs=1e-4)
        assert int(odds.argmax()) == token


def test_a_model_that_hears_no_speech_says_nothing(english: FasterWhisper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faster_whisper, "NO_SPEECH", -1.0)
    monkeypatch.setattr(faster_whisper, "UNSURE", 0.0)
    assert english.open(StreamOptions()).decode(SPEECH).text == ""


@pytest.mark.parametrize("missing", ["model.bin", "tokenizer.json"])
def test_a_missing_file_is_named_and_not_looked_for_elsewhere(tmp_path: Path, missing: str) -> None:
    random_whisper.build(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(EngineError, match=missing):
        FasterWhisper(tmp_path, "broken", "cpu")


def test_a_file_that_is_no_model_is_an_engine_error(tmp_path: Path) -> None:
    random_whisper.build(tmp_path)
    (tmp_path / "model.bin").write_bytes(b"nothing")
    with pytest.raises(EngineError, match="broken"):
        FasterWhisper(tmp_path, "broken", "cpu")


# -- where a model comes from -----------------------------------------------------------------------


@pytest.fixture
def silent_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A hub that takes the connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        api = huggingface_hub.HfApi(endpoint=address)
        monkeypatch.setattr(huggingface_hub, "HfApi", lambda: api)
        yield


def test_a_path_and_a_kept_folder_are_taken_as_they_are(tmp_path: Path) -> None:
    kept = tmp_path / "stt" / "mine"
    kept.mkdir(parents=True)
    assert find(str(kept), tmp_path, 0.2) == kept
    assert find("mine", tmp_path, 0.2) == kept


def test_a_path_that_is_not_there_is_not_asked_of_the_hub(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no such file"):
        find(str(tmp_path / "gone"), tmp_path, 0.2)


def test_a_name_that_nobody_knows_is_an_engine_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="giant"):
        find("giant", tmp_path, 0.2)


@pytest.mark.usefixtures("silent_hub")
def test_a_hub_out_of_reach_is_told_soon_and_clearly(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"out of reach.*NATTER_STT_MODEL"):
        find("base", tmp_path, 0.2)


def test_what_the_hub_gives_is_kept_with_the_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    class Api:
        def model_info(self, name: str, timeout: float) -> None:
            raise HfHubHTTPError("404", response=_Response())

    def download(model: str, **options: Any) -> str:
        asked.append(options)
        if options.get("local_files_only"):
            raise OSError("not in the cache")
        return str(tmp_path / "hub" / model)

    monkeypatch.setattr(huggingface_hub, "HfApi", Api)
    monkeypatch.setattr(faster_whisper, "download_model", download)
    assert find("base", tmp_path, 0.2) == tmp_path / "hub" / "base"
    assert [options["cache_dir"] for options in asked] == [str(tmp_path / "hub")] * 2


class _Response:
    headers: dict[str, str] = {}
    request = None
    status_code = 404


def test_silence_is_short(english: FasterWhisper) -> None:
    heard = english.open(StreamOptions()).decode(Passage(np.zeros(1600, np.float32)))
    assert len(heard.tokens) <= 11
