"""The shape of a language's data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Value(StrEnum):
    """A kind of value that a person gives in pieces, with pauses between them."""

    PHONE = "phone"
    EMAIL = "email"
    CARD = "card"
    POSTCODE = "postcode"
    BIRTH_DATE = "birth_date"
    DATE = "date"
    CODE = "code"
    """An order, an account, a booking: letters and digits of a length that nobody knows."""


@dataclass(frozen=True, slots=True)
class Length:
    """How many digits a value of a kind has.

    Attributes:
        maybe: with so many it may be whole.
        surely: from so many on it surely is.
    """

    kind: Value
    maybe: tuple[int, ...]
    surely: int


CARD: Final = Length(Value.CARD, (4, 13, 14, 15, 16, 19), 15)
"""The same everywhere; the last digits of a card are four."""


def spoken_digits(names: str, **others: str) -> tuple[tuple[str, str], ...]:
    """Return ``digits`` of the ten names from zero on, and of ``others``."""
    return (*((name, str(value)) for value, name in enumerate(names.split())), *others.items())


@dataclass(frozen=True, slots=True)
class LanguageData:
    """Words are in lower case, as :func:`natter_turn.wording.words` gives them.

    Attributes:
        open_ended: words after which a sentence goes on.
        can_end: those of them that end one often enough, if the recogniser puts a stop behind them.
        fillers: sounds of somebody who is looking for words.
        backchannels: words that only say "I am listening", alone or together.
        backchannel_phrases: the same for several words.
        stops: phrases that ask for the floor in so many words.
        affirmations: what answers a question that wants yes or no.
        auxiliaries: what such a question begins with.
        requests: words with which one asks for something without a question.
        copulas: words between the name of a value and the value.
        choosers: words between the things of a choice.
        digits: spoken digits with the digit each is, or with nothing for what stands among them, such as ``double``.
        letters: words of one letter, which are no part of a code.
        lengths: how long the values that are made of digits are.
        years: words that a spoken year has in it, and a day has not.
        months: names of months.
        value_names: for each kind of value, the phrases that announce it, each a regular expression.
        at, dot: how the signs of an address are spoken.
    """

    code: str
    open_ended: frozenset[str] = frozenset()
    can_end: frozenset[str] = frozenset()
    fillers: frozenset[str] = frozenset()
    backchannels: frozenset[str] = frozenset()
    backchannel_phrases: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    affirmations: frozenset[str] = frozenset()
    auxiliaries: frozenset[str] = frozenset()
    requests: frozenset[str] = frozenset()
    copulas: frozenset[str] = frozenset()
    choosers: frozenset[str] = frozenset()
    digits: tuple[tuple[str, str], ...] = ()
    letters: frozenset[str] = frozenset()
    lengths: tuple[Length, ...] = ()
    years: frozenset[str] = frozenset()
    months: frozenset[str] = frozenset()
    value_names: tuple[tuple[Value, str], ...] = ()
    at: str = "at"
    dot: str = "dot"


NONE = LanguageData("")
"""Nothing is known of the words."""
