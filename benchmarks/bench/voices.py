"""Who plays the user: recordings of people with the times of their words, and synthetic voices, named as such.

The agent speaks with flite's ``rms``; that voice never plays the user.
"""

from __future__ import annotations

import csv
import functools
import re
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soxr

from benchmarks.bench.sound import RATE, Audio, at_level, bounds, speed, spoken_bounds
from natter_tts.engine import Chunk
from natter_tts.engines.flite import Flite

AGENT: Final = "rms"
USER_DB: Final = -26.0
"""Level of every user, dB below full scale."""
WORDS: Final = Path(__file__).parents[1] / "data" / "corpus_words.tsv"


@dataclass(frozen=True)
class Voice:
    """A synthetic speaker: a flite voice, at a speed that also changes its pitch."""

    name: str
    factor: float

    @property
    def label(self) -> str:
        return f"{self.name}x{self.factor:g}"


TUNED: Final = (Voice("awb", 1.0), Voice("awb", 0.93), Voice("kal16", 1.06))
HELD_OUT: Final = (Voice("slt", 1.0), Voice("slt", 0.94), Voice("slt", 1.05))
"""No voice stands in both halves."""
TUNED_GROUPS: Final = ("libri", "lj", "cmd", "misc")
HELD_OUT_GROUPS: Final = ("librivox", "sb", "arctic", "osr")
"""No recorded speaker stands in both halves."""


_BREATH: Final = RATE // 20
_SPEAKER: Final = re.compile(r"sb_spk\d+|arctic_[a-z]+|libri_\d+|cmd_[a-z]+")


@dataclass(frozen=True)
class Spoken:
    """Something said, at :data:`USER_DB`, cut hard at both ends."""

    text: str
    audio: Audio
    words: tuple[tuple[str, int, int], ...]
    """Each word with its first sample and its end."""
    speaker: str
    real: bool
    file: str = ""
    """Of a recording."""


@functools.cache
def _flite() -> Flite:
    return Flite()


@functools.cache
def say(text: str, voice: Voice) -> Spoken:
    """Let a synthetic voice say ``text``."""
    engine = _flite()
    chunks: list[Chunk] = list(engine.synthesize(text, voice.name, lambda: False))
    audio: Audio = np.concatenate([chunk.samples for chunk in chunks]).astype(np.float32) / np.float32(32768)
    ratio = RATE / engine.info.sample_rate / voice.factor
    if engine.info.sample_rate != RATE:
        audio = soxr.resample(audio, engine.info.sample_rate, RATE).astype(np.float32)
    audio = speed(audio, voice.factor)
    marks = sorted((mark for chunk in chunks for mark in chunk.marks), key=lambda mark: mark.start)
    words = tuple(
        (text[mark.offset : mark.offset + mark.length], int(mark.start * ratio), int(mark.end * ratio))
        for mark in marks
        if mark.end is not None  # flite knows all of them
    )
    return _cut(text, audio, words, voice.label)


def _cut(text: str, audio: Audio, words: tuple[tuple[str, int, int], ...], speaker: str, file: str = "") -> Spoken:
    first, end = bounds(audio)
    if file:
        first, end = spoken_bounds(audio)
        if words:  # what is loud beyond the words is the room, or a breath
            first, end = max(first, words[0][1] - _BREATH), min(end, words[-1][2] + _BREATH)
    moved = tuple((word, max(0, start - first), max(0, min(stop, end) - first)) for word, start, stop in words)
    return Spoken(text, at_level(audio[first:end], USER_DB), moved, speaker, bool(file), file)


def recordings(folder: Path, groups: tuple[str, ...]) -> list[Spoken]:
    """Return the recordings of people in ``folder`` (with ``refs.tsv``) that belong to ``groups``."""
    times: dict[str, list[tuple[str, int, int]]] = {}
    with WORDS.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            start, end = (int(row[name]) * RATE // 1000 for name in ("start_ms", "end_ms"))
            times.setdefault(row["file"], []).append((row["word"], start, end))
    clips = []
    with (folder / "refs.tsv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            if row["group"] in groups:
                audio = _read(folder / row["file"])
                words = tuple(times.get(row["file"], ()))
                clips.append(_cut(row["text"], audio, words, speaker_of(row["file"]), row["file"]))
    return clips


def speaker_of(file: str) -> str:
    """Return who speaks in a recording: where a group has several speakers, its name tells them apart."""
    found = _SPEAKER.match(file)
    return found[0] if found else Path(file).stem.partition("_")[0]


def _read(path: Path) -> Audio:
    with wave.open(str(path)) as wav:
        if (wav.getframerate(), wav.getnchannels(), wav.getsampwidth()) != (RATE, 1, 2):
            raise ValueError(f"{path.name}: expected {RATE} Hz, mono, 16 bit")
        samples: Audio = np.frombuffer(wav.readframes(wav.getnframes()), "<i2").astype(np.float32) / np.float32(32768)
        return samples
