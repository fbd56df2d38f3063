from __future__ import annotations

from pathlib import Path

import pytest

from natter_runtime.errors import EngineError
from natter_tts.engines import BEST_FIRST, ENGINES, choose, how_to_get, load, present


@pytest.mark.parametrize(
    ("there", "engine"),
    [
        ({"rhvoice", "flite", "espeak", "piper", "tone"}, "rhvoice"),
        ({"flite", "espeak", "tone"}, "flite"),
        ({"espeak", "piper", "tone"}, "espeak"),
    ],
)
def test_auto_takes_the_best_library_there_is(there: set[str], engine: str) -> None:
    assert choose("auto", there).engine == engine


def test_it_says_how_to_get_a_better_one() -> None:
    assert "librhvoice5" in choose("auto", {"flite"}).why
    assert "better" not in choose("auto", {"rhvoice"}).why


def test_what_is_asked_for_is_taken_if_it_is_there() -> None:
    assert choose("espeak", {"rhvoice", "espeak"}).engine == "espeak"
    with pytest.raises(EngineError, match="flite is not installed: apt install libflite1"):
        choose("flite", {"tone"})


def test_without_any_library_it_says_what_to_install() -> None:
    with pytest.raises(EngineError, match=r"libflite1.*libespeak"):
        choose("auto", {"tone", "piper"})


def test_all_engines_but_the_fake_say_how_to_get_them() -> None:
    assert set(BEST_FIRST) < set(ENGINES)
    assert all(how_to_get(engine) for engine in ENGINES if engine != "tone")


@pytest.mark.skipif("flite" not in present(), reason="no libflite")
@pytest.mark.skipif("espeak" not in present(), reason="no libespeak-ng")
def test_espeak_speaks_what_the_engine_does_not() -> None:
    flite, others = load("flite", "", "", Path("nowhere"))
    assert flite.info.languages == ("en",)
    assert others.info.name == "espeak"
    assert others.info.languages == ("es", "fr", "de", "it", "pt")


def test_the_fake_is_always_there() -> None:
    assert "tone" in present()
    assert [engine.info.name for engine in load("tone", "", "", Path("nowhere"))] == ["tone"]
