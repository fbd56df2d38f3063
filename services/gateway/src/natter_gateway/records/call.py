"""The record of one call while a gateway serves it: the one thing that a session talks to about records.

It keeps the media axis, tells the log where it begins, and hands both sides of the sound to the recorder.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from natter_gateway.records.axis import Axis
from natter_gateway.records.recorder import Recorder
from natter_protocol.audio import AudioFrame, AudioStarted
from natter_protocol.base import Message
from natter_protocol.reply import ReplyHeard, ReplyProgress
from natter_runtime.clock import Clock


class Heard(Protocol):
    """What the agent's side tells of the sound that the client gets."""

    def agent(self, pcm: bytes, ahead: int, volume: int | None) -> None:
        """Audio that was sent to the client; ``ahead`` samples that were sent before it are not heard yet."""
        ...

    def cut(self, unheard: int) -> None:
        """A reply is over; the last ``unheard`` samples that were sent of it were not heard."""
        ...


class Unheeded:
    """Takes no note of it."""

    def agent(self, pcm: bytes, ahead: int, volume: int | None) -> None:
        """Drop it."""

    def cut(self, unheard: int) -> None:
        """Nothing was kept."""


class CallRecord:
    """See the module; it is :class:`Heard`.

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
        """When replies began to be told, by epoch."""

    def user(self, frame: AudioFrame) -> None:
        """The user's next frame, filled silence included."""
        now = self._clock.monotonic()
        if self._axis.hear(frame.first_sample, frame.next_sample, now):
            self._say(AudioStarted(at_ms=self._axis.input_ms(0)))
        self._recorder.user(frame)

    def agent(self, pcm: bytes, ahead: int, volume: int | None) -> None:
        self._recorder.agent(pcm, ahead, volume, self._clock.monotonic())

    def cut(self, unheard: int) -> None:
        self._recorder.cut(unheard)

    def timed(self, message: Message) -> Message:
        """Return what the agent's side says, with the times at which a reply was told if it is over now."""
        now = self._axis.ms(self._clock.monotonic())
        if isinstance(message, ReplyProgress) and not message.sample:
            self._started.setdefault(message.epoch, now)
        if not isinstance(message, ReplyHeard):
            return message
        started = self._started.pop(message.epoch, None)
        if started is None and message.ms:  # another gateway began to tell it
            started = max(0, now - message.ms)
        if started is None:
            return message
        return msgspec.structs.replace(message, started_at_ms=started, ended_at_ms=now)

    def close(self) -> None:
        """The call is over, or another gateway goes on with it."""
        self._recorder.close()
