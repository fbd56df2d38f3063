from __future__ import annotations

import pytest

from benchmarks.bench.hearing_words import Jumps, Score, normal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("in eighteen thirteen", "In 1813."),
        ("five five five zero one", "55501"),
        ("Mister John, the colour", "mr john the color"),
        ("I'm glad", "I am glad."),
        ("et cetera, etcetera", "et cetera, etc."),
    ],
)
def test_what_is_the_same_is_written_the_same(one: str, other: str) -> None:
    assert normal(one) == normal(other)


def test_errors_are_counted_by_word_and_digit() -> None:
    score = Score()
    score.add("my number is five five", "My number is 56.")
    assert (score.wrong, score.words, score.percent) == (1, 5, 20.0)


def test_nothing_heard_is_all_words_missed_and_too_much_is_too_much() -> None:
    score = Score()
    score.add("one two three four", "")
    assert (score.wrong, score.words) == (4, 4)
    score.add("hello", "hello hello hello")
    assert (score.wrong, score.words) == (6, 5)


def test_a_partial_that_only_grows_does_not_jump() -> None:
    jumps = Jumps()
    jumps.add(["And so", "And so my cup", "And so my fellow", "And, so my fellow Americans"])
    assert (jumps.partials, jumps.changed, jumps.took_back) == (3, 0, 0)


def test_words_that_change_or_go_are_counted_but_the_last() -> None:
    jumps = Jumps()
    jumps.add(["a b c d", "a x c d", "a"])
    assert (jumps.partials, jumps.changed, jumps.took_back) == (2, 3, 2)
