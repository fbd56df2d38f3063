"""One session's audio, both ways, as the turn machine is told of it: window by window, is this the user speaking?"""

from __future__ import annotations

from typing import Final

import numpy as np

from natter_protocol.audio import INPUT_RATE, AudioFrame
from natter_protocol.playback import PlaybackProgress
from natter_runtime.splice import Splicer
from natter_turn.activity import WINDOW
from natter_turn.engine import Detector, Samples
from natter_turn.inputs import Window
from natter_turn.recent import Recent
from natter_turn.sound.echo import Echo, Path
from natter_turn.sound.reference import Reference
from natter_turn.sound.spectrum import Analyser, brightness_db, level_db

KEPT_S: Final = 9
LAST_WORDS_MS: Final = 700
"""When so little of a reply is left, its question has been understood."""
QUIET_DB: Final = -70.0


class Ears:
    """Hears the user and the agent.

    Args:
        detector: of voice activity, for this session.
        output_rate: samples per second of the agent's audio.
        position: from which input sample on; None from whatever comes first.
    """

    def __init__(self, detector: Detector, output_rate: int, position: int | None) -> None:
        self._detector = detector
        self._splicer = Splicer(position)
        self._recent = Recent(KEPT_S * INPUT_RATE)
        self._waiting = np.zeros(0, np.float32)
        self._window_end = -1
        self._analyser = Analyser(INPUT_RATE)
        self._echo = Echo()
        self._reference = Reference(output_rate)

    @property
    def position(self) -> int | None:
        """The input sample that comes next; None before the first."""
        return self._splicer.position

    def hear_user(self, frame: AudioFrame) -> list[Window]:
        """Take a frame of the user's audio; return the windows that are complete now."""
        windows = []
        for spliced in self._splicer.push(frame):
            samples = np.frombuffer(spliced.pcm, "<i2").astype(np.float32) / 32768.0
            self._recent.append(samples, spliced.next_sample)
            if self._window_end < 0:
                self._window_end = spliced.first_sample
            self._waiting = np.concatenate([self._waiting, samples])
            while len(self._waiting) >= WINDOW:
                window, self._waiting = self._waiting[:WINDOW], self._waiting[WINDOW:]
                self._window_end += WINDOW
                windows.append(self._judge(window))
        return windows

    def wanted(self) -> tuple[int, int] | None:
        """Return the gap (first sample, end) in the user's audio to ask for again, once per gap."""
        return self._splicer.wanted()

    def hear_agent(self, frame: AudioFrame) -> None:
        """Take a frame of the agent's audio, which is about to be played."""
        self._reference.hear(frame)

    def playback(self, progress: PlaybackProgress) -> bool:
        """Learn where playback stands; return whether the last words of the reply are being heard."""
        self._reference.report(progress)
        left = self._reference.left_ms(progress.epoch)
        return left is not None and left <= LAST_WORDS_MS

    def between(self, start: int, end: int) -> Samples:
        """Return the user's audio from ``start`` to ``end``, as far as it is kept."""
        return self._recent.between(start, end)

    def _judge(self, window: Samples) -> Window:
        level = level_db(window)
        first = self._window_end - WINDOW
        hops = [
            self._echo.hear(levels, self._reference.at(first + index * self._analyser.hop))
            for index, levels in enumerate(self._analyser.push(window))
        ]
        return Window(
            self._window_end,
            self._detector(window),
            level,
            brightness_db(window, INPUT_RATE) if level > QUIET_DB else 0.0,
            float(np.mean(hops)) if hops else 0.0,
            self._echo.path is Path.PRESENT,
        )
