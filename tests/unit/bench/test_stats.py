from __future__ import annotations

import math

import pytest

from benchmarks.bench.stats import Share, mean, quantile, wilson


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, table I, case 1, method 3
        (15, 148, 0.0624, 0.1605),  # case 2
    ],
)
def test_wilson(hits: int, total: int, low: float, high: float) -> None:
    assert wilson(hits, total) == pytest.approx((low, high), abs=5e-5)


def test_of_nothing_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert math.isnan(Share(0, 0).value)
    assert str(Share(0, 0)) == "–"
    assert math.isnan(quantile([], 0.5))
    assert math.isnan(mean([]))


def test_a_share_in_words() -> None:
    assert str(Share(5, 10)) == "50 % (5/10; 24–76)"


def test_quantiles_lie_between_their_neighbours() -> None:
    assert quantile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.5
    assert quantile([1.0, 2.0], 0.95) == pytest.approx(1.95)
    assert quantile([7.0], 0.95) == 7.0
