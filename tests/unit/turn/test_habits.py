"""A speaker's own pauses."""

from __future__ import annotations

from natter_turn.habits import ENOUGH, KEPT, Habits


def test_a_few_pauses_are_no_habit() -> None:
    habits = Habits()
    for _ in range(ENOUGH - 1):
        habits.note(900)
    assert habits.usual_ms == 0
    habits.note(900)
    assert habits.usual_ms == 900


def test_the_longer_ones_count() -> None:
    habits = Habits()
    for pause in (300, 400, 500, 600, 1200):
        habits.note(pause)
    assert habits.usual_ms == 1200
    habits.note(350)
    assert habits.usual_ms == 600


def test_closures_of_consonants_are_no_pauses() -> None:
    habits = Habits()
    for _ in range(10):
        habits.note(120)
    assert habits.usual_ms == 0


def test_old_habits_are_forgotten() -> None:
    habits = Habits()
    for _ in range(KEPT):
        habits.note(1500)
    for _ in range(KEPT):
        habits.note(300)
    assert habits.usual_ms == 300
