"""The Markdown file that the demo answers from. Pure, but for reading it.

::

    # What it is all about

    ## A topic
    <!-- asked: other words for it; how people ask about it -->
    One to three sentences, written to be spoken. They are said in this order.

Each ``##`` (or ``###``) section is one topic. ``asked`` lists, separated by semicolons, are searched
like the heading and never spoken. What Markdown marks (lists, links, code, emphasis) is read as text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from natter_llm.demo.text import sentences
from natter_runtime.errors import UsageError

SHIPPED: Final = Path(__file__).resolve().parent.parent / "data" / "natter.md"
"""The knowledge about Natter itself."""

_HEADING: Final = re.compile(r"^(#{1,6})\s+(.+?)\s*#*\s*$")
_ASKED: Final = re.compile(r"<!--\s*asked:(.*?)-->", re.DOTALL | re.IGNORECASE)
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_FENCE: Final = re.compile(r"^```.*?^```\s*$", re.DOTALL | re.MULTILINE)
_MARKS: Final = (
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), ""),
    (re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"(\*\*|__|`)(.+?)\1"), r"\2"),
    (re.compile(r"(?<!\w)[*_](\S.*?\S|\S)[*_](?!\w)"), r"\1"),
    (re.compile(r"^\s*(?:[-*+]|\d+\.)\s+", re.MULTILINE), ""),
    (re.compile(r"^\s*>\s?", re.MULTILINE), ""),
)


@dataclass(frozen=True, slots=True)
class Section:
    """One topic.

    Attributes:
        asked: other ways to ask for it.
        sentences: what can be said about it, in order.
        topic: the title as it stands inside a sentence.
    """

    title: str
    asked: tuple[str, ...]
    sentences: tuple[str, ...]
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A whole file. ``subject`` is its first heading of level one, or its file's name."""

    subject: str
    sections: tuple[Section, ...]


def load(path: Path) -> Knowledge:
    """Read the file at ``path``.

    Raises:
        UsageError: it cannot be read, or holds no section with a sentence.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"NATTER_DEMO_KNOWLEDGE={path}: {error}") from error
    knowledge = parse(text, path.stem)
    if not knowledge.sections:
        raise UsageError(f"NATTER_DEMO_KNOWLEDGE={path}: no section (## Heading) with a sentence below it")
    return knowledge


def parse(text: str, name: str) -> Knowledge:
    """Return what ``text`` holds; ``name`` is the subject if it has no heading of level one."""
    subject, sections = name, []
    for level, title, body in _blocks(_FENCE.sub("", text)):
        if level == 1:
            subject = title
        section = _section(title, body)
        if section.sentences:
            sections.append(section)
    small = {word for section in sections for told in section.sentences for word in told.split() if word.islower()}
    return Knowledge(subject, tuple(replace(section, topic=_topic(section.title, small)) for section in sections))


def _topic(title: str, small: set[str]) -> str:
    """Begin ``title`` with a small letter if its first word is written so elsewhere in the file."""
    first = title.split()[0].lower()
    return title[:1].lower() + title[1:] if first in small else title


def _blocks(text: str) -> list[tuple[int, str, str]]:
    """Cut ``text`` at its headings: level, title, and the lines up to the next one."""
    blocks: list[tuple[int, str, list[str]]] = []
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading:
            blocks.append((len(heading[1]), _plain(heading[2]), []))
        elif blocks:
            blocks[-1][2].append(line)
    return [(level, title, "\n".join(lines)) for level, title, lines in blocks]


def _section(title: str, body: str) -> Section:
    asked = [phrase.strip() for found in _ASKED.findall(body) for phrase in found.split(";")]
    told: list[str] = []
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*(?:[-*+]|\d+\.)\s)", _COMMENT.sub("", body)):
        told.extend(sentences(_plain(paragraph)))
    return Section(title, tuple(phrase for phrase in asked if phrase), tuple(told))


def _plain(text: str) -> str:
    for pattern, put in _MARKS:
        text = pattern.sub(put, text)
    return text.strip()
