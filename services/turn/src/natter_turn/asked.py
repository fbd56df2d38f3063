"""What the conversation waits for: what the agent has just asked, and what its tools want to know. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from natter_protocol.settings import Tool
from natter_turn.language import ENGLISH, LanguageData, Value
from natter_turn.values import Expected, named_in
from natter_turn.wording import words

_SENTENCE: Final = re.compile(r"[^.?!]*[.?!]*")
_SIGN: Final = re.compile(r"(\\[-()s.]|[- ])[?*+]?")
_CLASS: Final = re.compile(r"(\[[^\]]*\])")


class Kind(Enum):
    """What sort of answer is waited for."""

    NOTHING = auto()
    """The agent asked nothing."""
    YES_OR_NO = auto()
    CHOICE = auto()
    """One of the things that it named."""
    VALUE = auto()
    OPEN = auto()
    """Anything."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the agent has just asked.

    Attributes:
        kind: of the answer.
        expected: the value, if it asked for one.
        options: words of the choices that it named.
    """

    kind: Kind = Kind.NOTHING
    expected: Expected | None = None
    options: frozenset[str] = frozenset()


NOTHING: Final = Asked()


def asked(said: str, wanted: Iterable[Expected] = (), language: LanguageData = ENGLISH) -> Asked:
    """Return what the agent asked, judging by the last sentence of what was heard of it.

    Args:
        said: what the user has heard of the agent's newest reply.
        wanted: values that the tools of the session ask for; their patterns count.
        language: of the conversation.
    """
    question = _last_sentence(said)
    kind = named_in(question, language)
    if kind is not None and (question.endswith("?") or _requests(question, language)):
        known = {expected.kind: expected for expected in wanted}
        return Asked(Kind.VALUE, known.get(kind, Expected(kind)))
    if not question.endswith("?"):
        return NOTHING
    spoken = words(question)
    at = next((index for index, word in enumerate(spoken[1:-1], 1) if word in language.choosers), 0)
    if at:
        return Asked(Kind.CHOICE, options=frozenset(spoken[max(0, at - 3) :]) - language.open_ended)
    opening = [word for word in spoken if word not in language.fillers][:1]
    clause = words(re.split(r"[,;:]", question)[-1])[:1]
    if any(word in language.auxiliaries for word in (*opening, *clause)):
        return Asked(Kind.YES_OR_NO)
    return Asked(Kind.OPEN)


def wanted_by(tools: Iterable[Tool], language: LanguageData = ENGLISH) -> tuple[Expected, ...]:
    """Return the values that the parameters of ``tools`` ask for."""
    wanted: dict[Value, Expected] = {}
    for tool in tools:
        properties = tool.parameters.get("properties")
        for name, schema in properties.items() if isinstance(properties, Mapping) else ():
            kind = _kind_of(str(name), schema, language) if isinstance(schema, Mapping) else None
            if kind is not None:
                pattern = schema.get("pattern")
                wanted.setdefault(kind, Expected(kind, _plain(pattern) if isinstance(pattern, str) else ""))
    return tuple(wanted.values())


def _last_sentence(said: str) -> str:
    sentences = [match.strip() for match in _SENTENCE.findall(said) if match.strip(" .?!")]
    return sentences[-1] if sentences else ""


def _requests(sentence: str, language: LanguageData) -> bool:
    """Whether a sentence that is no question asks for something: "please give me your number"."""
    return bool(set(words(sentence)) & language.requests)


def _kind_of(name: str, schema: Mapping[str, Any], language: LanguageData) -> Value | None:
    """Return what kind of value a parameter is, by its format, its name, or its description."""
    form = schema.get("format")
    if form in ("email", "idn-email"):
        return Value.EMAIL
    if form in ("phone", "tel"):
        return Value.PHONE
    spoken_name = re.sub(r"[_-]|(?<=[a-z])(?=[A-Z])", " ", name)
    return named_in(spoken_name, language) or named_in(str(schema.get("description", "")), language)


def _plain(pattern: str) -> str:
    """Return ``pattern`` without anchors and without the signs that nobody speaks; empty if it is none."""
    parts = _CLASS.split(pattern.strip("^$"))
    plain = "".join(part if index % 2 else _SIGN.sub("", part) for index, part in enumerate(parts))
    try:
        re.compile(plain)
    except re.error:
        return ""
    return plain
