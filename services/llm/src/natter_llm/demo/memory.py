"""What the caller has said of themselves, and what was said in the call. Pure.

Everything is read anew from the conversation, so there is nothing to keep between requests and nothing
that could disagree with the history.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from natter_llm.demo import numbers
from natter_llm.demo.synonyms import canonical
from natter_llm.demo.text import STOPWORDS, normal, stem, words

_NAMED: Final = re.compile(r"\b(?:my name is|my name's|call me|people call me|name is)\s+(.+)", re.IGNORECASE)
_AM: Final = re.compile(
    r"\b(?:I'm|I am|[Tt]his is(?=\s+[\w'-]+(?:\s+[A-Z][\w'-]+)?\s*(?:$|[,.!]|speaking|here|calling|from)))"
    r"\s+((?:[A-Z][\w'-]+)(?:\s+[A-Z][\w'-]+)?)(?=[\s,.!?]|$)(.*)"
)
_NOT_NAMES: Final = frozenset(
    """a an the not no so very just here there fine good great well okay ok sorry sure happy glad sad tired busy ready
    back looking calling trying going asking wondering interested from in on at my your his her its it what who where
    when why how and but or because that this actually really still also only new old done lost confused afraid right
    wrong one called unknown nothing something correct true false english german french spanish italian american british
    """.split()
)
_NAME_ENDS: Final = frozenset(
    "and but so i what how can could do does is please from calling who where when or".split()
)
_FACT: Final = re.compile(
    r"\b(?:my|our)\s+((?:[a-z]+\s+){0,2}?[a-z]+)\s+(?:is|are|was|would be)\s+(.+?)[.!?]*$", re.IGNORECASE
)
_RECALL: Final = re.compile(r"\bwhat(?:'s| is| are| was|s)\s+my\s+((?:[a-z]+\s+){0,2}[a-z]+)", re.IGNORECASE)
_CODE_WORDS: Final = frozenset("number code pin id zip phone account order booking reference ticket card".split())
_ASKS: Final = re.compile(
    r"^(?:and |so |but |ok |okay |well |please )*(?:whats?|who|where|when|why|how|which|can|could|do|does|did|is|are"
    r"|will|would|should|may|tell me|explain|describe)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name that was told, and what else the utterance says."""

    name: str
    rest: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something told of oneself: "my favourite colour is blue"."""

    label: str
    value: str


def name_in(utterance: str) -> Name | None:
    """Return the name that ``utterance`` introduces, or None."""
    named = _NAMED.search(utterance)
    if named:
        return _leading_name(named[1], utterance[: named.start()])
    if utterance.islower():
        return None
    am = _AM.search(utterance)
    if am and words(am[1])[0] not in _NOT_NAMES | STOPWORDS:
        return Name(am[1].strip(), _rest(am[2]))
    return None


def name_of(utterances: Sequence[str]) -> str:
    """Return the name told last, or an empty string."""
    for utterance in reversed(utterances):
        found = name_in(utterance)
        if found is not None:
            return found.name
    return ""


def fact_in(utterance: str) -> Fact | None:
    """Return what ``utterance`` tells of the caller, or None if it tells nothing or is a question."""
    found = _FACT.search(utterance)
    if found is None or is_question(utterance) or "name" in found[1].lower().split():
        return None
    label, value = found[1].lower(), found[2].strip()
    said = numbers.find(value)
    if said and (said[0].digits and (len(said[0].digits) > 3 or not _CODE_WORDS.isdisjoint(label.split()))):
        value = numbers.spoken_digits("".join(number.digits for number in said))
    return Fact(label, value) if value else None


def recall(utterance: str, earlier: Sequence[str]) -> Fact | None:
    """Return what ``utterance`` asks for and was told earlier; its value is empty if it never was."""
    asked = _RECALL.search(utterance)
    if asked is None:
        return None
    label = asked[1].lower().removesuffix(" again")
    wanted = _meaning(label)
    for told in reversed(earlier):
        fact = fact_in(told) or number_in(told)
        known = _meaning(fact.label) if fact is not None else set()
        if fact is not None and known and (wanted <= known or known <= wanted):
            return Fact(label, fact.value)
    return Fact(label, "")


def number_in(utterance: str) -> Fact | None:
    """Return a number that was told without a sentence around it: "order number 4517", "it's 0 1 2 3"."""
    found = numbers.find(utterance)
    if not found:
        return None
    first = found[0]
    label = _label_before(utterance[: first.start])
    digits = "".join(number.digits for number in found if number.digits)
    as_code = len(digits) > 3 or not _CODE_WORDS.isdisjoint(label.split())
    if digits and as_code and all(number.digits for number in found):
        return Fact(label, numbers.spoken_digits(digits))
    after = words(utterance[first.end :])[:1]
    counted = after[0] if after and after[0].endswith("s") and after[0] not in STOPWORDS and not label else ""
    return Fact(label, f"{numbers.plain(first.value)} {counted}".strip())


def is_question(utterance: str) -> bool:
    """Whether ``utterance`` asks for something."""
    return utterance.rstrip().endswith("?") or bool(_ASKS.match(utterance.strip()))


def questions(utterances: Sequence[str]) -> list[str]:
    """Return the questions among ``utterances``."""
    return [utterance for utterance in utterances if is_question(utterance)]


def _leading_name(text: str, before: str) -> Name | None:
    """Read one or two words as a name; the rest of the utterance is what follows it."""
    taken: list[str] = []
    end = 0
    for match in re.finditer(r"[\w'’-]+", text):
        word = match[0]
        between = text[end : match.start()]
        if word.lower() in _NAME_ENDS or (taken and re.search(r"[.,;!?]", between)) or len(taken) == 2:
            break
        if taken and not (word[0].isupper() or text.islower()):
            break
        if word.lower() in _NOT_NAMES:
            break
        taken.append(word)
        end = match.end()
    if not taken or not taken[0][0].isalpha():
        return None
    name = " ".join(word if word[0].isupper() else word.capitalize() for word in taken)
    lead = before.strip(" ,.") if is_question(before) else ""
    return Name(name, " ".join(filter(None, (lead, _rest(text[end:])))))


def _rest(text: str) -> str:
    rest = re.sub(r"^[\s,.;!?]*(?:and\b|but\b|so\b)?[\s,]*", "", text)
    return rest if len(normal(rest).split()) >= 2 else ""


def _label_before(text: str) -> str:
    """Return the words right before a number that say what it is: "order number", "room"."""
    before = words(text)
    while before and before[-1] in ("is", "are", "was", "it", "like", "hash", "a", "the"):
        before.pop()
    taken: list[str] = []
    for word in reversed(before):
        if word in STOPWORDS or len(taken) == 2:
            break
        taken.insert(0, word)
    return " ".join(taken) if taken and taken[-1] in _CODE_WORDS else ""


def _meaning(label: str) -> set[str]:
    return {canonical(stem(word)) for word in words(label)}
