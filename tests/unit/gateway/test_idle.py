"""What becomes of silence."""

from __future__ import annotations

from natter_gateway.idle import Idle, Silence


def watch(idle: Idle, start: float, until: float, *, busy: bool = False) -> list[tuple[float, Silence]]:
    """Return what was to be done, second by second."""
    seconds = [start + second for second in range(int(until - start))]
    judged = [(now, idle.tick(now, busy=busy)) for now in seconds]
    return [(now, silence) for now, silence in judged if silence is not Silence.NOTHING]


def test_by_default_silence_may_last() -> None:
    assert watch(Idle(0, 0, 0.0), 0, 10_000) == []


def test_the_agent_is_asked_once_and_then_the_session_ends() -> None:
    assert watch(Idle(10, 30, 0.0), 0, 31) == [(10.0, Silence.ASK), (30.0, Silence.END)]


def test_whatever_happens_begins_the_silence_anew() -> None:
    idle = Idle(10, 30, 0.0)
    assert watch(idle, 0, 9) == []
    assert watch(idle, 9, 20, busy=True) == []
    assert watch(idle, 20, 31) == [(29.0, Silence.ASK)]
    idle.stir(31.0)
    assert watch(idle, 31, 60) == []  # it has been asked already
    idle.stir(60.0, by_user=True)
    assert watch(idle, 60, 71) == [(70.0, Silence.ASK)]


def test_a_session_may_end_without_a_question() -> None:
    assert watch(Idle(0, 5, 0.0), 0, 6) == [(5.0, Silence.END)]
