from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from natter_stt.engines.beam import Floats, search

END = 0
SIZE = 6


class Told:
    """Believes what a table says of each beginning; anything else is next to impossible."""

    def __init__(self, table: dict[tuple[int, ...], dict[int, float]]) -> None:
        self._table = table
        self._texts: list[tuple[int, ...]] = [()]
        self.widest = 1

    def start(self) -> Floats:
        return self._rows()

    def extend(self, origins: Sequence[int], tokens: Sequence[int]) -> Floats:
        self._texts = [(*self._texts[origin], token) for origin, token in zip(origins, tokens, strict=True)]
        self.widest = max(self.widest, len(self._texts))
        return self._rows()

    def _rows(self) -> Floats:
        rows = np.full((len(self._texts), SIZE), 1e-6, np.float32)
        for at, text in enumerate(self._texts):
            for token, odds in self._table.get(text, {END: 1.0}).items():
                rows[at, token] = odds
        return np.log(rows)


GARDEN_PATH = {(): {1: 0.6, 2: 0.4}, (1,): {3: 0.5, 4: 0.5}, (2,): {5: 1.0}}
"""The likeliest first token leads to two texts of 0.3 each; the other one to a text of 0.4."""


def test_the_likeliest_text_is_found_though_it_begins_less_likely() -> None:
    assert search(Told(GARDEN_PATH), 2, 10, END) == [2, 5]


def test_one_beginning_is_greedy() -> None:
    assert search(Told(GARDEN_PATH), 1, 10, END)[0] == 1


def test_no_more_beginnings_than_wanted_are_kept() -> None:
    told = Told(GARDEN_PATH)
    search(told, 2, 10, END)
    assert told.widest == 2


def test_nothing_is_a_text_too() -> None:
    assert search(Told({(): {END: 0.9, 1: 0.1}}), 3, 10, END) == []


@pytest.mark.parametrize("budget", [1, 3])
def test_the_budget_is_kept(budget: int) -> None:
    endless = {(1,) * count: {1: 0.99, END: 0.005} for count in range(20)}
    assert search(Told(endless), 2, budget, END) in ([1] * budget, [1] * (budget - 1))


def test_a_text_that_ended_wins_only_if_nothing_likelier_goes_on() -> None:
    table = {(): {1: 1.0}, (1,): {END: 0.4, 2: 0.6}, (1, 2): {END: 1.0}}
    assert search(Told(table), 2, 10, END) == [1, 2]
