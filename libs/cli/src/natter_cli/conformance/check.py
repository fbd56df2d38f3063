"""What a check is, and how it says what is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from natter_cli.conformance.lab import Lab

Run = Callable[["Lab"], Awaitable[None]]


class Unmet(Exception):
    """The server does not do what the contract says."""


class Busy(Unmet):
    """The server has no room at the moment: the one error after which the same is to be tried again."""


class Skip(Exception):
    """The check does not apply to this server."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a server must do.

    Attributes:
        section: of the contract, such as ``4.1.3``.
        title: what it must do, in a sentence.
        slow: whether it takes longer than the window in which a session may be resumed.
        own: whether it is Natter's, and no part of the hosted API.
    """

    section: str
    title: str
    run: Run
    slow: bool = False
    own: bool = False

    @property
    def name(self) -> str:
        """Its name, such as ``talking.a_turn_and_its_answer``."""
        return f"{self.run.__module__.rpartition('.')[2]}.{getattr(self.run, '__name__', '')}"


CHECKS: Final[list[Check]] = []
"""All checks, in the order in which they were declared."""


def check(section: str, *, slow: bool = False, own: bool = False) -> Callable[[Run], Run]:
    """Declare a check; its docstring is its title."""

    def declare(run: Run) -> Run:
        CHECKS.append(Check(section, (run.__doc__ or "").strip().splitlines()[0], run, slow, own))
        return run

    return declare


def met(condition: object, what: str) -> None:
    """Raise unless ``condition`` holds; ``what`` says what should have been."""
    if not condition:
        raise Unmet(what)


def same(actual: Any, expected: Any, what: str) -> None:
    """Raise unless both are equal."""
    if actual != expected:
        raise Unmet(f"{what}: expected {expected!r}, got {actual!r}")


def within(actual: float, low: float, high: float, what: str) -> None:
    """Raise unless ``actual`` lies between ``low`` and ``high``."""
    if not low <= actual <= high:
        raise Unmet(f"{what}: expected {low:g} to {high:g}, got {actual:g}")


def in_order(kinds: Iterable[str], expected: Iterable[str], what: str) -> None:
    """Raise unless the types of ``expected`` appear in ``kinds`` in this order; others may lie between."""
    wanted, seen = list(expected), list(kinds)
    rest = iter(seen)
    for kind in wanted:
        if kind not in rest:
            raise Unmet(f"{what}: expected the order {' → '.join(wanted)}, got {' → '.join(seen)}")
