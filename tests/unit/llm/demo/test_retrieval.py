"""Finding sections, in a small file of another subject."""

from __future__ import annotations

import itertools

import pytest

from natter_llm.demo.knowledge import Section, parse
from natter_llm.demo.retrieval import FLOOR, Index

BAKERY = """# Bakery
We are a bakery.
## Opening hours
<!-- asked: when do you open; closing time -->
We are open from eight to six on weekdays.
## Sourdough
Sourdough costs five euros. It contains wheat.
## Delivery
<!-- asked: do you bring it home -->
We deliver inside the city for a small fee.
## A gold ring
A gold ring will please most any girl.
"""
INDEX = Index(parse(BAKERY, "x").sections)


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("When do you open?", "Opening hours"),
        ("what are your hours", "Opening hours"),
        ("How much is the sour dough?", None),
        ("How much does sourdough cost?", "Sourdough"),
        ("do you have sowerdough", "Sourdough"),
        ("Can you deliver to me?", "Delivery"),
        ("what is the delivery price", "Delivery"),
        ("do you bring it home", "Delivery"),
        ("A GOLD RING WILL PLEASE MOST ANY GIRL", "A gold ring"),
        ("what time is it", None),
        ("who is the president of the moon", None),
        ("how do I repair my bicycle", None),
        ("", None),
        ("the of and", None),
    ],
)
def test_best(question: str, title: str | None) -> None:
    hit = INDEX.best(question)
    assert (hit.section.title if hit else None) == title


def test_hits_are_ordered_and_tell_how_much_of_the_question_they_cover() -> None:
    hits = INDEX.search("what does sourdough delivery cost")
    assert {hit.section.title for hit in hits[:2]} == {"Sourdough", "Delivery"}
    assert all(first.score >= second.score for first, second in itertools.pairwise(hits))
    assert all(0 <= hit.cover <= 1 for hit in hits)
    assert max(hit.cover for hit in INDEX.search("sourdough cost")) >= FLOOR


def test_the_wording_decides_between_sections_with_the_same_words() -> None:
    index = Index([Section("Text to speech", (), ("A.",)), Section("Speech to text", (), ("B.",))])
    assert [index.search(f"what is {title}")[0].section.title for title in ("text to speech", "speech to text")] == [
        "Text to speech",
        "Speech to text",
    ]


def test_a_question_of_stop_words_is_searched_by_all_its_words() -> None:
    index = Index([Section("Cows", ("how does it work",), ("A.",)), Section("Horses", (), ("B.",))])
    hit = index.best("How does it work?")
    assert hit is not None
    assert hit.section.title == "Cows"
