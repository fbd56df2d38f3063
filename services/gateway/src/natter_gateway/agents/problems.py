"""What is wrong with a document that a user sent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the field's path, such as ``tools[0].http.url``, and what was expected."""

    param: str
    message: str


class Invalid(Exception):
    """A document cannot be kept.

    Attributes:
        problems: all that is known to be wrong with it, at least one.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{problem.param}: {problem.message}" for problem in problems))
        self.problems = problems
