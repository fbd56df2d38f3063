"""The recording of one running call: both sides, laid on a tape where they were heard.

It only copies samples; what is written to disk goes through the keeper's queue, and nothing that happens there
comes back to the call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from natter_gateway.records.axis import Axis
from natter_gateway.records.tape import Chunk, Tape
from natter_protocol.audio import AudioFrame


class Recorder(Protocol):
    """What a session tells whoever records it."""

    def user(self, frame: AudioFrame) -> None:
        """A frame of the user's audio, in its order; the axis has heard of it already."""
        ...

    def agent(self, pcm: bytes, ahead: int, volume: int | None, now: float) -> None:
        """Audio that was sent to the client, and will be heard after the ``ahead`` samples sent before it."""
        ...

    def cut(self, unheard: int) -> None:
        """Of what was sent, the last ``unheard`` samples were not heard."""
        ...

    def close(self) -> None:
        """The call is over."""
        ...


class NoRecorder:
    """Records nothing."""

    def user(self, frame: AudioFrame) -> None:
        """Drop it."""

    def agent(self, pcm: bytes, ahead: int, volume: int | None, now: float) -> None:
        """Drop it."""

    def cut(self, unheard: int) -> None:
        """Nothing was kept."""

    def close(self) -> None:
        """Nothing was kept."""


class TapeRecorder:
    """See the module.

    Args:
        axis: of the session.
        rate: samples per second of the agent's audio.
        now: monotonic time at which recording begins.
        give: takes each full chunk; must not block.
    """

    def __init__(self, axis: Axis, rate: int, now: float, give: Callable[[Chunk], None]) -> None:
        self._axis = axis
        self._give = give
        self._tape = Tape(rate, axis.now(now))
        self._cursor = 0
        self._closed = False

    def user(self, frame: AudioFrame) -> None:
        if self._closed:
            return
        at = self._axis.of_input(frame.first_sample)
        self._tape.user(at, frame.pcm)
        self._give_full(at)

    def agent(self, pcm: bytes, ahead: int, volume: int | None, now: float) -> None:
        """As long as the client still plays what was sent before, the new samples follow it without a gap."""
        if self._closed:
            return
        here = self._axis.now(now)
        if not ahead:
            self._cursor = max(self._cursor, self._tape.to_agent(here))
        self._cursor = max(self._cursor, self._tape.agent_begin)  # the user's audio came in one leap
        self._tape.agent(self._cursor, scaled(pcm, volume))
        self._cursor += len(pcm) // 2
        self._give_full(here)

    def cut(self, unheard: int) -> None:
        if not self._closed and unheard > 0:
            self._cursor -= unheard
            self._tape.cut_agent(self._cursor)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            for chunk in self._tape.rest():
                self._give(chunk)

    def _give_full(self, here: int) -> None:
        for chunk in self._tape.take(here):
            self._give(chunk)


def scaled(pcm: bytes, volume: int | None) -> bytes:
    """Return PCM16 at a volume of 0 to 100; None is as it is."""
    if volume is None or volume >= 100:
        return pcm
    samples = np.frombuffer(pcm, "<i2").astype(np.float32) * (max(volume, 0) / 100)
    return samples.astype("<i2").tobytes()
