from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from natter_stt.engines.greedy import Choice, write

END = 0


class Parrot:
    """Writes ``text``, whatever it is given; checks that it is used as a decoder with a cache must be."""

    def __init__(self, *text: int) -> None:
        self._text = text
        self.taken: list[int] = []
        self.steps = 0

    def _next(self, position: int) -> Choice:
        token = self._text[position] if position < len(self._text) else END
        return Choice(token, 0.9, 0.1)

    def begin(self, draft: Sequence[int]) -> Iterator[Choice]:
        self.taken = list(draft)
        return iter([self._next(position) for position in range(len(draft) + 1)])

    def keep(self, count: int) -> None:
        del self.taken[count:]

    def step(self, token: int) -> Choice:
        self.taken.append(token)
        self.steps += 1
        assert self.taken == list(self._text[: len(self.taken)])
        return self._next(len(self.taken))


@pytest.mark.parametrize(
    ("draft", "steps"),
    [
        ((), 5),
        ((1, 2, 3), 2),
        ((1, 2, 3, 4, 5), 0),
        ((1, 2, 9, 4, 5), 3),
        ((9,), 5),
        ((1, 2, 3, 4, 5, 6, 7), 0),
        ((1, 2, 3, 4, 5, END), 0),
    ],
)
def test_any_draft_leads_to_the_same_text_in_fewer_steps(draft: tuple[int, ...], steps: int) -> None:
    model = Parrot(1, 2, 3, 4, 5)
    written = write(model, draft, budget=100, end=END)
    assert written.tokens == [1, 2, 3, 4, 5]
    assert [choice.token for choice in written.choices] == [1, 2, 3, 4, 5, END]
    assert model.steps == steps


@pytest.mark.parametrize("draft", [(), (1, 2, 3, 4, 5)])
def test_the_budget_is_kept(draft: tuple[int, ...]) -> None:
    assert write(Parrot(1, 2, 3, 4, 5), draft, budget=3, end=END).tokens == [1, 2, 3]


def test_nothing_is_written_where_nothing_was_said() -> None:
    written = write(Parrot(), (1, 2), budget=10, end=END)
    assert written.tokens == []
    assert [choice.token for choice in written.choices] == [END]


def test_a_loop_is_cut_to_one_copy() -> None:
    model = Parrot(9, *([1, 2, 3, 4] * 20))
    written = write(model, (), budget=80, end=END)
    assert written.tokens == [9, 1, 2, 3, 4]
    assert len(written.choices) == 5
    assert model.steps < 20
