"""The user's side of the story: from what the services say to what the client is told. Pure.

While the agent speaks, speech is told of only when it has become an interruption: clients drop what
they were going to play as soon as they hear of it.
"""

from __future__ import annotations

from natter_gateway.events import (
    Event,
    ReplyFailed,
    SpeechStarted,
    SpeechStopped,
    UserFinal,
    UserPartial,
)
from natter_protocol.audio import INPUT_RATE
from natter_protocol.base import Message
from natter_protocol.errors import ErrorCode, ErrorRaised
from natter_protocol.stt import SttPartial
from natter_protocol.turn import Scope, TurnCancel, TurnCommitted, TurnEmpty, TurnReopened, TurnStarted


class Narrator:
    """Remembers which turn the client knows of."""

    def __init__(self) -> None:
        self._open: TurnStarted | None = None
        """The turn that is open, once it has started."""
        self._told = False
        """Whether the client knows that it has."""

    def hear(self, message: Message) -> list[Event]:
        """Return what the client is to be told about ``message``."""
        match message:
            case TurnStarted():
                return self._started(message)
            case TurnCancel(scope=Scope.THROUGH) if message.turn:
                return self._interrupted(message)
            case SttPartial() if self._told and self._open is not None and message.turn == self._open.turn:
                return [UserPartial(message.turn, message.text)] if message.text else []
            case TurnCommitted():
                return self._committed(message)
            case TurnEmpty():
                told, self._open, self._told = self._told, None, False
                return [SpeechStopped(message.turn, _ms(message.end_sample))] if told else []
            case TurnReopened():
                self._open = TurnStarted(turn=message.turn, rev=message.rev, start_sample=message.start_sample)
                self._told = False
                return self._tell()
            case ErrorRaised(code=ErrorCode.ENGINE_FAILED) if message.epoch:
                return [ReplyFailed(message.epoch, message.message, message.retryable)]
            case _:
                return []

    def _started(self, message: TurnStarted) -> list[Event]:
        if self._told and self._open is not None and self._open.turn == message.turn:
            return []  # the cancel overtook it
        self._open, self._told = message, False
        return [] if message.over_epoch else self._tell()

    def _interrupted(self, cancel: TurnCancel) -> list[Event]:
        if self._open is None or self._open.turn != cancel.turn:
            self._open = TurnStarted(turn=cancel.turn, start_sample=cancel.start_sample)
            self._told = False
        return self._tell()

    def _tell(self) -> list[Event]:
        if self._open is None or self._told:
            return []
        self._told = True
        return [SpeechStarted(self._open.turn, _ms(self._open.start_sample))]

    def _committed(self, message: TurnCommitted) -> list[Event]:
        if self._open is None:  # this gateway joined in the middle of the turn
            self._open = TurnStarted(turn=message.turn, start_sample=message.start_sample)
        events = self._tell()
        self._open, self._told = None, False
        events.append(SpeechStopped(message.turn, _ms(message.end_sample)))
        events.append(UserFinal(message.turn, message.text))
        return events


def _ms(sample: int) -> int:
    return sample * 1000 // INPUT_RATE
