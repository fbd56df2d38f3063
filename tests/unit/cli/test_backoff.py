"""1, 2, 4, 8 seconds, then no more; old failures are forgotten."""

from __future__ import annotations

from natter_cli.backoff import MOST, WINDOW_S, Backoff


def test_doubles_and_gives_up() -> None:
    backoff = Backoff()
    assert [backoff.failed(float(now)) for now in range(MOST)] == [1.0, 2.0, 4.0, 8.0, None]


def test_forgets() -> None:
    backoff = Backoff()
    assert [backoff.failed(now * WINDOW_S) for now in range(10)] == [1.0] * 10
    assert backoff.failed(9 * WINDOW_S + 1) == 2.0
