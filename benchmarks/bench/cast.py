"""Who plays in one half of the items, and what they say: voices, recordings, texts. Nothing of it is in both."""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import yaml

from benchmarks.bench.scenario import HALVES
from benchmarks.bench.voices import HELD_OUT, HELD_OUT_GROUPS, TUNED, TUNED_GROUPS, Spoken, Voice, recordings, say

SCRIPTS: Final = Path(__file__).parents[1] / "scripts"
_ROOT: Final = Path(__file__).parents[2]

T = TypeVar("T")


@dataclass(frozen=True)
class Cast:
    """One half."""

    half: str
    voices: tuple[Voice, ...]
    recordings: tuple[Spoken, ...]
    """Of people; empty where the corpus is missing."""
    pauses: dict[str, tuple[str, ...]]
    """Sentences with ``|`` where the user pauses, by the place of the pause."""
    turns: dict[str, tuple[str, ...]]
    """Complete turns: ``long``, ``short``, and ``answers`` as ``question | answer``."""
    overlaps: dict[str, tuple[str, ...]]
    """What is said while the agent speaks: ``interruptions``, ``backchannels``, ``side_talk``."""
    fragments: frozenset[str]
    """Recordings that are no complete turn."""

    @property
    def complete(self) -> tuple[Spoken, ...]:
        """The recordings that are a whole turn."""
        return tuple(clip for clip in self.recordings if clip.file not in self.fragments)

    def opening(self, rng: np.random.Generator, voice: Voice) -> Spoken:
        """Return a question that ``voice`` begins a call with."""
        return say(pick(rng, self.turns["long"]), voice)


def pick(rng: np.random.Generator, choices: Sequence[T]) -> T:
    """Return one of ``choices``."""
    return choices[int(rng.integers(len(choices)))]


def corpus() -> Path | None:
    """Return the folder of recordings (with ``refs.tsv``): ``$NATTER_TEST_AUDIO`` or ``../shared/audio``."""
    given = os.environ.get("NATTER_TEST_AUDIO")
    folder = Path(given) if given else _ROOT.parent / "shared" / "audio"
    return folder if (folder / "refs.tsv").is_file() else None


@functools.cache
def cast(half: str) -> Cast:
    """Return the cast of ``half``.

    Raises:
        ValueError: there is no such half.
    """
    if half not in HALVES:
        raise ValueError(f"half {half!r}: expected one of {', '.join(HALVES)}")
    voices, groups = (TUNED, TUNED_GROUPS) if half == "tuned" else (HELD_OUT, HELD_OUT_GROUPS)
    folder = corpus()
    return Cast(
        half=half,
        voices=voices,
        recordings=tuple(recordings(folder, groups)) if folder else (),
        pauses=_texts("pauses", half),
        turns=_texts("turns", half),
        overlaps=_texts("overlaps", half),
        fragments=frozenset(_load("recordings")["fragments"]),
    )


def _texts(script: str, half: str) -> dict[str, tuple[str, ...]]:
    return {name: tuple(texts) for name, texts in _load(script)[half].items()}


@functools.cache
def _load(script: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((SCRIPTS / f"{script}.yaml").read_text(encoding="utf-8"))
    return content
