"""What of a system prompt can be followed without a language model: a few plain instructions. Pure.

A name ("You are Ada", "Your name is Ada"), how long answers may be ("one sentence per turn", "be
brief"), a fixed ending ("end every answer with ..."), and statements of fact, which are searched like
the knowledge file ("We are open from eight to six."). Everything else is left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from natter_llm.demo.knowledge import Section
from natter_llm.demo.text import sentences

_NAME: Final = re.compile(
    r"\b(?:[Yy]our name is|[Yy]ou are called|[Yy]ou are|[Yy]ou're|[Nn]amed|[Cc]alled)"
    r"\s+([A-Z][a-z]+(?:\s[A-Z][a-z]+)?)\b"
)
_NOT_NAMES: Final = frozenset({"The", "An", "You", "Natter", "Not", "Answer", "Always", "Never"})
_COUNT: Final = re.compile(r"\b(one|a single|two|three)\s+(?:short\s+)?sentences?\b", re.IGNORECASE)
_BRIEF: Final = re.compile(
    r"\b(?:be|keep (?:it|your answers|answers|replies)) (?:very )?(?:brief|short|concise)\b", re.IGNORECASE
)
_ENDING: Final = re.compile(
    r"\b(?:end|finish|close) (?:every|each|all|your) (?:answers?|repl(?:y|ies)|sentences?|turns?) with (?:the words? )?"
    r"[\"“']?([^\"”'.]+[.!?]?)",
    re.IGNORECASE,
)
_INSTRUCTION: Final = re.compile(
    r"^(?:you|your|be|do|don't|never|always|answer|keep|speak|use|if|when|end|finish|close|start|begin|ask|say|tell|reply|respond|please"
    r"|act|pretend|avoid|make|greet|help|only|offer|try|call|collect|confirm|one|two|three|no)\b",
    re.IGNORECASE,
)
_COUNTS: Final = {"one": 1, "a single": 1, "two": 2, "three": 3}

_WHO: Final = r"(?:the )?(?:user|caller|customer|them|him|her)"
_SAY: Final = re.compile(
    rf"^(?:please )?(?:say|tell {_WHO}|let {_WHO} know|inform {_WHO}|mention|announce|explain)"
    rf"(?: to {_WHO})?(?: that)?:?\s+(.+)$",
    re.IGNORECASE | re.DOTALL,
)
_ASK_FOR: Final = re.compile(rf"^(?:please )?ask (?:{_WHO} )?(?:again )?for (.+)$", re.IGNORECASE)
_ASK: Final = re.compile(rf"^(?:please )?ask (?:{_WHO} )?(whether|if|what|who|when|where|how) (.+)$", re.IGNORECASE)
_GREET: Final = re.compile(r"^(?:please )?(?:greet|welcome|say hello to)\b", re.IGNORECASE)
_FAREWELL: Final = re.compile(r"^(?:please )?(?:say goodbye|end the call|close the call)\b", re.IGNORECASE)
_TURNED: Final = (
    (re.compile(r"\b(?:the (?:user|caller|customer)|they|he|she) (?:is|are)\b", re.IGNORECASE), "you are"),
    (re.compile(r"\b(?:the (?:user|caller|customer)|they|them|him)\b", re.IGNORECASE), "you"),
    (re.compile(r"\b(?:the (?:user|caller|customer)'s|their|his|her)\b", re.IGNORECASE), "your"),
)


@dataclass(frozen=True, slots=True)
class Persona:
    """What a system prompt says, as far as it is understood.

    Attributes:
        sentences: the most sentences of an answer; 0 if nothing is said about it.
        ending: words at the end of every answer, or empty.
        facts: statements to search, one sentence each.
    """

    name: str = ""
    sentences: int = 0
    ending: str = ""
    facts: tuple[Section, ...] = ()


def read(prompt: str) -> Persona:
    """Return what ``prompt`` says."""
    names = [name for name in _NAME.findall(prompt) if name.split()[0] not in _NOT_NAMES]
    count = _COUNT.search(prompt)
    limit = _COUNTS[count[1].lower()] if count else 1 if _BRIEF.search(prompt) else 0
    ending = _ENDING.search(prompt)
    stated = [sentence for sentence in sentences(prompt) if not _INSTRUCTION.match(sentence)]
    return Persona(
        names[0] if names else "",
        limit,
        ending[1].strip() if ending else "",
        tuple(Section(sentence, (), (sentence,)) for sentence in stated if len(sentence.split()) >= 3),
    )


def follow(instruction: str) -> str:
    """Return what a one-off instruction makes the agent say, or an empty string if it is not understood."""
    wanted = " ".join(instruction.split())
    if _FAREWELL.match(wanted):
        return "Goodbye, and thank you for calling."
    if _GREET.match(wanted):
        return "Hello! How can I help you?"
    if asked := _ASK_FOR.match(wanted):
        return f"Could you tell me {_turned(asked[1]).rstrip('.?!')}?"
    if asked := _ASK.match(wanted):
        return f"May I ask {asked[1].lower()} {_turned(asked[2]).rstrip('.?!')}?"
    if said := _SAY.match(wanted):
        return _sentence(_unquoted(said[1]))
    return ""


def _turned(text: str) -> str:
    for pattern, put in _TURNED:
        text = pattern.sub(put, text)
    return text


def _unquoted(text: str) -> str:
    quoted = re.fullmatch(r"[\"“'](.+)[\"”'][.!]?", text)
    return quoted[1] if quoted else _turned(text)


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
