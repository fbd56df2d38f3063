"""Reading a tool's argument out of what was said, by its JSON Schema. Pure.

What can be read: one of an ``enum``, numbers in digits or words, yes and no, days and times, what looks
like a code by its ``pattern``, e-mail addresses as they are spelled out, and free words after a
preposition or after the argument's own name.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from natter_llm.demo import dates, numbers
from natter_llm.demo.synonyms import canonical
from natter_llm.demo.text import STOPWORDS, distance, normal, sound, stem, words
from natter_llm.tools import faults

Schema = Mapping[str, Any]

_YES: Final = frozenset("yes yeah yep sure true right correct please on".split())
_NO: Final = frozenset("no not nope without never false off".split())
SWITCHES: Final = ("on", "enabled", "state", "power")
"""Names of arguments that "on" and "off" are said of."""
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SPOKEN_EMAIL: Final = re.compile(r"([\w.+-]+(?: (?:dot|underscore|dash) [\w-]+)*) at ((?:[\w-]+ dot )+[a-z]{2,})\b")
_PREPOSITIONS: Final = {
    "place": ("in", "at", "for", "near", "to", "from", "around"),
    "person": ("for", "under", "with", "to", "by"),
    "thing": (
        "of",
        "for",
        "about",
        "on",
        "with",
        "called",
        "have",
        "got",
        "want",
        "need",
        "buy",
        "find",
        "any",
        "some",
    ),
}
_PLACES: Final = frozenset(
    "city location place town country region area address destination street origin where".split()
)
_ORIGINS: Final = frozenset("origin from start source".split())
_TARGETS: Final = frozenset("destination to target".split())
_PERSONS: Final = frozenset("name person customer guest contact patient who".split())
_PHRASE_END: Final = frozenset(
    """in at for near to from on with by under tomorrow today tonight please and or now right next this at around until
    is are was will do does can could would thanks thank monday tuesday wednesday thursday friday saturday sunday like
    look looks""".split()
)
_FREE_TEXT: Final = frozenset(
    "query question text message note reason description subject topic comment content body".split()
)
_ANSWER_LEAD: Final = re.compile(
    r"^(?:(?:um|uh|well|oh|yes|okay|ok|so|it's|it is|that's|that is|i'm|i am|i want|i'd like|i would like|make it"
    r"|let's say|in|at|for|to|from|the|a|an|my|name is|please|say)\b[\s,]*)+",
    re.IGNORECASE,
)
_POLITE_END: Final = re.compile(r"[\s,]*\b(?:please|thanks|thank you)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Argument:
    """One parameter of a tool.

    Attributes:
        name: as the schema calls it.
        schema: of this parameter alone.
        answering: whether the utterance answers a question for exactly this argument.
    """

    name: str
    schema: Schema
    answering: bool = False

    @property
    def labels(self) -> list[str]:
        """The words of its name."""
        return label(self.name).split()


def label(name: str) -> str:
    """Return a field's name as a person says it: ``orderNumber`` and ``order_number`` are "order number"."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").replace("-", " ")
    return " ".join(spaced.lower().split())


def read(argument: Argument, utterance: str, today: datetime.date) -> Any | None:
    """Return the value of ``argument`` in ``utterance``, fit for its schema, or None."""
    for value in _candidates(argument, utterance, today):
        if value is not None and not faults(argument.schema, value):
            return value
    return None


def _candidates(argument: Argument, utterance: str, today: datetime.date) -> Sequence[Any]:
    schema, kind = argument.schema, _kind(argument.schema)
    if "enum" in schema:
        return [_choice(schema["enum"], utterance)]
    if kind in ("integer", "number"):
        return _numbers(argument, utterance, whole=kind == "integer")
    if kind == "boolean":
        return [_truth(argument, utterance)]
    if kind == "string":
        return _strings(argument, utterance, today)
    return []


def _kind(schema: Schema) -> str:
    kind = schema.get("type", "string")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "string")
    return str(kind)


def _choice(options: Sequence[Any], utterance: str) -> Any | None:
    """Return the option that was named: its words in order, else its sense, else its sound."""
    said = words(utterance)
    spoken = f" {' '.join(said)} "
    named = [option for option in options if isinstance(option, str)]
    for option in sorted(named, key=len, reverse=True):
        if f" {normal(label(option))} " in spoken:
            return option
    senses = {canonical(stem(word)) for word in said}
    for option in named:
        if {canonical(stem(word)) for word in words(label(option))} <= senses:
            return option
    for option in named:
        for word in said:
            alike = sound(word) == sound(option.lower()) and distance(word, option.lower(), 2) <= 2
            if len(word) >= 4 and (alike or distance(word, option.lower(), 1) <= 1):
                return option
    numeric = {float(option): option for option in options if isinstance(option, int | float)}
    return next((numeric[n.value] for n in numbers.find(utterance, lone=True) if n.value in numeric), None)


def _numbers(argument: Argument, utterance: str, *, whole: bool) -> list[float | int]:
    """Return the numbers that may be meant, the one nearest to the argument's own name first."""
    found = numbers.find(utterance, lone=argument.answering)
    labels = {stem(word) for word in argument.labels} | _described(argument.schema)

    def far(number: numbers.Number) -> int:
        after = words(utterance[number.end :])[:2]
        before = words(utterance[: number.start])[-3:]
        near = [stem(word) in labels for word in (*after, *reversed(before))]
        return near.index(True) if True in near else len(near) + 1

    ordered = sorted(found, key=far)
    values = [number.value for number in ordered]
    return [int(value) for value in values if value == int(value)] if whole else list(values)


def _described(schema: Schema) -> set[str]:
    return {stem(word) for word in words(str(schema.get("description", ""))) if word not in STOPWORDS}


def _truth(argument: Argument, utterance: str) -> bool | None:
    said = words(utterance)
    if argument.labels[-1] in SWITCHES and (switched := {"on", "off"} & set(said)):
        return "on" in switched and "off" not in switched
    if argument.answering:
        if not _NO.isdisjoint(said):
            return False
        return True if not _YES.isdisjoint(said) else None
    labels = [word for word in argument.labels if word not in STOPWORDS]
    if not labels or not all(stem(word) in {stem(other) for other in said} for word in labels):
        return None
    return _NO.isdisjoint(said)


def _strings(argument: Argument, utterance: str, today: datetime.date) -> list[str | None]:
    style = str(argument.schema.get("format", ""))
    labels = set(argument.labels)
    if style == "date" or (not style and ("date" in labels or labels == {"day"})):
        found = dates.day(utterance, today)
        return [found.isoformat() if found else None]
    if style == "time" or (not style and "time" in labels):
        moment = dates.time(utterance, bare=argument.answering)
        return [moment.isoformat("seconds" if style else "minutes") if moment else None]
    if style == "date-time":
        return [_date_time(utterance, today)]
    if style in ("email", "idn-email") or "email" in labels:
        return [_email(utterance)]
    codes = [number.digits for number in numbers.find(utterance, lone=argument.answering) if number.digits]
    if "pattern" in argument.schema:
        return [
            "".join(codes) or None,
            *codes,
            *re.findall(r"\S+", utterance),
            *_codes(utterance),
            _words_of(argument, utterance),
        ]
    if _is_code(labels):
        return ["".join(codes) or None, *_codes(utterance)]
    return [_words_of(argument, utterance)]


def _is_code(labels: set[str]) -> bool:
    return bool(labels & {"number", "code", "id", "pin", "zip", "phone", "reference"})


def _codes(utterance: str) -> list[str]:
    """Return what mixes letters and digits, together and in capitals: "A B 12" as AB12."""
    runs = re.findall(r"\b(?:[A-Za-z]\d*\b[\s-]*|\d+\b[\s-]*)+", utterance)
    return [joined.upper() for run in runs if (joined := re.sub(r"[\s-]", "", run)) and re.search(r"\d", joined)]


def _date_time(utterance: str, today: datetime.date) -> str | None:
    moment = dates.time(utterance)
    found = dates.day(utterance, today) or (today if moment else None)
    return datetime.datetime.combine(found, moment).isoformat() if found and moment else None


def _email(utterance: str) -> str | None:
    written = _EMAIL.search(utterance)
    if written:
        return written[0].rstrip(".").lower()
    spoken = _SPOKEN_EMAIL.search(utterance.lower().rstrip(".!? "))
    if spoken is None:
        return None
    address = f"{spoken[1]}@{spoken[2]}"
    for word, sign in (("dot", "."), ("underscore", "_"), ("dash", "-")):
        address = address.replace(f" {word} ", sign)
    return address.replace(" ", "")


def _words_of(argument: Argument, utterance: str) -> str | None:
    """Return the words that an argument of free text gets."""
    bare = utterance.strip().strip(".!?,")
    labels = set(argument.labels)
    if argument.answering:
        return _answer(bare)
    if labels & _FREE_TEXT:
        return bare or None
    named = re.search(
        rf"\b{re.escape(' '.join(argument.labels))}\s+(?:is\s+|of\s+|called\s+)?(.+)$", bare, re.IGNORECASE
    )
    if named and (found := _phrase(named[1])):
        return found
    for preposition in _prepositions(labels):
        for match in re.finditer(rf"\b{preposition}\s+", bare, re.IGNORECASE):
            found = _phrase(bare[match.end() :])
            if found:
                return found
    return None


def _prepositions(labels: set[str]) -> Sequence[str]:
    if labels & _ORIGINS and not labels & _TARGETS:
        return ("from",)
    if labels & _TARGETS:
        return ("to", "in", "for")
    if labels & _PLACES:
        return _PREPOSITIONS["place"]
    return _PREPOSITIONS["person"] if labels & _PERSONS else _PREPOSITIONS["thing"]


def _phrase(text: str) -> str:
    """Return the words at the start of ``text`` up to where something else begins."""
    taken: list[str] = []
    for word in re.findall(r"[\w'’.-]+|[,;?!]", text):
        bare = word.lower().strip(".")
        if bare in (",", ";", "?", "!") or (bare in _PHRASE_END and taken) or len(taken) == 4:
            break
        if not taken and bare in ("the", "a", "an", "my", "some", "any"):
            continue
        if not taken and (bare in _PHRASE_END or bare in STOPWORDS):
            return ""
        taken.append(word.strip("."))
    return "" if taken and numbers.find(taken[0]) else " ".join(taken)


def _answer(text: str) -> str | None:
    """Return an answer without the words that only lead up to it: "it's in Berlin, please" is Berlin."""
    bare = _POLITE_END.sub("", _ANSWER_LEAD.sub("", text)).strip(" .,!?")
    return bare or None
