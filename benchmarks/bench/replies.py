"""What the scripted model says: every reply tells its number, every item its own and its reply's. Pure.

So it is exact which reply was heard, up to which word, and which of it went on after an overlap.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

NUMBERS: Final = tuple(
    """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty""".split()
)
THINGS: Final = tuple(
    """lamp chair bottle ladder pillow basket mirror blanket hammer candle teapot carpet drawer kettle ribbon
    saddle wallet anchor bucket cushion""".split()
)
ITEMS: Final = {"brief": 2, "medium": 3, "long": 5}
"""Spoken by flite's ``rms`` these take 6, 8 and 13 s."""
SHORT: Final = "That is all I can tell you."
_BEGINS: Final = re.compile(r"\bReply\b")
_WORD: Final = re.compile(r"[A-Za-z0-9']+")


def reply(number: int, plan: str) -> str:
    """Return what the ``number``-th reply of a call says.

    Args:
        plan: ``short``, ``brief``, ``medium``, ``long``, or ``ask:`` and a question.

    Raises:
        ValueError: there is no such plan.
    """
    name = number_word(number)
    if plan.startswith("ask:"):
        return f"Reply {name}. {plan.removeprefix('ask:')}"
    if plan == "short":
        return f"Reply {name}. {SHORT}"
    if plan not in ITEMS:
        raise ValueError(f"plan {plan!r}: expected short, ask:..., or one of {', '.join(ITEMS)}")
    things = [THINGS[(number * 7 + index) % len(THINGS)] for index in range(ITEMS[plan])]
    items = (f"Item {number_word(index)} of reply {name} is a {thing}." for index, thing in enumerate(things, 1))
    return " ".join([f"Reply {name}.", *items])


def number_word(number: int) -> str:
    """Return a number from 1 on in words; beyond twenty as digits."""
    return NUMBERS[number - 1] if 1 <= number <= len(NUMBERS) else str(number)


def words(text: str) -> list[str]:
    """Return the words of ``text``, in lower case."""
    return [word.lower() for word in _WORD.findall(text)]


def number_of(text: str) -> int | None:
    """Return which reply ``text`` begins with, if it says so."""
    spoken = words(text)
    if len(spoken) < 2 or spoken[0] != "reply":
        return None
    name = spoken[1]
    return NUMBERS.index(name) + 1 if name in NUMBERS else int(name) if name.isdigit() else None


def told(text: str) -> list[str]:
    """Return the replies in an assistant's text, each from its ``Reply`` on, however they were joined."""
    begins = [match.start() for match in _BEGINS.finditer(text)]
    return [text[begin:end].strip() for begin, end in pairwise([*begins, len(text)])]
