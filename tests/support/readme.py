"""What the README shows: its code, commands, variables and links."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Final

README: Final = Path(__file__).resolve().parents[2] / "README.md"
_BLOCK: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND: Final = re.compile(r"(?:[A-Z_]+=\S*\s+)*(?:\.venv/bin/)?(?:make|natter|docker|python)\b")


@functools.cache
def text() -> str:
    """Return all of it."""
    return README.read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the code blocks in one language; empty for those that name none."""
    return [code for named, code in _BLOCK.findall(text()) if named == language]


def commands() -> list[str]:
    """Return the lines of code blocks that are commands."""
    lines = [line for language in ("", "sh", "bash") for block in blocks(language) for line in block.splitlines()]
    return [line for line in lines if _COMMAND.match(line)]


def inline(start: str) -> list[str]:
    """Return what stands in backticks within a line and begins with ``start``."""
    return sorted({code for code in re.findall(r"`([^`\n]+)`", _BLOCK.sub("", text())) if code.startswith(start)})


def variables() -> list[str]:
    """Return the names of Natter's variables."""
    return sorted(set(re.findall(r"\bNATTER_[A-Z0-9_]+[A-Z0-9]\b", text())))


def links() -> list[str]:
    """Return the links to files of the project."""
    targets = re.findall(r"\]\(([^)#]+)", text())
    return sorted({target for target in targets if "://" not in target})


def row(first: str) -> str:
    """Return the row of a table whose first cell is ``first``."""
    (found,) = re.findall(rf"^\| {re.escape(first)} \|.*$", text(), re.MULTILINE)
    return str(found)
