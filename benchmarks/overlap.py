"""When is a sound over the agent an onset, and is it one voice or many?

::

    .venv/bin/python benchmarks/overlap.py

The turn service's own models on the clips of the listening benchmark's tuned half, each after three seconds of
silence. Prints, for 1 to 3 windows in a row, when after its true beginning an interruption would be held, and how many
sounds that are no speech would hold the reply too (docs/adr/0015); then, for interruptions and for babble that begins
at once, how the level moves and how sure the recogniser is (``natter_turn.crowd``); and for few unclear words, how much
likelier than them it holds what listeners say (``natter_turn.overlap.LIKE_BACKCHANNEL``).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a file

from natter_runtime import threads

assert threads  # before numpy is imported

import numpy as np

from benchmarks.bench import sound
from benchmarks.bench.cast import cast
from benchmarks.bench.hearing_tables import table
from benchmarks.bench.scenario import Kind
from benchmarks.bench.scenarios import recipes
from benchmarks.bench.sound import RATE, Audio, silence
from benchmarks.bench.stats import quantile
from benchmarks.bench.voices import USER_DB, say
from natter_runtime.config import RuntimeConfig
from natter_runtime.models import locate
from natter_stt.engine import Passage, Stream, StreamOptions
from natter_stt.engines.moonshine import Moonshine
from natter_stt.utterance import LEAD_IN
from natter_turn.activity import WINDOW
from natter_turn.crowd import Dynamics
from natter_turn.engines.silero import Silero
from natter_turn.overlap import CLEAR, LIKE_BACKCHANNEL
from natter_turn.sound.spectrum import level_db
from natter_turn.wording import is_backchannel

HALF = "tuned"
BEFORE_S, AFTER_S = 3.0, 0.8
THRESHOLD = 0.5
LOOKS_MS = (640, 960)
BABBLE, BABBLE_S, BABBLE_DB = 36, (2.0, 4.0), (0.0, 10.0)
"""Clips, their length, and how far below the user they are, in turn."""
FEW_S, TAIL_S = 1.1, 0.2
"""The longest clip of a few words, and the silence that a final hears behind it."""


@dataclass
class Heard:
    """A clip, window by window: its first sample, and what the detector and the meter say."""

    audio: Audio
    first: int
    speech: list[float]
    levels: list[float]

    def onset(self, windows: int) -> int | None:
        """Return the window with which so many of speech in a row are complete."""
        run = 0
        for index, probability in enumerate(self.speech):
            run = run + 1 if probability >= THRESHOLD and (index + 1) * WINDOW > self.first else 0
            if run == windows:
                return index
        return None


def main() -> None:
    """Measure, and print both tables."""
    root, rng = RuntimeConfig().models, np.random.default_rng(7)
    detector = Silero(locate("vad", "silero-v6", root))

    def listen(clip: Audio) -> Heard:
        before = silence(BEFORE_S + float(rng.uniform(0, WINDOW / RATE)))  # windows begin anywhere
        audio, stream = np.concatenate([before, clip, silence(AFTER_S)]), detector.open()
        windows = [audio[at : at + WINDOW] for at in range(0, len(audio) - WINDOW + 1, WINDOW)]
        return Heard(audio, len(before), [stream(window) for window in windows], [level_db(w) for w in windows])

    spoken = [listen(clip) for clip in clips(Kind.INTERRUPTION)]
    sounds = [listen(clip) for clip in clips(Kind.NOISE, but="babble")]
    babble = [listen(clip) for clip in crowds(rng)]
    print(onsets(spoken, sounds), end="\n\n")
    recogniser = Moonshine(locate("stt", "moonshine-tiny-en", root), "moonshine-tiny-en").open(StreamOptions())
    rows = []
    for name, heard in (("interruptions", spoken), ("babble of six voices", babble)):
        for look_ms in LOOKS_MS:
            found = [look(one, look_ms) for one in heard]
            seen = [(dynamics, passage) for dynamics, passage in filter(None, found)]
            spread = [dynamics.variance**0.5 for dynamics, _ in seen]
            sure = [recogniser.decode(passage).confidence or 0.0 for _, passage in seen]
            rows.append([name, f"{look_ms} ms", str(len(seen)), spans(spread), spans(sure)])
    print(table(["", "speech", "clips", "deviation of the level, dB: 5, 50, 95 %", "confidence: 5, 50, 95 %"], rows))
    print("\n" + likeness(recogniser))


def clips(kind: Kind, but: str = "-") -> Iterator[Audio]:
    """Yield the sounds over the reply of the tuned half."""
    for recipe in recipes([kind], [HALF]):
        if but not in recipe.variant and "silence" not in recipe.variant and recipe.variant != "bed":
            cue = recipe.build().judged
            assert cue is not None
            yield cue.audio


def crowds(rng: np.random.Generator) -> Iterator[Audio]:
    """Yield babble of the tuned half's recordings."""
    voices = [clip.audio for clip in cast(HALF).recordings]
    for number in range(BABBLE):
        made = sound.babble(voices, float(rng.uniform(*BABBLE_S)), rng)
        yield sound.faded(sound.at_level(made, USER_DB - BABBLE_DB[number % len(BABBLE_DB)]), 20)


def onsets(spoken: Sequence[Heard], sounds: Sequence[Heard]) -> str:
    """Return the table of what so many windows in a row hold, and when."""
    rows = []
    for windows in (1, 2, 3):
        found = [(at + 1) * WINDOW - one.first for one in spoken if (at := one.onset(windows)) is not None]
        delays = [samples * 1000 / RATE for samples in found]
        held = sum(one.onset(windows) is not None for one in sounds)
        times = [f"{quantile(delays, q):.0f} ms" for q in (0.5, 0.95)]
        rows.append([str(windows), f"{len(delays)} of {len(spoken)}", *times, f"{held} of {len(sounds)}"])
    return table(["windows", "interruptions held", "after, p50", "p95", "noises held"], rows)


def likeness(recogniser: Stream) -> str:
    """Return the table of how like a back-channel the recogniser finds few words and what listeners say."""
    rows = []
    for name, kinds in (
        ("few words", ("interruptions", "short")),
        ("what listeners say", ("backchannels", "listening")),
    ):
        texts = [text for kind in kinds for text in cast(HALF).overlaps[kind]]
        clips = [say(text, voice).audio for text in texts for voice in cast(HALF).voices]
        few = [clip for clip in clips if len(clip) <= FEW_S * RATE]
        padded = [np.concatenate([silence(LEAD_IN / RATE), clip, silence(TAIL_S)]) for clip in few]
        heard = [recogniser.decode(Passage(audio, over_agent=True), careful=True) for audio in padded]
        told = [one for one in heard if one.text and not is_backchannel(one.text)]
        odds = [one.backchannel for one in told if one.backchannel is not None]
        unsure = sum((one.confidence or 0.0) < CLEAR for one in told)
        alike = sum(odd > LIKE_BACKCHANNEL for odd in odds)
        rows.append([name, *map(str, (len(few), len(told), unsure, len(odds))), spans(odds), str(alike)])
    compared = ("compared", "log-odds of a back-channel: 5, 50, 95 %", "taken for one")
    return table(["", "clips", "heard as words", f"confidence below {CLEAR}", *compared], rows)


def look(heard: Heard, ms: int) -> tuple[Dynamics, Passage] | None:
    """Return how the level moved in ``ms`` from the onset on, and the audio until then; None without an onset."""
    onset = heard.onset(2)
    if onset is None:
        return None
    begin, end = onset - 1, onset + 1 + ms * RATE // 1000 // WINDOW
    dynamics = Dynamics()
    for probability, level in zip(heard.speech[begin:end], heard.levels[begin:end], strict=True):
        dynamics = dynamics.heard(level) if probability >= THRESHOLD else dynamics
    return dynamics, Passage(heard.audio[max(0, begin * WINDOW - LEAD_IN) : end * WINDOW])


def spans(values: Sequence[float]) -> str:
    """Return the 5th, 50th and 95th percentile."""
    return ", ".join(f"{quantile(list(values), q):.2g}" for q in (0.05, 0.5, 0.95))


if __name__ == "__main__":
    main()
