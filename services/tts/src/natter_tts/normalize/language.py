"""What the normaliser has to know about a language. The rules are code, the words are data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Noun:
    """A word that is counted."""

    one: str
    many: str

    def of(self, number: str) -> str:
        """Return the form that goes with ``number`` as it is written."""
        return self.one if number.lstrip("-+") == "1" else self.many


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency and its hundredth part, if that has a name."""

    major: Noun
    minor: Noun | None = None


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """What an abbreviation is said as.

    ``last`` tells that a sentence may end with it, so that its full stop can be two things at once.
    """

    spoken: str
    last: bool = False


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Language:
    """One language. Keys of mappings are in the case in which they are written, unless said otherwise."""

    code: str
    """ISO 639-1; also the language of ``num2words``."""

    # -- numbers --
    digits: tuple[str, ...]
    point: str
    minus: str
    plus: str
    to: str
    """Between the ends of a range."""
    percent: str
    number: str
    """What ``#`` and ``no.`` in front of digits are said as."""
    over: str
    """Between numerator and denominator of a fraction without a name."""
    fractions: Mapping[str, str]
    and_a: str
    """Between a whole number and a fraction: "two *and* a half"."""
    dropped: tuple[str, ...]
    """Words that ``num2words`` puts in and that are not said."""
    scales: Mapping[str, str]
    """Letters and words after an amount, in lower case: ``k`` -> ``thousand``."""
    roman_after: tuple[str, ...]
    """Words that a Roman numeral follows."""

    # -- money and units --
    currencies: Mapping[str, Currency]
    """By symbol and by code."""
    money_and: str
    units: Mapping[str, Noun]
    per: str
    per_units: Mapping[str, str]
    """What may stand after a slash: ``hr`` -> ``hour``."""
    feet: Noun

    # -- dates and times --
    months: tuple[str, ...]
    months_short: Mapping[str, int]
    """Abbreviation without its full stop -> 1-12."""
    weekdays_short: Mapping[str, str]
    day_of: str
    """A day before its month: "the third of March"."""
    date: str
    """Template with ``{month}``, ``{day}`` and ``{year}``."""
    date_short: str
    """The same without a year."""
    month_first: bool
    """Which of the two comes first in 3/4/2025."""
    year_after: tuple[str, ...]
    """Words after which four digits are a year."""
    decades: Mapping[str, str]
    """Tens of a decade -> what it is called."""
    oclock: str
    oh: str
    """What a minute below ten begins with."""
    half_days: Mapping[str, str]
    """In lower case without full stops: ``am`` -> ``A M``."""

    # -- letters and abbreviations --
    abbreviations: Mapping[str, Abbreviation]
    """Without the final full stop; matched with and, where ``bare`` says so, without it."""
    bare: frozenset[str]
    """Abbreviations that also stand without a full stop."""
    titles: Mapping[str, str]
    """Before a name."""
    joining: tuple[str, ...]
    """Words between two titles: "Mr. *and* Mrs. Jones"."""
    before_number: Mapping[str, str]
    """Abbreviations that are ones only in front of a number."""
    after_name: Mapping[str, str]
    """The same letters after a name or a house number: ``St`` -> ``Street``."""
    initialisms: frozenset[str]
    """Said letter by letter although they could be read as a word."""
    acronyms: Mapping[str, str]
    """Capitals that are said as a word, and as which."""
    vowels: str
    emergency: tuple[str, ...]
    """Short numbers that are said digit by digit after a word of calling."""
    call: tuple[str, ...]
    """Words of calling, in lower case."""
    code_cues: tuple[str, ...]
    """Words that announce an identifier, in lower case."""

    version: str
    """What the ``v`` of ``v2.1`` is said as, in lower case."""

    # -- the web --
    dot: str
    at: str
    slash: str
    dash: str
    underscore: str
    hashtag: str
    web_words: frozenset[str]
    """Short parts of addresses that are said as words."""

    # -- symbols --
    symbols: Mapping[str, str]
    """Single characters, in plain text."""
    operators: Mapping[str, str]
    """Characters between numbers."""
    by: str
    """Between the sides of 3 x 4."""
    about: str
    """What ``~`` in front of a number is said as."""
    phrases: Mapping[str, str]
    """What is not said as its parts would be, in lower case."""
    starters: frozenset[str]
    """Words that a sentence is likely to begin with, after an abbreviation."""
    split_before: frozenset[str]
    """Words before which a sentence may be cut when it must be, in lower case."""
