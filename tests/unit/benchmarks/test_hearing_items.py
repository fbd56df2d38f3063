from __future__ import annotations

import pytest

from benchmarks.bench.hearing_items import KINDS, UNRELATED, Item, is_exact, items
from natter_stt.written import write


@pytest.mark.parametrize("held_out", [False, True])
def test_each_half_has_items_of_every_kind(held_out: bool) -> None:
    found = items(held_out=held_out)
    assert {item.kind for item in found} == set(KINDS)
    assert len(UNRELATED) == 20


def test_no_item_is_in_both_halves() -> None:
    assert not {item.written for item in items(held_out=False)} & {item.written for item in items(held_out=True)}


@pytest.mark.parametrize("item", items(held_out=False), ids=lambda item: item.written)
def test_what_was_understood_word_for_word_is_exact(item: Item) -> None:
    assert is_exact(item, write(item.spoken))


@pytest.mark.parametrize(
    ("written", "text", "exact"),
    [
        ("250", "There were 250 people.", True),
        ("250", "There were 2500 people.", False),
        ("$20.50", "It costs $20.50.", True),
        ("$20", "It costs $20.50.", False),
        ("metoprolol", "Metoprolol, please.", True),
        ("a@b.com", "It is xa@b.com", False),
    ],
)
def test_a_part_of_something_longer_is_not_exact(written: str, text: str, exact: bool) -> None:
    assert is_exact(Item("number", "", written), text) is exact
