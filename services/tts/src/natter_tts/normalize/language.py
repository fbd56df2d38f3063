"""What the normaliser has to know about a language. The rules are code, the words are data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Noun:
    """A word that is counted."""

    one: str
    many: str
    feminine: bool = False

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

    # -- how numbers are written --
    decimal: str = "."
    """Characters that may stand before decimals."""
    group: str = ","
    """Characters that may stand between groups of three digits."""
    whole_decimals: bool = False
    """Decimals are said as a number where they are two at most, not digit by digit."""

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
    dropped: tuple[str, ...] = ()
    """Words that ``num2words`` puts in and that are not said."""
    agree: tuple[tuple[str, str, str], ...] = ()
    """How a number ends alone, before a masculine noun and before a feminine one: "uno", "un", "una"."""
    feminine: str = ""
    """Pattern of a word that is feminine, as far as its form tells."""
    ordinal_marks: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    """What makes digits an ordinal (``st``, ``º``), and how its form differs: letters cut off, letters put on."""
    ordinal_after: tuple[str, ...] = ()
    """Words between which and a noun digits with a full stop are an ordinal: "der 3. Platz"."""
    weak: str = ""
    """What such an ordinal ends in, unless one of ``plain_after`` is before it."""
    strong: str = ""
    """What the day of a date ends in without any of them before it."""
    plain_after: tuple[str, ...] = ()
    decade_mark: str = ""
    """What makes digits a decade: "die 1980er"."""
    scales: Mapping[str, str]
    """Letters and words after an amount, in lower case: ``k`` -> ``thousand``."""
    roman_after: tuple[str, ...] = ()
    """Words that a Roman numeral follows."""

    # -- money and units --
    currencies: Mapping[str, Currency]
    """By symbol and by code."""
    money_and: str
    units: Mapping[str, Noun]
    per: str
    per_units: Mapping[str, str]
    """What may stand after a slash: ``hr`` -> ``hour``."""
    feet: Noun | None = None
    scale_of: tuple[str, str] = ("", "")
    """Between "millions" and what they are of; the second before a vowel."""

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
    month_first: bool = False
    """Which of the two comes first in 3/4/2025; only then a month is written before its day."""
    day_suffix: str = ""
    """Pattern of what may stand behind the digits of a day."""
    month_joint: str = ""
    """Pattern of what may stand between a day and its month, without spaces."""
    year_joint: str = ",?"
    """The same between a month and its year."""
    days: Mapping[int, str] = field(default_factory=dict)
    """Days that are not said as the others are."""
    day_ordinal: bool = True
    """Whether a day is said as "third" rather than "three"."""
    before_date: tuple[str, ...] = ()
    """Words after which 3/4 is a date."""
    year_after: tuple[str, ...]
    """Words after which four digits are a year."""
    decades: Mapping[str, str] = field(default_factory=dict)
    """Tens of a decade -> what it is called."""
    oclock: str = ""
    oh: str = ""
    """What a minute below ten begins with."""
    half_days: Mapping[str, str] = field(default_factory=dict)
    """In lower case without full stops: ``am`` -> ``A M``."""
    clock: tuple[str, str] = ("", "")
    """Templates with ``{hour}`` and ``{minute}`` for a day of 24 hours: without and with minutes. Without them
    times are said as in English."""
    hours: Mapping[int, str] = field(default_factory=dict)
    """Hours that are not said as numbers are."""
    clock_mark: str = ":"
    """Characters between hours and minutes."""
    clock_after: tuple[str, ...] = ()
    """Words behind a time that the templates say already."""

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
    after_name: Mapping[str, str] = field(default_factory=dict)
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
    code_joins: tuple[str, ...] = ()
    """Words between such a word and the identifier, which make it sure that it is one."""
    phone_shapes: tuple[str, ...] = ()
    """Patterns of telephone numbers without the code of their country."""

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
