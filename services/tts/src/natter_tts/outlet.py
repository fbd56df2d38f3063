"""The way of a reply's samples to the bus: resampled, cut into frames, sent as far as credit reaches.

What was sent last is kept, because the gateway may have missed some of it and ask again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

import numpy as np
import soxr

from natter_protocol.audio import FRAME_MS, AudioFrame
from natter_tts.engine import Samples

RING_S: Final = 8.0
"""Seconds of sent audio that can be asked for again.

Another gateway that goes on with the reply asks from the word before the last checkpoint on: the credit (5 s),
the checkpoint's age (1 s), and room for a long word.
"""

Play = Callable[[AudioFrame], Awaitable[None]]


class Converter:
    """One streaming resampler for a whole reply; with equal rates it passes samples on untouched.

    Its output belongs to the same instants as its input: sample ``n`` in is sample
    ``n * rate_out / rate_in`` out, whatever the filter holds back at the moment.
    """

    def __init__(self, rate_in: int, rate_out: int) -> None:
        self._resampler = None if rate_in == rate_out else soxr.ResampleStream(rate_in, rate_out, 1, dtype="int16")
        self.ratio = rate_out / rate_in

    def feed(self, samples: Samples) -> Samples:
        """Return what comes out for ``samples``, now or later."""
        if self._resampler is None:
            return samples
        return np.asarray(self._resampler.resample_chunk(samples), dtype=np.int16)

    def finish(self) -> Samples:
        """Return what the filter still holds; nothing can be fed after it."""
        if self._resampler is None:
            return np.zeros(0, np.int16)
        return np.asarray(self._resampler.resample_chunk(np.zeros(0, np.int16), last=True), dtype=np.int16)


class Outlet:
    """Sends one reply.

    Args:
        epoch: the reply's number.
        rate_in: of the engine, in Hz.
        rate_out: of the session's output, in Hz.
        first_sample: position in the reply, at ``rate_out``, of the first sample that is pushed.
        credit: samples may be sent up to this position.
        play: publishes one frame.
    """

    def __init__(self, epoch: int, rate_in: int, rate_out: int, first_sample: int, credit: int, play: Play) -> None:
        self._epoch = epoch
        self._play = play
        self._converter = Converter(rate_in, rate_out)
        self._frame = rate_out * FRAME_MS // 1000
        self._ring_samples = round(RING_S * rate_out)
        self._first = first_sample
        self._pushed = 0
        self._rest: Samples = np.zeros(0, np.int16)
        self._cut_at = first_sample
        self._waiting: deque[AudioFrame] = deque()
        self._ring: deque[AudioFrame] = deque()
        self._credit = credit
        self._moved = asyncio.Event()
        self._left = asyncio.Event()
        self.sent = first_sample
        """Position up to which samples have been published."""

    def at(self, sample: float = 0.0) -> int:
        """Return the position in the reply of what is pushed next, plus ``sample`` samples of the engine."""
        return self._first + round((self._pushed + sample) * self._converter.ratio)

    @property
    def backlog(self) -> int:
        """Samples that wait for credit, at the output rate."""
        return self._cut_at + len(self._rest) - self.sent

    def push(self, samples: Samples) -> None:
        """Add samples of the engine."""
        self._pushed += len(samples)
        self._cut(self._converter.feed(samples))

    def end(self) -> None:
        """Nothing follows: the last frame, perhaps an empty one, says so."""
        self._cut(self._converter.finish())
        self._queue(self._rest, end=True)
        self._rest = self._rest[:0]

    def _cut(self, samples: Samples) -> None:
        rest = np.concatenate([self._rest, samples])
        whole = len(rest) // self._frame * self._frame
        for start in range(0, whole, self._frame):
            self._queue(rest[start : start + self._frame])
        self._rest = rest[whole:]

    def _queue(self, samples: Samples, *, end: bool = False) -> None:
        pcm = samples.astype("<i2", copy=False).tobytes()
        self._waiting.append(AudioFrame(pcm, self._cut_at, epoch=self._epoch, end=end))
        self._cut_at += len(samples)
        self._moved.set()

    def grant(self, credit: int) -> None:
        """Samples may be sent up to ``credit``; less than before is out of date."""
        if credit > self._credit:
            self._credit = credit
            self._moved.set()

    async def run(self) -> None:
        """Send until the last frame is out; waits for audio and for credit. Ends early by being cancelled."""
        while True:
            while not self._waiting or self._waiting[0].next_sample > self._credit:
                self._moved.clear()
                await self._moved.wait()
            frame = self._waiting.popleft()
            await self._play(frame)
            self.sent = frame.next_sample
            self._remember(frame)
            self._left.set()
            if frame.end:
                return

    async def drained(self, below: int) -> None:
        """Return once less than ``below`` samples wait."""
        while self.backlog >= max(1, below):
            self._left.clear()
            await self._left.wait()

    def _remember(self, frame: AudioFrame) -> None:
        self._ring.append(frame)
        while self.sent - self._ring[0].next_sample > self._ring_samples:
            self._ring.popleft()

    async def resend(self, first_sample: int, end_sample: int) -> None:
        """Publish again the frames of this range that were sent and are still kept."""
        for frame in list(self._ring):
            inside = frame.first_sample < end_sample and frame.next_sample > first_sample
            if inside or (frame.end and first_sample <= frame.first_sample <= end_sample):
                await self._play(frame)
