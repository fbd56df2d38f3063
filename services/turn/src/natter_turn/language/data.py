"""The shape of a language's data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
        digits: spoken digits and what stands among them, such as ``double``.
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
    digits: frozenset[str] = frozenset()
    years: frozenset[str] = frozenset()
    months: frozenset[str] = frozenset()
    value_names: tuple[tuple[Value, str], ...] = ()
    at: str = "at"
    dot: str = "dot"


NONE = LanguageData("")
"""Nothing is known of the words."""
