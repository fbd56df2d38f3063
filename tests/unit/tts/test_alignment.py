from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natter_protocol.tts import Word
from natter_tts.alignment import Script, Times, aligned, covered, estimated, words
from natter_tts.data import EN
from natter_tts.engine import Mark
from natter_tts.normalize import Token, normalize
from tests.support.tts_texts import texts


def script(text: str) -> Script:
    """Return the script of a written text."""
    return Script(normalize(text, EN))


def test_a_script_knows_which_part_belongs_to_which_word() -> None:
    it = script("On March 3rd: $5!")
    assert it.text == "On March third: five dollars!"
    assert [it.text[start:end] for start, end in it.spans] == ["On", "March", "third:", "five dollars!"]


def test_what_is_not_heard_has_an_empty_span() -> None:
    it = script("Yes 😀 – no")
    assert it.text == "Yes, no"
    assert [end - start for _, (start, end) in zip(it.tokens, it.spans, strict=True)] == [3, 0, 0, 2]


def test_a_script_begins_with_a_word() -> None:
    assert script("– well").text == "well"
    assert not script("– 😀").voiced


def test_punctuation_is_put_at_an_open_end_only() -> None:
    assert script("one two").ended(",") == "one two,"
    assert script("one two.").ended(",") == "one two."


def test_an_estimate_goes_by_syllables() -> None:
    it = script("banana no")
    assert estimated(it, 40) == [Times(0, 30), Times(30, 40)]


def test_marks_give_the_times() -> None:
    it = script("one two three")
    marks = [Mark(0, 3, 0, 90), Mark(4, 3, 100, 190), Mark(8, 5, 200, 290)]
    assert aligned(it, marks, 300) == [Times(0, 90), Times(100, 190), Times(200, 290)]
    assert covered(it, marks)


def test_a_mark_without_an_end_lasts_until_the_next() -> None:
    it = script("one two")
    assert aligned(it, [Mark(0, 3, 5), Mark(4, 3, 100)], 200) == [Times(5, 100), Times(100, 200)]


def test_a_written_word_of_several_spoken_ones_goes_from_the_first_to_the_last() -> None:
    it = script("costs $5 now")
    marks = [Mark(0, 5, 0, 100), Mark(6, 4, 100, 200), Mark(11, 7, 210, 300), Mark(19, 3, 310, 400)]
    assert aligned(it, marks, 400)[1] == Times(100, 300)


def test_words_that_the_engine_took_together_share_the_time() -> None:
    it = script("one of the best")
    marks = [Mark(0, 3, 0, 100), Mark(4, 6, 100, 300), Mark(11, 4, 300, 400)]
    assert aligned(it, marks, 400) == [Times(0, 100), Times(100, 200), Times(200, 300), Times(300, 400)]
    assert not covered(it, marks)


def test_words_in_front_of_the_first_mark_are_before_it() -> None:
    it = script("one two three")
    assert aligned(it, [Mark(8, 5, 200, 300)], 300) == [Times(0, 100), Times(100, 200), Times(200, 300)]


def test_without_marks_it_is_the_estimate() -> None:
    it = script("one two three")
    assert aligned(it, [], 300) == estimated(it, 300)
    assert not covered(it, [])


def test_a_silent_word_takes_no_time() -> None:
    it = script("Yes 😀 no")
    times = aligned(it, [Mark(0, 3, 0, 100), Mark(4, 2, 150, 200)], 200)
    assert times == [Times(0, 100), Times(100, 100), Times(150, 200)]


def test_words_are_written_words_at_samples_of_the_reply() -> None:
    it = script("Hi  there.\n")
    assert words(it, [Times(0, 10), Times(12, 20)], lambda sample: 1000 + round(sample * 1.5)) == (
        Word("Hi  ", 1000, 1015),
        Word("there.\n", 1018, 1030),
    )


@given(texts, st.lists(st.tuples(st.integers(0, 200), st.integers(1, 10), st.integers(0, 5000)), max_size=30))
def test_times_never_run_backwards_and_no_text_is_lost(text: str, raw: list[tuple[int, int, int]]) -> None:
    it = script(text)
    marks = [Mark(offset, length, start, start + 100) for offset, length, start in sorted(raw, key=lambda m: m[0])]
    found = words(it, aligned(it, marks, 5000), round)
    assert "".join(word.text for word in found) == text
    position = 0
    for word in found:
        assert position <= word.start <= word.end
        position = word.end


@given(texts)
def test_spans_are_in_order_and_inside_the_text(text: str) -> None:
    it = script(text)
    position = 0
    for start, end in it.spans:
        assert position <= start <= end <= len(it.text)
        position = end


def test_a_token_of_punctuation_alone_is_not_voiced() -> None:
    assert not Token(" - ", ",").voiced
    assert Token("a ", "a").voiced


@pytest.mark.parametrize(("text", "syllables"), [("a", 1), ("banana", 3), ("hmm", 1), ("five dollars", 3)])
def test_weights_count_vowels(text: str, syllables: int) -> None:
    assert sum(script(text).weights()) == pytest.approx(syllables)
