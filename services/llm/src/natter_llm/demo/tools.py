"""Choosing a tool for an utterance, and collecting what it needs. Pure.

A tool fits when its name (and, weaker, its description) is what the utterance is about. Arguments are
read from the utterance by their schema; for a required one that is missing the caller is asked, and
the answer is joined with what was said before. What was asked is recognised by its own words in the
conversation, so nothing is kept between requests.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from natter_llm.demo.synonyms import canonical
from natter_llm.demo.text import STOPWORDS, content, distance, sound, stem, words
from natter_llm.demo.values import SWITCHES, Argument, label, read
from natter_llm.engine import ChatMessage, Role, ToolCall, ToolSpec

MAX_ASKED: Final = 3
"""So often one argument is asked for before the tool is let go."""

_VERBS: Final = frozenset(
    "get set fetch find look up check search list show query request retrieve lookup run call do tool api".split()
)
_LOOKS_UP: Final = re.compile(r"^(?:get|fetch|find|look|check|search|list|show|query|retrieve|read)", re.IGNORECASE)
_COUNTED: Final = frozenset("people guests persons tickets items nights rooms seats quantity count".split())
_PLACES: Final = frozenset("city place country town region location".split())


@dataclass(frozen=True, slots=True)
class Fit:
    """A tool, and how well an utterance fits it, 0-1."""

    tool: ToolSpec
    strength: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for an argument that the agent has just asked.

    Attributes:
        said: what the user said since the tool was chosen, oldest first, each with the argument that
            it answered (empty for the first).
        times: how often this argument was asked for.
    """

    tool: ToolSpec
    argument: str
    said: tuple[tuple[str, str], ...]
    times: int


@dataclass(frozen=True, slots=True)
class Collected:
    """The arguments that are known, and the required ones that are not."""

    arguments: dict[str, Any]
    missing: tuple[str, ...]


def choose(tools: Sequence[ToolSpec], utterance: str, today: datetime.date) -> Fit | None:
    """Return the tool that ``utterance`` asks for, or None."""
    said = words(utterance)
    about = {canonical(stem(word)) for word in content(utterance)}
    fits = [Fit(tool, _strength(tool, said, about, utterance, today)) for tool in tools]
    best = max(fits, key=lambda fit: fit.strength, default=None)
    return best if best is not None and best.strength >= 0.5 else None


def collect(tool: ToolSpec, said: Sequence[tuple[str, str]], today: datetime.date) -> Collected:
    """Return the arguments of ``tool`` as far as they were ``said``: utterances, each with what it answers."""
    properties, required = _parameters(tool)
    arguments: dict[str, Any] = {}
    for name, schema in properties.items():
        value = _value(name, schema, said, today, optional=name not in required)
        if value is not None:
            arguments[name] = value
    return Collected(arguments, tuple(name for name in required if name not in arguments))


def call(tool: ToolSpec, arguments: Mapping[str, Any], number: int) -> ToolCall:
    """Return the call of ``tool``; ``number`` keeps it apart from others of the same reply."""
    return ToolCall(f"demo_{number}", tool.name, json.dumps(arguments, ensure_ascii=False))


def preface(tool: ToolSpec) -> str:
    """Return what is said while the tool runs."""
    looks_up = _LOOKS_UP.match(tool.name) or _LOOKS_UP.match(tool.description)
    return "Let me check." if looks_up else "One moment."


def question(tool: ToolSpec, name: str) -> str:
    """Return how the caller is asked for argument ``name``."""
    schema = _parameters(tool)[0].get(name, {})
    said, style = label(name), str(schema.get("format", ""))
    parts = set(said.split())
    if "enum" in schema:
        options = [label(str(option)) for option in schema["enum"]]
        return f"Which {said}: {', '.join(options[:-1])} or {options[-1]}?" if len(options) > 1 else f"Which {said}?"
    if style == "date" or parts & {"date", "day"}:
        return "For which day?"
    if style == "time" or "time" in parts:
        return "At what time?"
    if schema.get("type") == "integer" and parts & _COUNTED | ({"size"} & parts):
        return f"How many {said}?" if parts & _COUNTED - {"quantity", "count"} else "How many?"
    if schema.get("type") == "boolean":
        return f"Shall it be with {said}, yes or no?"
    if parts & _PLACES:
        return f"Which {said}?"
    if parts == {"name"}:
        return "Under which name?"
    return f"What is the {said}?"


def is_yes_or_no(asked: Asked) -> bool:
    """Whether what was asked is answered by yes or no."""
    return bool(_parameters(asked.tool)[0][asked.argument].get("type") == "boolean")


def is_free_text(asked: Asked) -> bool:
    """Whether any words at all would answer what was asked."""
    schema = _parameters(asked.tool)[0][asked.argument]
    plain = schema.get("type", "string") == "string" and not {"enum", "format", "pattern"} & schema.keys()
    return plain and not {"date", "day", "time", "email"} & set(label(asked.argument).split())


def asked(tools: Sequence[ToolSpec], dialog: Sequence[ChatMessage], today: datetime.date) -> Asked | None:
    """Return the question for an argument that ``dialog``'s last utterance may answer, or None.

    Walks back over the questions and answers to where the tool was chosen.
    """
    said: list[tuple[str, str]] = []
    names: list[str] = []
    tool: ToolSpec | None = None
    for before, after in zip(reversed(dialog[:-1]), reversed(dialog[1:]), strict=True):
        if after.role is not Role.USER:
            continue
        found = _question_in(tools if tool is None else (tool,), before)
        if found is None:
            said.append((after.content, ""))
            break
        tool = found[0]
        names.append(found[1])
        said.append((after.content, found[1]))
    else:
        said += [(message.content, "") for message in dialog[:1] if message.role is Role.USER]
    if tool is None:
        return None
    fit = choose(tools, said[-1][0], today)  # two tools may ask the same
    if fit is not None and names[0] in _parameters(fit.tool)[0]:
        tool = fit.tool
    return Asked(tool, names[0], tuple(reversed(said)), names.count(names[0]))


def _question_in(tools: Sequence[ToolSpec], message: ChatMessage) -> tuple[ToolSpec, str] | None:
    if message.role is not Role.ASSISTANT or not message.content.endswith("?"):
        return None
    for tool in tools:
        for name in _parameters(tool)[0]:
            if message.content.endswith(question(tool, name)):
                return tool, name
    return None


def _parameters(tool: ToolSpec) -> tuple[Mapping[str, Mapping[str, Any]], Sequence[str]]:
    properties, required = tool.parameters.get("properties"), tool.parameters.get("required")
    named = (
        {key: value for key, value in properties.items() if isinstance(value, dict)}
        if isinstance(properties, dict)
        else {}
    )
    return named, [name for name in required if name in named] if isinstance(required, list) else []


def _value(
    name: str, schema: Mapping[str, Any], said: Sequence[tuple[str, str]], today: datetime.date, *, optional: bool
) -> Any | None:
    """Read one argument: from its own answer first, then from all that was said, newest first."""
    for utterance, answers in reversed(said):
        if answers == name and (value := read(Argument(name, schema, answering=True), utterance, today)) is not None:
            return value
    for utterance, answers in reversed(said):
        if (optional or answers) and not _is_named(name, schema, utterance):
            continue  # a number that was the answer to another question is not for this one
        if (value := read(Argument(name, schema), utterance, today)) is not None:
            return value
    return schema.get("default") if not optional else None


def _is_named(name: str, schema: Mapping[str, Any], utterance: str) -> bool:
    """Whether an optional argument is spoken of: what is unmistakable by itself, or what is called by its name."""
    plain = {"date", "time", "day", "email"} & set(label(name).split())
    if plain or "enum" in schema or schema.get("format") in ("date", "time", "date-time", "email"):
        return True
    spoken = {stem(word) for word in words(utterance)}
    if schema.get("type") == "boolean" and label(name).split()[-1] in SWITCHES:
        return bool({"on", "off"} & spoken)
    return any(stem(word) in spoken for word in label(name).split() if word not in STOPWORDS)


def _strength(tool: ToolSpec, said: Sequence[str], about: set[str], utterance: str, today: datetime.date) -> float:
    name = [word for word in label(tool.name).split() if word not in _VERBS]
    if not name:
        return 0.0
    named = sum(any(_alike(word, other) for other in said) for word in name) / len(name)
    told = [word for word in content(tool.description) if word not in _VERBS]
    terms = {canonical(stem(word)) for word in name}
    described = {canonical(stem(word)) for word in told} - terms
    shared = len(about & described)
    if named == 1.0:
        return 1.0
    if named and not collect(tool, [(utterance, "")], today).missing and _parameters(tool)[1]:
        return 0.8
    if named and (shared or about <= terms):
        return 0.6
    return 0.5 if shared >= 2 and shared >= 0.6 * len(about) else 0.0


def _alike(word: str, heard: str) -> bool:
    """Whether ``heard`` is ``word``, means it, or sounds like it."""
    if canonical(stem(word)) == canonical(stem(heard)):
        return True
    return len(heard) >= 5 and sound(word) == sound(heard) and distance(word, heard, 2) <= 2
