"""Words, stems, sounds and distances."""

from __future__ import annotations

import pytest

from natter_llm.demo.text import content, distance, normal, sentences, sound, stem, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What's your name?", "what is your name"),
        ("I'm fine, you're not.", "i am fine you are not"),
        ("don't can't won't", "do not can not will not"),
        ("Ada's order-number №5", "ada order number no5"),
        ("Café, naïve", "cafe naive"),
        ("its the dog's", "its the dog"),
        ("", ""),
    ],
)
def test_words_are_bare(text: str, expected: str) -> None:
    assert " ".join(words(text)) == normal(text) == expected


def test_content_leaves_out_what_says_nothing() -> None:
    assert content("Could you please tell me about the turn detection?") == ["turn", "detection"]


@pytest.mark.parametrize(
    "family",
    [
        "interrupt interrupts interrupted interrupting interruption interruptions",
        "price prices priced pricing",
        "swap swaps swapped swapping",
        "install installs installed installing installation",
        "service services",
        "detect detects detection detecting",
        "company companies",
        "trace traces tracing",
        "voice voices",
        "run runs running",
        "class classes",
    ],
)
def test_forms_of_one_word_have_one_stem(family: str) -> None:
    assert len({stem(word) for word in family.split()}) == 1


@pytest.mark.parametrize("pair", ["nats gnats", "natter nater", "knight night", "phone fone", "right wright"])
def test_words_that_sound_alike_have_one_key(pair: str) -> None:
    left, right = pair.split()
    assert sound(left) == sound(right)


@pytest.mark.parametrize("pair", ["cat dog", "natter batter", "price service"])
def test_words_that_sound_different_do_not(pair: str) -> None:
    left, right = pair.split()
    assert sound(left) != sound(right)


@pytest.mark.parametrize(
    ("left", "right", "limit", "expected"),
    [
        ("natter", "natter", 2, 0),
        ("natter", "nater", 2, 1),
        ("matter", "natter", 1, 1),
        ("form", "from", 1, 1),
        ("abc", "xyz", 1, 2),
        ("a", "abcdef", 2, 3),
        ("", "ab", 2, 2),
    ],
)
def test_distance(left: str, right: str, limit: int, expected: int) -> None:
    assert distance(left, right, limit) == distance(right, left, limit) == expected


def test_sentences() -> None:
    text = 'One.  Two 3.5 times! "Three?" Four\nlines. five'
    assert sentences(text) == ["One.", "Two 3.5 times!", '"Three?', "Four lines. five"]
