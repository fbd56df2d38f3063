"""Real speech with transcripts, where it is present beside the project.

The corpus is not part of the repository: point ``NATTER_TEST_AUDIO`` to a folder with ``refs.tsv``
(columns ``file`` and ``text``), or keep it in ``../shared/audio``. Tests that need it skip without it.
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Clip:
    """One recording and what is said in it."""

    path: Path
    text: str
    group: str
    """Where it comes from; speakers of one group sound alike."""


def folder() -> Path | None:
    """Return where the corpus is, or None."""
    given = os.environ.get("NATTER_TEST_AUDIO")
    path = Path(given) if given else _ROOT.parent / "shared" / "audio"
    return path if (path / "refs.tsv").is_file() else None


def clips() -> list[Clip]:
    """Return all clips of the corpus; skips the test if there is none."""
    path = folder()
    if path is None:
        pytest.skip("no speech corpus (set NATTER_TEST_AUDIO)")
    with (path / "refs.tsv").open(encoding="utf-8", newline="") as table:
        rows = csv.DictReader(table, delimiter="\t")
        return [Clip(path / row["file"], row["text"], row["group"]) for row in rows]


def need(name: str) -> Clip:
    """Return one clip by its file name; skips the test if there is no corpus."""
    return next(clip for clip in clips() if clip.path.name == name)
