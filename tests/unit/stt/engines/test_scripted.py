from __future__ import annotations

from pathlib import Path

import pytest

from natter_runtime.errors import EngineError
from natter_stt.engine import NOTHING, Passage
from natter_stt.engines.scripted import Line, Script, Scripted, read
from tests.support.stt_audio import MS, noise


def between(engine: Scripted, start_ms: int, end_ms: int) -> str:
    return engine.decode(Passage(noise(end_ms - start_ms), start_ms * MS)).text


def test_a_word_is_heard_where_its_middle_lies() -> None:
    engine = Scripted(Script((Line(1000, "one two three", until_ms=1900),)))
    assert between(engine, 0, 1000) == ""
    assert between(engine, 0, 1200) == "one"
    assert between(engine, 0, 1500) == "one two"
    assert between(engine, 1200, 3000) == "two three"


def test_passages_that_touch_share_no_word_and_lose_none() -> None:
    engine = Scripted(Script((Line(0, "a b c d e f g h i j"), Line(4000, "k l"))))
    for cut in range(200, 4800, 110):
        assert (between(engine, 0, cut) + " " + between(engine, cut, 5000)).split() == list("abcdefghijkl")


def test_without_an_end_a_word_takes_300_ms() -> None:
    engine = Scripted(Script((Line(0, "one two"),)))
    assert between(engine, 0, 440) == "one"
    assert between(engine, 0, 460) == "one two"


def test_the_end_of_a_sentence_is_read_from_the_script() -> None:
    engine = Scripted(Script((Line(0, "Are you? I am"),)))
    assert engine.decode(Passage(noise(500))).ends_sentence == 1.0
    assert engine.decode(Passage(noise(1200))).ends_sentence == 0.0
    assert engine.decode(Passage(noise(100))) == NOTHING


def test_a_script_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "call.json"
    path.write_text('{"language": "de", "lines": [{"at_ms": 10, "until_ms": 500, "text": "Guten Tag."}]}')
    script = read(path)
    assert script == Script((Line(10, "Guten Tag.", 500),), "de")
    assert Scripted(script).info.languages == ("de",)


@pytest.mark.parametrize("content", [None, "{", '{"lines": [{"text": "when?"}]}', '{"words": []}'])
def test_what_is_no_script_is_an_engine_error(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "call.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(EngineError, match=r"call\.json"):
        read(path)
