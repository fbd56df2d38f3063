"""What the user's microphone carries, 20 ms at a time: cues where they were placed, and the room's echo. Pure.

Places are samples of the player, 24 kHz, whatever the microphone's own rate is: one axis for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import soxr

from benchmarks.bench.player import RATE
from benchmarks.bench.scenario import Cue, Echo
from benchmarks.bench.sound import RATE as CUE_RATE
from benchmarks.bench.sound import Audio

STEP: Final = RATE // 50
"""Samples of the player in a frame: 20 ms."""


@dataclass(frozen=True, eq=False)
class Placed:
    """A cue that has its place: its first sample, and itself at the microphone's rate."""

    cue: Cue
    first: int
    audio: Audio

    @property
    def end(self) -> int:
        """The sample after its last."""
        return self.first + round(len(self.cue.audio) * RATE / CUE_RATE)


class Microphone:
    """Mono.

    Args:
        echo: the room, if the player can be heard in it.
        rate: samples per second of what it gives.
    """

    def __init__(self, echo: Echo | None = None, rate: int = RATE) -> None:
        self.position = 0
        self.placed: list[Placed] = []
        self._rate = rate
        self._step = rate // 50
        self._room = _impulse(echo, rate) if echo else None
        self._delay = round(echo.delay_s * rate) if echo else 0
        kept = self._delay + len(self._room) + self._step if self._room is not None else 0
        self._played: Audio = np.zeros(kept, np.float32)

    def place(self, cue: Cue, first: int) -> Placed:
        """Let ``cue`` begin at ``first``, or now if that is past."""
        audio = cue.audio
        if self._rate != CUE_RATE:
            audio = soxr.resample(audio, CUE_RATE, self._rate).astype(np.float32)
        placed = Placed(cue, max(first, self.position), audio)
        self.placed.append(placed)
        return placed

    def frame(self, played: bytes) -> bytes:
        """Return the next 20 ms.

        Args:
            played: what the player played in these 20 ms, as much.
        """
        frame = np.zeros(self._step, np.float32)
        at = self.position * self._rate // RATE
        for placed in self.placed:
            first = round(placed.first * self._rate / RATE)
            begin, end = max(first, at), min(first + len(placed.audio), at + self._step)
            if begin < end:
                frame[begin - at : end - at] += placed.audio[begin - first : end - first]
        if self._room is not None:
            frame += self._echo(np.frombuffer(played, "<i2").astype(np.float32) / np.float32(32768))
        self.position += STEP
        return (np.clip(frame, -1, 1) * 32767).astype("<i2").tobytes()

    def _echo(self, played: Audio) -> Audio:
        assert self._room is not None
        if self._rate != RATE:  # the agent's voice has nothing above 8 kHz that could fold back
            places = np.arange(self._step) * RATE / self._rate
            played = np.interp(places, np.arange(len(played)), played).astype(np.float32)
        self._played = np.concatenate([self._played[len(played) :], played])
        end = len(self._played) - self._delay
        heard: Audio = np.convolve(self._played[end - self._step - len(self._room) + 1 : end], self._room, mode="valid")
        return heard.astype(np.float32)


def _impulse(echo: Echo, rate: int) -> Audio:
    """Return what the room makes of a click after the delay: the click itself, and a short decaying tail."""
    rng = np.random.default_rng(echo.seed)
    length = round(echo.room_s * rate)
    tail = 0.5 * rng.standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
    tail /= max(1.0, 2 * float(np.sqrt(np.sum(np.square(tail)))))
    impulse = np.concatenate([[1.0], tail])
    impulse *= 10 ** (echo.db / 20) / np.sqrt(np.sum(np.square(impulse)))
    out: Audio = impulse.astype(np.float32)
    return out
