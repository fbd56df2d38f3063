"""The measurements, each over one half of the recordings, voices, items and seeds; results are plain data."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import soxr

from benchmarks.bench import voices
from benchmarks.bench.hearing_audio import CONDITIONS, SOUNDS, heard, nobody
from benchmarks.bench.hearing_drive import Bench
from benchmarks.bench.hearing_items import UNRELATED, Item, items
from benchmarks.bench.hearing_words import Jumps, Score
from benchmarks.bench.sound import RATE, at_level, bounds
from benchmarks.bench.voices import Spoken, recordings
from natter_protocol.settings import InputSettings, TranscriptionMode
from natter_runtime.config import RuntimeConfig, load
from natter_runtime.models import locate
from natter_stt import engines
from natter_stt.config import SttConfig
from natter_stt.engine import Engine
from natter_tts.engines.espeak import Espeak

SPARSE_MS: Final = 2000
"""Between partials where only the final counts; so is the draft of a final younger than this."""
SOUNDS_EACH: Final = 6
ESPEAK: Final = {False: ("en-us", "en-gb-x-rp"), True: ("en-us+f3", "en-gb-scotland")}
FLITE: Final = {False: (voices.TUNED[0], voices.TUNED[2]), True: voices.HELD_OUT[:2]}

PLAIN: Final = "as in models.md"
"""The embedded model as it was measured before: no pads, greedy, once."""


@dataclass(frozen=True)
class Half:
    """One half of everything: what may be tuned on, or what may not."""

    held_out: bool
    folder: Path
    engine: str
    model: str
    quick: bool = False

    @property
    def clips(self) -> list[Spoken]:
        groups = voices.HELD_OUT_GROUPS if self.held_out else voices.TUNED_GROUPS
        found = recordings(self.folder, groups)
        return found[::4] if self.quick else found

    def items(self) -> list[Item]:
        found = items(held_out=self.held_out)
        return found[::3] if self.quick else found

    def load(self, *, plain: bool = False) -> Engine:
        models = load(RuntimeConfig, os.environ).models
        if plain:
            from natter_stt.engines.moonshine import Moonshine

            name = self.model or engines.DEFAULT_MODELS["moonshine"]
            return Moonshine(locate("stt", name, models), name, pad=0)
        return engines.load(SttConfig(engine=self.engine, model=self.model), models)

    def rng(self, *what: object) -> np.random.Generator:
        return np.random.default_rng(zlib.crc32(repr((self.held_out, what)).encode()))


@dataclass
class Times:
    """Milliseconds of the final decodes, and seconds of the audio they were about."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    cpu_all: float = 0.0
    audio_s: float = 0.0


def word_errors(half: Half, mode: TranscriptionMode, conditions: tuple[str, ...], *, plain: bool = False) -> Any:
    """Return errors and words for each condition, and the times of the finals on clean audio."""
    engine = half.load(plain=plain)

    async def run() -> Any:
        scores, times = {name: Score() for name in conditions}, Times()
        clips = half.clips
        others = [clip.audio for clip in clips]
        async with Bench(engine, InputSettings(mode=mode), SttConfig(partial_ms=SPARSE_MS)) as bench:
            for condition in conditions:
                for index, clip in enumerate(clips):
                    voice = others[:index] + others[index + 1 :]
                    out = await bench.hear(*heard(clip.audio, condition, voice, half.rng(condition, index)))
                    scores[condition].add(clip.text, out.text)
                    if condition == "clean":
                        times.wall.append(out.wall_ms)
                        times.cpu.append(out.cpu_ms)
                    times.cpu_all += out.cpu_ms
                    times.audio_s += out.audio_ms / 1000
        return {"errors": {name: dataclasses.asdict(score) for name, score in scores.items()}, "times": vars(times)}

    return _done(run)


def partials(half: Half, *, continuous: bool) -> Any:
    """Return how partials follow each other on clean audio, and how the final follows the last of them."""
    engine = half.load()

    async def run() -> Any:
        jumps, last = Jumps(), Jumps()
        times = Times()
        clips = half.clips
        async with Bench(engine, InputSettings(continuous_partials=continuous)) as bench:
            for index, clip in enumerate(clips):
                out = await bench.hear(*heard(clip.audio, "clean", [], half.rng("partials", index)))
                jumps.add(out.partials)
                last.add([*out.partials[-1:], out.text])
                times.wall.append(out.wall_ms)
                times.cpu.append(out.cpu_ms)
                times.cpu_all += out.cpu_all_ms
                times.audio_s += out.audio_ms / 1000
        return {"jumps": vars(jumps), "last": vars(last), "times": vars(times)}

    return _done(run)


def exact(half: Half) -> Any:
    """Return for each kind and voice how many items were written exactly, without and with keyterms."""
    engine = half.load()

    async def run() -> Any:
        rows: list[dict[str, Any]] = []
        terms = tuple(item.keyterm for item in half.items() if item.keyterm)
        for given in (False, True):
            wishes = InputSettings(keyterms=terms if given else ())
            async with Bench(engine, wishes, SttConfig(partial_ms=SPARSE_MS)) as bench:
                for item, (voice, clip) in _spoken(half):
                    if item.keyterm or not given:
                        out = await bench.hear(*heard(clip, "clean", [], half.rng(item.spoken, voice)))
                        row = {"kind": item.kind, "voice": voice, "keyterms": given}
                        rows.append(row | {"written": item.written, "text": out.text})
        return rows

    return _done(run)


def _spoken(half: Half) -> Iterator[tuple[Item, tuple[str, Any]]]:
    for item in half.items():
        for voice in FLITE[half.held_out]:
            yield item, (f"flite {voice.label}", voices.say(item.spoken, voice).audio)
        for name in ESPEAK[half.held_out][:: 2 if half.quick else 1]:
            yield item, (f"espeak-ng {name}", _espeak(item.spoken, name))


def _espeak(text: str, voice: str) -> Any:
    engine = Espeak(voice)
    audio = np.concatenate([chunk.samples for chunk in engine.synthesize(text, voice, lambda: False)])
    sound = soxr.resample(audio.astype(np.float32) / 32768, engine.info.sample_rate, RATE).astype(np.float32)
    first, end = bounds(sound)
    return at_level(sound[first:end], voices.USER_DB)


def false_keyterms(half: Half) -> Any:
    """Return how many finals change because of keyterms that nobody says."""
    engine = half.load()

    async def run() -> Any:
        texts: dict[bool, list[str]] = {False: [], True: []}
        clips = half.clips
        for given, said in texts.items():
            wishes = InputSettings(keyterms=UNRELATED if given else ())
            async with Bench(engine, wishes, SttConfig(partial_ms=SPARSE_MS)) as bench:
                for index, clip in enumerate(clips):
                    out = await bench.hear(*heard(clip.audio, "clean", [], half.rng("keyterms", index)))
                    said.append(out.text)
        put_in = sum(
            any(term in with_terms and term not in without for term in UNRELATED)
            for without, with_terms in zip(texts[False], texts[True], strict=True)
        )
        return {"finals": len(texts[True]), "replaced": put_in}

    return _done(run)


def phantoms(half: Half) -> Any:
    """Return for each sound that nobody said how often it became text."""
    engine = half.load()

    async def run() -> Any:
        rows: dict[str, dict[str, Any]] = {}
        others = [clip.audio for clip in half.clips]
        async with Bench(engine, InputSettings()) as bench:
            for kind in (*SOUNDS, "babble"):
                texts = []
                for index in range(1 if half.quick else SOUNDS_EACH):
                    rng = half.rng(kind, index)
                    texts.append((await bench.hear(*nobody(kind, (0.6, 1.2, 2.0)[index % 3], others, rng))).text)
                rows[kind] = {"sounds": len(texts), "texts": [text for text in texts if text]}
        return rows

    return _done(run)


def _done(run: Callable[[], Any]) -> Any:
    return asyncio.run(run())


def plan(half: Half) -> dict[str, Callable[[], Any]]:
    """Return all measurements by name, in the order they are made."""
    noisy = ("clean", "babble 10 dB") if half.quick else CONDITIONS
    some = [condition for condition in noisy if condition in ("clean", "mu-law 8 kHz", "babble 10 dB", "white 10 dB")]
    runs: dict[str, Callable[[], Any]] = {
        "errors balanced": lambda: word_errors(half, TranscriptionMode.BALANCED, noisy),
        "partials": lambda: partials(half, continuous=False),
        "exact": lambda: exact(half),
        "phantoms": lambda: phantoms(half),
        "false keyterms": lambda: false_keyterms(half),
        "errors min_latency": lambda: word_errors(half, TranscriptionMode.MIN_LATENCY, ("clean",)),
        "errors max_accuracy": lambda: word_errors(half, TranscriptionMode.MAX_ACCURACY, tuple(some)),
        "partials continuous": lambda: partials(half, continuous=True),
    }
    if half.engine == "moonshine":
        runs[f"errors {PLAIN}"] = lambda: word_errors(half, TranscriptionMode.MIN_LATENCY, noisy, plain=True)
    return runs
