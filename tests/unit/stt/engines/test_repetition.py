from __future__ import annotations

import pytest

from natter_stt.engines.repetition import loop_at_end


@pytest.mark.parametrize(
    "tokens",
    [
        [],
        [1],
        [1, 2, 3, 4, 5, 6, 7, 8, 9],
        [7] * 11,
        [1, 2] * 5,
        [1, 2, 3] * 3,
        [*([1, 2, 3, 4] * 4), 5],
    ],
    ids=["none", "one", "different", "digits", "ha ha", "three times", "over"],
)
def test_what_people_say_is_no_loop(tokens: list[int]) -> None:
    assert loop_at_end(tokens) == 0


@pytest.mark.parametrize(
    ("tokens", "needless"),
    [
        ([7] * 12, 11),
        ([1, 2] * 6, 10),
        ([1, 2, 3] * 4, 9),
        ([9, 8, *([1, 2, 3, 4, 5] * 4)], 15),
        ([9, *(list(range(16)) * 4)], 48),
    ],
)
def test_a_loop_leaves_one_copy(tokens: list[int], needless: int) -> None:
    assert loop_at_end(tokens) == needless


def test_any_phrase_that_goes_on_for_ever_is_noticed_soon() -> None:
    for size in range(1, 17):
        written = [100, 101]
        while not loop_at_end(written):
            written.append((len(written) - 2) % size)
            assert len(written) <= 2 + max(16, 5 * size)
