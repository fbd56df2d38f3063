"""The turn machine, by scripted conversations and by its table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from natter_protocol.settings import TurnPolicy
from natter_turn.inputs import Audible, ReplyEnded, ToolRan, Wanted, Window, Woken
from natter_turn.machine import Machine
from natter_turn.memory import Memory
from natter_turn.policy import resolve
from natter_turn.table import TABLE, Happening, State
from scripts import turn_diagram
from tests.support import turn_script

TABLES = Path(__file__).parent / "tables"
CONVERSATIONS = [
    pytest.param(script, id=f"{path.stem}: {title}")
    for path in sorted(TABLES.glob("*.yaml"))
    for title, script in turn_script.load(path)
]


@pytest.mark.parametrize("script", CONVERSATIONS)
def test_conversation(script: dict[str, Any]) -> None:
    turn_script.play(script)


def test_every_row_of_the_table_is_reached_by_a_conversation(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: set[tuple[State, Happening, State]] = set()
    original = Machine._happen

    def spy(self: Machine, happening: Happening, now: float) -> list[Any]:
        before = self.state
        actions = original(self, happening, now)
        taken.add((before, happening, self.state))
        return actions

    monkeypatch.setattr(Machine, "_happen", spy)
    for parameter in CONVERSATIONS:
        turn_script.play(parameter.values[0])
    rows = {(state, happening, row.to) for (state, happening), table in TABLE.items() for row in table}
    assert rows - taken == set()


def test_every_state_can_be_left() -> None:
    left = {state for (state, _), rows in TABLE.items() if any(row.to is not state for row in rows)}
    assert left == set(State)


@pytest.mark.parametrize("state", [state for state in State if state is not State.LISTENING])
def test_every_state_but_listening_has_a_deadline(state: State) -> None:
    machine = Machine(Memory(resolve(TurnPolicy(), None)), state)
    machine.memory.closing_until = 1.0
    assert machine.next_deadline() is not None
    assert (state, Happening.DEADLINE) in TABLE


def test_news_of_other_replies_changes_nothing() -> None:
    machine = Machine(Memory(resolve(TurnPolicy(), None)))
    machine.handle(Wanted("w", turn_script.Cause.GREETING, ""), 0.0)
    for input in (Audible(7), ReplyEnded(7, turn_script.Outcome.COMPLETED), ToolRan(7)):
        assert machine.handle(input, 0.1) == []
    assert machine.state is State.ANSWERING


def test_a_wake_up_before_its_time_is_ignored() -> None:
    machine = Machine(Memory(resolve(TurnPolicy(), None)))
    machine.handle(Wanted("w", turn_script.Cause.GREETING, ""), 0.0)
    assert machine.handle(Woken(), 1.0) == []
    assert machine.state is State.ANSWERING


def test_a_conversation_of_a_minute_takes_no_time() -> None:
    machine = Machine(Memory(resolve(TurnPolicy(), None)))
    for number in range(60 * 31):
        machine.handle(Window(number * 512, 0.9 if number % 100 < 60 else 0.0), number * 0.032)
    assert machine.memory.last_turn >= 1


def test_the_diagram_is_drawn_from_the_table() -> None:
    """If this fails: .venv/bin/python scripts/turn_diagram.py"""
    for path, text in turn_diagram.made().items():
        assert path.read_text(encoding="utf-8") == text, path.name
