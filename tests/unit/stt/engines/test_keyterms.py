from __future__ import annotations

import pytest

from natter_stt.engines import keyterms
from natter_stt.engines.keyterms import MOST, Candidate, alike, chosen


def candidates(words: list[str], terms: list[str], sure: float = 0.5) -> list[Candidate]:
    return keyterms.candidates(words, [sure] * len(words), terms)


@pytest.mark.parametrize(
    ("said", "term", "span"),
    [
        ("please refill my metaphralal today", "metoprolol", (3, 4)),
        ("can you tell me about Anilie's Schmidt", "Anneliese Schmidt", (5, 7)),
        ("can you tell me about Amok Sicilian", "amoxicillin", (5, 7)),
        ("I am calling about it to Vast Haitan", "atorvastatin", (4, 8)),
    ],
)
def test_what_sounds_like_a_keyterm_is_a_candidate(said: str, term: str, span: tuple[int, int]) -> None:
    found = candidates(said.split(), [term])
    assert span in [(one.first, one.end) for one in found]


@pytest.mark.parametrize("said", ["he was not an ill disposed young man", "a thin stripe runs down the middle", ""])
def test_what_does_not_is_none(said: str) -> None:
    assert candidates(said.split(), ["hydrochlorothiazide", "Wojciech Nowak", "Kubernetes"]) == []


def test_a_keyterm_that_was_understood_can_only_be_spelled_otherwise() -> None:
    assert candidates(["the", "name", "is", "Natter"], ["Natter"]) == []
    assert candidates(["the", "name", "is", "natter"], ["Natter"]) == [Candidate("Natter", 3, 4, 1.0)]


def test_the_most_alike_come_first_and_there_is_an_end_to_them() -> None:
    found = candidates("metaprolol metoprololl metoprolal mettoprolol".split() * 3, ["metoprolol"])
    assert len(found) == MOST
    assert [one.likeness for one in found] == sorted((one.likeness for one in found), reverse=True)


def test_what_was_understood_for_sure_is_no_misheard_keyterm() -> None:
    assert candidates(["metaprolol"], ["metoprolol"], sure=0.95) == []
    assert candidates(["metaprolol"], ["metoprolol"], sure=0.85) != []
    assert candidates(["natter"], ["Natter"], sure=0.95) != []


def test_a_keyterm_without_a_letter_is_never_one() -> None:
    assert candidates(["hello", "there"], ["", "!?"]) == []


def test_likeness_is_between_nothing_and_the_same() -> None:
    assert alike("smith", "smith") == 1.0
    assert alike("smith", "smyth") > 0.7
    assert alike("smith", "queue") < 0.3
    assert alike("", "") == 0.0


def test_the_more_alike_the_less_likely_it_may_be() -> None:
    near, far = Candidate("a", 0, 1, 0.9), Candidate("b", 1, 2, 0.5)
    assert chosen([near, far], [-15.0, -15.0]) == [0]
    assert chosen([near, far], [-15.0, -5.0]) == [0, 1]
    assert chosen([near, far], [-40.0, -40.0]) == []


def test_of_candidates_for_the_same_words_the_best_is_taken() -> None:
    found = [Candidate("a", 0, 2, 0.8), Candidate("b", 1, 3, 0.8), Candidate("c", 3, 4, 0.8)]
    assert sorted(chosen(found, [-9.0, -2.0, -3.0])) == [1, 2]
