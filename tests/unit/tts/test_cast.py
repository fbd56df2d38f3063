"""Who speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from natter_tts.cast import BORROWED, Cast
from natter_tts.engine import Chunk, EngineInfo


class Voice:
    """An engine that says nothing."""

    def __init__(self, name: str, voices: dict[str, str], default: str = "") -> None:
        names, languages = tuple(voices), tuple(dict.fromkeys(voices.values()))
        self.info = EngineInfo(name, "", 16_000, languages, names, default or names[0], True, True, voices)

    def synthesize(self, text: str, voice: str, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        yield from ()


ENGLISH = Voice("fine", {"Slt": "en", "Bdl": "en"})
OTHERS = Voice("plain", {"es": "es", "es-419": "es", "de": "de", "pt-br": "pt", "pt": "pt"})
BOTH = Cast([ENGLISH, OTHERS], "en")


@pytest.mark.parametrize(
    ("wanted", "codes", "voice", "language"),
    [
        (None, (), "Slt", "en"),
        ("bdl", (), "Bdl", "en"),
        ("bdl", ("es",), "Bdl", "en"),
        ("DE", ("es",), "de", "de"),
        (None, ("es", "en"), "es", "es"),
        (None, ("es-419",), "es-419", "es"),
        (None, ("pt_PT",), "pt-br", "pt"),
        ("alba", ("de-AT",), "de", "de"),
        ("lola", (), "es", "es"),
        ("lola", ("de",), "es", "es"),
        ("estelle", ("de",), "de", "de"),
        (None, ("ja",), "Slt", "en"),
    ],
)
def test_who_speaks(wanted: str | None, codes: tuple[str, ...], voice: str, language: str) -> None:
    role = BOTH.role(wanted, codes)
    assert (role.voice, role.language.code) == (voice, language)
    assert voice in role.engine.info.voices


def test_the_service_may_speak_another_language_by_default() -> None:
    assert Cast([ENGLISH, OTHERS], "de").role(None, ()).voice == "de"
    assert Cast([ENGLISH, OTHERS]).role(None, ()).voice == "Slt"
    assert Cast([Voice("x", {"a": "de", "b": "de"}, "b")], "de").role(None, ()).voice == "b"


def test_all_voices_are_declared_with_their_languages() -> None:
    details = BOTH.details
    assert details["name"] == "fine"
    assert details["voice"] == "Slt"
    assert details["voices"] == ["Slt", "Bdl", "es", "es-419", "de", "pt-br", "pt"]
    assert details["languages"] == ["en", "es", "de", "pt"]
    assert details["voice_languages"]["pt-br"] == "pt"


def test_a_language_without_a_table_is_said_with_the_numbers_of_english() -> None:
    assert Cast([Voice("x", {"nathalie": "nl"})]).role(None, ()).language.code == "en"


def test_the_borrowed_voices_speak_all_the_other_languages() -> None:
    assert set(BORROWED.values()) == {"es", "fr", "de", "it", "pt"}
