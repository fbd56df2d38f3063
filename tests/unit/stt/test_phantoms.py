from __future__ import annotations

import pytest

from natter_stt.engine import NOTHING, EngineInfo, Hypothesis
from natter_stt.phantoms import without_phantoms

INFO = EngineInfo("test", "none", ("en",), 1000, phantoms=("you",), doubtful=0.4)


def heard(text: str, confidence: float = 0.9, tokens: int = 6) -> Hypothesis:
    return Hypothesis(text, tuple(range(tokens)), confidence, 0.5, "en")


@pytest.mark.parametrize("text", ["♪", "♪♪♪", "♪ la la ♪", "You", "You.", "you", "-", "...", "이이", ""])
def test_what_is_written_for_noise_is_nothing(text: str) -> None:
    assert without_phantoms(heard(text), INFO) == NOTHING


@pytest.mark.parametrize("text", ["Thank you.", "You know.", "No.", "5", "Yes"])
def test_words_are_words(text: str) -> None:
    assert without_phantoms(heard(text), INFO).text == text


def test_a_text_of_some_length_that_is_hardly_believed_was_not_said() -> None:
    assert without_phantoms(heard("This was the first time I saw it.", 0.39, 9), INFO) == NOTHING
    assert without_phantoms(heard("This was the first time I saw it.", 0.41, 9), INFO).text
    assert without_phantoms(heard("Okay", 0.19, 2), INFO).text == "Okay"


def test_an_engine_whose_confidence_does_not_tell_is_believed() -> None:
    silent = EngineInfo("test", "none", ("en", "ko"), 1000)
    assert without_phantoms(heard("이이 이이 이이", 0.1), silent).text
    assert without_phantoms(heard("You", 0.1, 1), silent).text
    assert without_phantoms(Hypothesis("x y z", tuple(range(9))), INFO).text
