"""What becomes of a session in which nobody says anything. Pure: time is an argument."""

from __future__ import annotations

from enum import Enum, auto


class Silence(Enum):
    """What is to be done about it."""

    NOTHING = auto()
    ASK = auto()
    """The agent may say something, once."""
    END = auto()


class Idle:
    """Counts the silence on both sides.

    Args:
        ask_s: after so many seconds the agent may be asked to speak; 0: never.
        end_s: after so many the session ends; 0: never.
    """

    def __init__(self, ask_s: float, end_s: float, now: float) -> None:
        self._ask_s = ask_s
        self._end_s = end_s
        self._since = now
        self._asked = False

    def stir(self, now: float, *, by_user: bool = False) -> None:
        """Somebody has done something; only what the user does lets the agent ask again."""
        self._since = now
        if by_user:
            self._asked = False

    def tick(self, now: float, *, busy: bool) -> Silence:
        """Return what is to be done; ``busy`` while somebody speaks, or an answer is awaited."""
        if busy:
            self._since = now
            return Silence.NOTHING
        silent = now - self._since
        if self._end_s and silent >= self._end_s:
            return Silence.END
        if self._ask_s and silent >= self._ask_s and not self._asked:
            self._asked = True
            return Silence.ASK
        return Silence.NOTHING
