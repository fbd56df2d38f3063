"""What is done to sound: cut, mix, filter. Pure; mono float32 at 16 kHz unless said otherwise."""

from __future__ import annotations

from typing import Final

import numpy as np
import soxr
from numpy.typing import NDArray

Audio = NDArray[np.float32]

RATE: Final = 16_000


def silence(seconds: float) -> Audio:
    """Return digital silence."""
    return np.zeros(round(seconds * RATE), np.float32)


def level_db(audio: Audio) -> float:
    """Return the level of the louder half of the 20 ms frames, in dB below full scale."""
    frames = audio[: len(audio) // 320 * 320].reshape(-1, 320)
    if not len(frames):
        return -120.0
    power = np.sort(np.mean(np.square(frames), axis=1))[len(frames) // 2 :]
    return float(10 * np.log10(np.mean(power) + 1e-12))


def at_level(audio: Audio, db: float) -> Audio:
    """Return ``audio`` at the level ``db``."""
    return scaled(audio, db - level_db(audio))


def scaled(audio: Audio, db: float) -> Audio:
    """Return ``audio`` louder by ``db``."""
    out: Audio = (audio * 10 ** (db / 20)).astype(np.float32)
    return out


def bounds(audio: Audio, floor_db: float = -40.0) -> tuple[int, int]:
    """Return the first sample of ``audio`` that can be heard, and the one after the last.

    What lies beyond would make the end of speech a matter of opinion, so users are cut hard there.
    """
    peak = float(np.max(np.abs(audio))) if len(audio) else 0.0
    loud = np.flatnonzero(np.abs(audio) > peak * 10 ** (floor_db / 20))
    return (int(loud[0]), int(loud[-1]) + 1) if len(loud) else (0, 0)


def spoken_bounds(audio: Audio, below_db: float = 22.0, margin_s: float = 0.03) -> tuple[int, int]:
    """Return where speech begins and ends in a recording whose room can be heard before and after it.

    Speech is what is no more than ``below_db`` softer than the louder half of the recording, in frames of
    10 ms; ``margin_s`` is left before and after.
    """
    frames = audio[: len(audio) // 160 * 160].reshape(-1, 160)
    levels = 10 * np.log10(np.mean(np.square(frames), axis=1) + 1e-12)
    loud = np.flatnonzero(levels > level_db(audio) - below_db)
    if not len(loud):
        return 0, 0
    margin = round(margin_s * RATE)
    return max(0, int(loud[0]) * 160 - margin), min(len(audio), (int(loud[-1]) + 1) * 160 + margin)


def faded(audio: Audio, ms: float = 5.0) -> Audio:
    """Return ``audio`` with its ends faded, so that a cut makes no click."""
    out = audio.copy()
    length = min(round(ms * RATE / 1000), len(out) // 2)
    if length:
        ramp = np.linspace(0, 1, length, dtype=np.float32)
        out[:length] *= ramp
        out[-length:] *= ramp[::-1]
    return out


def with_hole(audio: Audio, end: int, start: int, seconds: float) -> tuple[Audio, tuple[int, int]]:
    """Return ``audio`` with its sound between ``end`` and ``start`` replaced by silence, and where that lies.

    ``end`` is where the word before the pause ends, ``start`` where the next begins. Both sides are cut
    hard at what can be heard, so the silence is exactly as long as it is said to be.
    """
    first, second = audio[:end], audio[start:]
    first = faded(first[: bounds(first)[1]])
    second = faded(second[bounds(second)[0] :])
    hole = silence(seconds)
    return np.concatenate([first, hole, second]), (len(first), len(first) + len(hole))


def mixed(audio: Audio, other: Audio, at: int = 0) -> Audio:
    """Return ``audio`` with ``other`` added from sample ``at`` on; as long as ``audio``."""
    out = audio.copy()
    end = min(len(out), at + len(other))
    out[at:end] += other[: end - at]
    return out


def speed(audio: Audio, factor: float) -> Audio:
    """Return ``audio`` played ``factor`` times as fast: another pitch, another vocal tract, another pace."""
    out: Audio = soxr.resample(audio, RATE * factor, RATE).astype(np.float32)
    return out


def low_pass(audio: Audio, hertz: float) -> Audio:
    """Return ``audio`` without what lies above ``hertz`` (a window of a sinc, 127 taps)."""
    taps = np.arange(-63, 64)
    kernel = np.sinc(2 * hertz / RATE * taps) * np.hamming(127)
    out: Audio = np.convolve(audio, kernel / kernel.sum(), mode="same").astype(np.float32)
    return out


def reverb(audio: Audio, seconds: float, rng: np.random.Generator, wet: float = 0.5) -> Audio:
    """Return ``audio`` as heard across a room: exponentially decaying noise as its echo."""
    length = round(seconds * RATE)
    tail = rng.standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
    tail /= np.sqrt(np.sum(np.square(tail)))
    echo = np.convolve(audio, tail)[: len(audio)]
    out: Audio = ((1 - wet) * audio + wet * echo).astype(np.float32)
    return out


def off_axis(audio: Audio, rng: np.random.Generator, db: float = -12.0, hertz: float = 2500.0) -> Audio:
    """Return ``audio`` as of somebody who does not speak into the microphone: dull, across the room, softer."""
    heard = reverb(low_pass(audio, hertz), 0.3, rng)
    return scaled(at_level(heard, level_db(audio)), db)


def cough(rng: np.random.Generator) -> Audio:
    """Return one to three bursts of breath, each with a sharp beginning; unit peak."""
    bursts = []
    for _ in range(int(rng.integers(1, 4))):
        length = int(rng.uniform(0.12, 0.25) * RATE)
        time = np.arange(length) / length
        burst = low_pass(pink(length / RATE, rng)[:length], 3000.0) * np.minimum(1, 12 * time) * np.exp(-4 * time)
        bursts += [burst.astype(np.float32), silence(float(rng.uniform(0.05, 0.2)))]
    out = np.concatenate(bursts)
    loud: Audio = (out / (np.max(np.abs(out)) + 1e-9)).astype(np.float32)
    return loud


def white(seconds: float, rng: np.random.Generator) -> Audio:
    """Return white noise of unit power."""
    return rng.standard_normal(round(seconds * RATE)).astype(np.float32)


def pink(seconds: float, rng: np.random.Generator) -> Audio:
    """Return noise whose power falls with frequency, as most rooms' does; unit power."""
    spectrum = np.fft.rfft(rng.standard_normal(round(seconds * RATE)))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    out = np.fft.irfft(spectrum, round(seconds * RATE))
    noise: Audio = (out / np.std(out)).astype(np.float32)
    return noise


def typing(seconds: float, rng: np.random.Generator) -> Audio:
    """Return the clicks of a keyboard: short bursts of filtered noise, some seven a second."""
    out = silence(seconds)
    at = 0.0
    while at < seconds - 0.05:
        length = int(rng.uniform(0.004, 0.015) * RATE)
        click = rng.standard_normal(length) * np.exp(-5 * np.arange(length) / length) * rng.uniform(0.4, 1.0)
        start = int(at * RATE)
        out[start : start + length] += click.astype(np.float32)
        at += rng.exponential(0.14)
    return out


def babble(voices: list[Audio], seconds: float, rng: np.random.Generator) -> Audio:
    """Return many voices at once, each from a random place of a random recording; unit power."""
    out = silence(seconds)
    for _ in range(6):
        voice = np.concatenate([voices[i] for i in rng.permutation(len(voices))[:6]])
        start = int(rng.integers(0, max(1, len(voice) - len(out))))
        part = voice[start : start + len(out)]
        out[: len(part)] += at_level(part, -20.0)
    mix: Audio = (out / (np.std(out) + 1e-9)).astype(np.float32)
    return mix


def to_pcm(audio: Audio, rate: int = RATE) -> bytes:
    """Return ``audio`` as little-endian 16-bit samples at ``rate``."""
    if rate != RATE:
        audio = soxr.resample(audio, RATE, rate).astype(np.float32)
    return (np.clip(audio, -1, 1) * 32767).astype("<i2").tobytes()
