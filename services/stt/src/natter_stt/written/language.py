"""What the rules need to know of a language: words only, no behaviour. Pure.

A new language is one more file of this shape beside ``en.py``. An empty field turns off what needs it.
Numbers themselves ("two hundred and fifty") are read by text2num, which knows English, French, Spanish,
Portuguese, German, Italian, Dutch and Russian.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Words = frozenset[str]
NONE: Words = frozenset()


@dataclass(frozen=True, slots=True)
class Coin:
    """A currency as it is spoken and written.

    Attributes:
        sign: put before the amount; empty if the word stays behind it.
        cents: the words for its hundredth part; where ``needs_cents``, the word alone means something else.
    """

    sign: str
    cents: Words = NONE
    needs_cents: bool = False


@dataclass(frozen=True, slots=True)
class Language:
    """The words of one language, in lower case.

    Attributes:
        code: ISO 639-1.
        not_numbers: words that the number reader takes for numbers and people do not.
        zeros: what a zero is called within a row of digits, beside its name.
        repeats: "double" and the like, with how often the next digit is meant.
        sound_alikes: words that are mistaken for a digit within a row of digits.
        points: what is said before a fraction.
        ands: what joins an amount and its cents.
        articles: "a" in "a hundred".
        magnitudes: from this value on numbers end in a word.
        coins: currencies by their words.
        percents: words for "percent", of one or two words.
        units: units of measure and how they are written behind a number.
        labels: words that a number behind them belongs to: "room 5".
        number_cues: words that announce a number that is a name: an order, an account, a code.
        phone_cues: words that announce a telephone number.
        months: their names as they are written.
        of, the: "of" and "the" in "the third of March".
        century_cues: words that a year follows.
        clock: "o'clock"; ``noon_marks``: how "a m" and "p m" are written.
        half_past, quarter, past, to: the words of the clock.
        time_cues: words that a time of day follows.
        streets: last words of street names; ``not_streets``: words that no street name contains.
        at, dot, slash, joiners: how addresses on the net are spoken.
        web: "www" as it is spoken.
        domains: last parts of domain names; ``mailers``: well known mail domains.
        mail_cues: words that announce an e-mail address.
        not_mailboxes: words before "at" that are no part of an address.
        phrases: fixed expressions.
    """

    code: str
    not_numbers: Words = NONE
    zeros: Words = NONE
    repeats: Mapping[str, int] = field(default_factory=dict)
    sound_alikes: Mapping[str, str] = field(default_factory=dict)
    points: Words = NONE
    ands: Words = NONE
    articles: Words = NONE
    magnitudes: tuple[tuple[int, str], ...] = ()
    coins: Mapping[str, Coin] = field(default_factory=dict)
    percents: frozenset[tuple[str, ...]] = frozenset()
    units: Mapping[str, str] = field(default_factory=dict)
    labels: Words = NONE
    number_cues: Words = NONE
    phone_cues: Words = NONE
    months: Mapping[str, str] = field(default_factory=dict)
    of: Words = NONE
    the: Words = NONE
    century_cues: Words = NONE
    clock: Words = NONE
    noon_marks: Mapping[str, str] = field(default_factory=dict)
    half: Words = NONE
    quarter: Words = NONE
    past: Words = NONE
    to: Words = NONE
    time_cues: Words = NONE
    streets: Words = NONE
    not_streets: Words = NONE
    at: Words = NONE
    dot: Words = NONE
    slash: Words = NONE
    joiners: Mapping[str, str] = field(default_factory=dict)
    web: Words = NONE
    domains: Words = NONE
    mailers: Words = NONE
    mail_cues: Words = NONE
    not_mailboxes: Words = NONE
    phrases: Mapping[tuple[str, ...], str] = field(default_factory=dict)
