"""A session's state."""

from __future__ import annotations

import pytest

from natter_runtime.state import SessionState, TurnState, TurnStatus


@pytest.mark.parametrize(
    ("turns", "last", "open_turn"),
    [
        ({}, 0, None),
        ({1: TurnState(1)}, 1, 1),
        ({1: TurnState(1, status=TurnStatus.COMMITTED)}, 1, None),
        ({1: TurnState(1), 2: TurnState(2, status=TurnStatus.EMPTY)}, 2, None),
        ({1: TurnState(1, status=TurnStatus.COMMITTED), 2: TurnState(2)}, 2, 2),
    ],
)
def test_only_the_last_turn_can_be_open(turns: dict[int, TurnState], last: int, open_turn: int | None) -> None:
    found = SessionState(turns=turns, last_turn=last).open_turn
    assert (found.turn if found else None) == open_turn


def test_a_state_is_a_value() -> None:
    assert SessionState() == SessionState()
    with pytest.raises(AttributeError):
        SessionState().last_turn = 3  # type: ignore[misc]
