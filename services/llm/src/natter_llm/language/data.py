"""The shape of a language's words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """What the agent says by itself, without asking a model.

    Attributes:
        code: ISO 639-1.
        filler: while a tool takes long.
        apology: when the model failed before its first word.
    """

    code: str
    filler: str
    apology: str
