"""How much may come, and how fast."""

from __future__ import annotations

import pytest

from natter_gateway.throttle import Allowance


def test_a_burst_may_come_at_once_and_then_only_as_much_as_runs_out() -> None:
    allowance = Allowance(rate=1.0, burst=10.0)
    assert allowance.take(10.0, 0.0)
    assert not allowance.take(0.5, 0.1)
    assert allowance.take(0.5, 0.6)
    assert allowance.take(10.0, 60.0)


def test_what_was_refused_does_not_count() -> None:
    allowance = Allowance(rate=1.0, burst=1.0)
    assert allowance.take(1.0, 0.0)
    assert not allowance.take(1.0, 0.0)
    assert allowance.take(1.0, 1.0)


def test_real_time_may_come_for_ever() -> None:
    allowance = Allowance(rate=1.1, burst=20.0)
    assert all(allowance.take(0.05, step * 0.05) for step in range(100_000))


def test_who_is_too_fast_waits() -> None:
    allowance = Allowance(rate=10.0, burst=5.0)
    waits = [allowance.wait(1, 0.0) for _ in range(8)]
    assert waits == pytest.approx([0, 0, 0, 0, 0, 0.1, 0.2, 0.3])
    assert allowance.wait(1, 10.0) == 0
