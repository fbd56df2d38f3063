"""The record of one call while a gateway serves it: the one thing that a session talks to about records.

It keeps the media axis, tells the log where it begins, and hands both sides of the sound to the recorder.
"""

from __future__ import annotations

from collections.abc import Callable

from natter_gateway.records.axis import Axis
from natter_gateway.records.recorder import Recorder
from natter_protocol.audio import AudioFrame, AudioStarted
from natter_protocol.base import Message
from natter_runtime.clock import Clock


class CallRecord:
    """See the module.

    Args:
        axis: of the session.
        recorder: keeps the sound.
        say: takes facts for the log.
    """

    def __init__(self, axis: Axis, recorder: Recorder, say: Callable[[Message], None], clock: Clock) -> None:
        self._axis = axis
        self._recorder = recorder
        self._say = say
        self._clock = clock
        self._started: dict[int, int] = {}

    def user(self, frame: AudioFrame) -> None:
        """The user's next frame, filled silence included."""
        now = self._clock.monotonic()
        if self._axis.hear(frame.first_sample, frame.next_sample, now):
            self._say(AudioStarted(at_ms=self._axis.input_ms(0)))
        self._recorder.user(frame)

    def agent(self, epoch: int, pcm: bytes, ahead: int, volume: int | None) -> None:
        """Audio of a reply that was sent; ``ahead`` samples that were sent before it are not heard yet."""
        now = self._clock.monotonic()
        self._started.setdefault(epoch, self._axis.ms(now))
        self._recorder.agent(pcm, ahead, volume, now)

    def ended(self, epoch: int, unheard: int) -> tuple[int | None, int | None]:
        """A reply is over, the last ``unheard`` samples of it were not heard.

        Return from when to when it was heard, in milliseconds of the axis; None if it never was.
        """
        started = self._started.pop(epoch, None)
        if started is None:
            return None, None
        self._recorder.cut(unheard)
        return started, self._axis.ms(self._clock.monotonic())

    def close(self) -> None:
        """The call is over, or another gateway goes on with it."""
        self._recorder.close()
