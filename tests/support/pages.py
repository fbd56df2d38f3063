"""The pages of the documentation as tests read them: blocks of code, commands, variables.

A block that no test can check is marked, in the one way there is, by a comment on the line above it::

    <!-- unchecked: why -->
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
DOCS: Final = ROOT / "docs"
_BLOCK: Final = re.compile(
    r"^(?:<!-- unchecked: (?P<why>[^\n]+) -->\n)?```(?P<language>[\w-]*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL
)
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_NAMED: Final = re.compile(r"^(?:#|//) (?P<name>[\w./-]+\.\w+)$")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of code.

    Attributes:
        page: the path of its page below ``docs``.
        line: where it begins there.
        language: as the fence names it; empty if it names none.
        unchecked: why no test checks it; empty if one does.
    """

    page: str
    line: int
    language: str
    code: str
    unchecked: str = ""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def file(self) -> str:
        """The file that the block is, if its first line is a comment that names one; else empty."""
        named = _NAMED.match(self.code.partition("\n")[0])
        return named["name"] if named else ""


def pages() -> list[Path]:
    """Return every page, in order."""
    return sorted(DOCS.rglob("*.md"))


def blocks_of(text: str, page: str) -> Iterator[Block]:
    """Yield the blocks of a page."""
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start("language")) + 1
        yield Block(page, line, found["language"], found["code"], found["why"] or "")


def blocks(*languages: str) -> list[Block]:
    """Return the blocks in some languages on all pages, without those that are marked as unchecked."""
    return [block for block in all_blocks() if block.language in languages and not block.unchecked]


def all_blocks() -> list[Block]:
    """Return every block on every page."""
    return [
        block
        for path in pages()
        for block in blocks_of(path.read_text(encoding="utf-8"), path.relative_to(DOCS).as_posix())
    ]


def prose(path: Path) -> str:
    """Return a page without its blocks and comments."""
    return _COMMENT.sub("", _BLOCK.sub("", path.read_text(encoding="utf-8")))


def inline(path: Path) -> list[str]:
    """Return what stands in backticks within the lines of a page."""
    return re.findall(r"`([^`\n]+)`", prose(path))


def variables(text: str) -> set[str]:
    """Return the names of Natter's variables in ``text``."""
    return set(re.findall(r"\bNATTER_[A-Z0-9_]+[A-Z0-9]\b", text))


def commands(code: str) -> Iterator[list[str]]:
    """Yield the commands of a shell script as words, each with the assignments before it."""
    joined = re.sub(r"\\\n\s*", " ", code)
    for line in joined.splitlines():
        if not (words := shlex.split(line, comments=True)):
            continue
        command: list[str] = []
        for word in words:
            if word in ("&&", "||", "|", ";", "&"):
                yield command
                command = []
            else:
                command.append(word)
        if command:
            yield command
