"""What the recogniser hears: recordings in noise and over the telephone, and sounds that nobody said.

Signal-to-noise ratios are of the powers of the whole clip and of the noise beside it. The noise lies under all
that is heard, also before and after the speech.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import soxr

from benchmarks.bench import sound
from benchmarks.bench.sound import RATE, Audio

LEAD_S: Final = 1.0
TAIL_S: Final = 0.6
FLOOR_DB: Final = -70.0
"""Level of the hiss under a clean clip, dB below full scale."""
CROWD: Final = 24
"""Voices of babble: a full room, in which no single voice is understood."""
CONDITIONS: Final = (
    "clean",
    "mu-law 8 kHz",
    "babble 20 dB",
    "babble 10 dB",
    "babble 5 dB",
    "white 20 dB",
    "white 10 dB",
    "white 5 dB",
    "6 talkers 10 dB",
)
MU: Final = 255.0


def heard(clip: Audio, condition: str, others: Sequence[Audio], rng: np.random.Generator) -> tuple[Audio, int, int]:
    """Return ``clip`` under ``condition`` with its surroundings, and where its speech begins and ends.

    Args:
        clip: cut hard at both ends.
        condition: one of :data:`CONDITIONS`.
        others: recordings whose voices make the babble.
        rng: of this clip and condition.
    """
    start, end = round(LEAD_S * RATE), round(LEAD_S * RATE) + len(clip)
    audio = np.concatenate([sound.silence(LEAD_S), clip, sound.silence(TAIL_S)])
    noise = re.fullmatch(r"(babble|white|6 talkers) (\d+) dB", condition)
    if noise is None:
        audio = audio + hiss(len(audio), FLOOR_DB, rng)
        return (mu_law(audio) if condition.startswith("mu-law") else audio), start, end
    made = {
        "white": lambda: sound.white(len(audio) / RATE + 0.01, rng),
        "babble": lambda: crowd(others, len(audio), rng),
        "6 talkers": lambda: sound.babble(list(others), len(audio) / RATE + 0.01, rng),
    }[noise[1]]()[: len(audio)]
    gain = power_db(clip) - float(noise[2]) - power_db(made)
    return (audio + sound.scaled(made, gain)).astype(np.float32), start, end


def power_db(audio: Audio) -> float:
    """Return the mean power in dB below full scale."""
    return float(10 * np.log10(np.mean(np.square(audio)) + 1e-12))


def hiss(samples: int, db: float, rng: np.random.Generator) -> Audio:
    """Return white noise at a level."""
    return (rng.standard_normal(samples) * 10 ** (db / 20)).astype(np.float32)


def crowd(voices: Sequence[Audio], samples: int, rng: np.random.Generator) -> Audio:
    """Return :data:`CROWD` voices at once, each from a random place of a random row of recordings."""
    out = np.zeros(samples, np.float32)
    for _ in range(CROWD):
        voice = np.concatenate([voices[index] for index in rng.permutation(len(voices))[:8]])
        while len(voice) < samples:
            voice = np.concatenate([voice, voice])
        start = int(rng.integers(0, len(voice) - samples + 1))
        out += sound.at_level(voice[start : start + samples], -20.0)
    return out


def mu_law(audio: Audio) -> Audio:
    """Return ``audio`` as it comes over a telephone: 8 kHz, G.711 mu-law, and back."""
    narrow = np.clip(soxr.resample(audio, RATE, RATE // 2), -1, 1)
    coded = np.round((np.sign(narrow) * np.log1p(MU * np.abs(narrow)) / np.log1p(MU) + 1) / 2 * MU) / MU * 2 - 1
    decoded = np.sign(coded) * np.expm1(np.abs(coded) * np.log1p(MU)) / MU
    wide: Audio = soxr.resample(decoded, RATE // 2, RATE).astype(np.float32)
    return wide


def _cough(seconds: float, rng: np.random.Generator) -> Audio:
    """Return two bursts of dull noise that fall off."""
    out = sound.silence(seconds)
    for at in (0.05, 0.05 + rng.uniform(0.25, 0.4)):
        length = int(rng.uniform(0.12, 0.25) * RATE)
        burst = rng.standard_normal(length) * np.exp(-6 * np.arange(length) / length)
        start = int(at * RATE)
        part = sound.low_pass(burst.astype(np.float32), rng.uniform(1500, 3000))[: len(out) - start]
        out[start : start + len(part)] += part
    return out


def _clicks(seconds: float, rng: np.random.Generator) -> Audio:
    out = sound.silence(seconds)
    for _ in range(int(rng.integers(1, 5))):
        out[int(rng.integers(0, len(out)))] = rng.choice([-1.0, 1.0])
    return out


def _melody(seconds: float, rng: np.random.Generator) -> Audio:
    """Return tones with overtones, four notes in ten tenths of a second, as music on hold."""
    time = np.arange(round(seconds * RATE)) / RATE
    out = np.zeros_like(time)
    for note in range(int(seconds / 0.4) + 1):
        pitch = 220 * 2 ** (int(rng.integers(0, 24)) / 12)
        since = time - note * 0.4
        on = (since >= 0) & (since < 0.4)
        for overtone in (1, 2, 3):
            out[on] += np.exp(-7 * since[on]) * np.sin(2 * np.pi * pitch * overtone * time[on]) / overtone
    return out.astype(np.float32)


SOUNDS: Final[dict[str, Callable[[float, np.random.Generator], Audio]]] = {
    "typing": sound.typing,
    "coughs": _cough,
    "clicks": _clicks,
    "melody": _melody,
    "white noise": sound.white,
    "room noise": sound.pink,
}
"""Sounds that a voice detector may take for speech; babble is made of the recordings."""


def nobody(kind: str, seconds: float, others: Sequence[Audio], rng: np.random.Generator) -> tuple[Audio, int, int]:
    """Return a sound that nobody said, as :func:`heard` does."""
    samples = round(seconds * RATE)
    made = crowd(others, samples, rng) if kind == "babble" else SOUNDS[kind](seconds, rng)[:samples]
    return heard(sound.at_level(made, -30.0 - 6 * float(rng.random())), "clean", others, rng)
