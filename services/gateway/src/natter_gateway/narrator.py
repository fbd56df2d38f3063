"""The user's side of the story: from what the services say to what the client is told. Pure.

While the agent speaks, speech is told of only when it has become an interruption: clients drop what
they were going to play as soon as they hear of it. While a tool is awaited that holds the conversation,
what the user says is kept back until its result is there.
"""

from __future__ import annotations

from natter_gateway import decisions
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
from natter_protocol.settings import ExecutionMode, SessionSettings
from natter_protocol.stt import SttPartial
from natter_protocol.tool import ToolCalled, ToolReturned
from natter_protocol.turn import Scope, TurnCancel, TurnCommitted, TurnDecided, TurnEmpty, TurnReopened, TurnStarted
from natter_runtime.state import SessionState, TurnStatus


class Narrator:
    """Remembers which turn the client knows of.

    Args:
        settings: of the session; which tools hold the conversation.
    """

    def __init__(self, settings: SessionSettings) -> None:
        self.last_turn = 0
        """The newest turn of the user there was."""
        self._open: TurnStarted | None = None
        """The turn that is open, once it has started."""
        self._told = False
        """Whether the client knows that it has."""
        self._holding: set[str] = set()
        """Calls that hold the conversation."""
        self._kept: list[Event] = []
        """What the user said meanwhile."""
        self.configure(settings)

    @property
    def next_turn(self) -> int:
        """The turn that the next answer belongs to: the open one, or the one after the last."""
        return self._open.turn if self._open is not None else self.last_turn + 1

    @property
    def listening(self) -> bool:
        """Whether a turn of the user is open."""
        return self._open is not None

    def configure(self, settings: SessionSettings) -> None:
        """The settings are now these."""
        self._holders = {tool.name for tool in settings.tools if tool.mode is ExecutionMode.HOLD}

    def restore(self, state: SessionState) -> list[Event]:
        """Go on where another gateway stopped; return what the client was surely not told yet."""
        self.last_turn = state.last_turn
        waiting = [call for call in state.calls.values() if call.outcome is None]
        self._holding = {call.call for call in waiting if call.name in self._holders}
        turn = state.turns.get(state.last_turn)
        if turn is None:
            return []
        if turn.status is TurnStatus.OPEN:
            self._open = TurnStarted(turn=turn.turn, rev=turn.rev, start_sample=turn.start_sample)
            self._told = not any(reply.begun and reply.outcome is None for reply in state.replies.values())
            return []
        reply = state.replies.get(turn.epoch)
        if turn.status is TurnStatus.COMMITTED and reply is not None and not reply.begun and reply.outcome is None:
            return self._kept_back([UserFinal(turn.turn, turn.text)])
        return []

    def hear(self, message: Message) -> list[Event]:
        """Return what the client is to be told about ``message``."""
        match message:
            case TurnStarted():
                return self._started(message)
            case TurnCancel(scope=Scope.THROUGH) if message.turn:
                return self._interrupted(message)
            case SttPartial() if self._told and self._open is not None and message.turn == self._open.turn:
                return [UserPartial(message.turn, message.text)] if message.text and not self._holding else []
            case TurnCommitted():
                return self._committed(message)
            case TurnDecided():
                return [decisions.told(message)]
            case TurnEmpty():
                told, self._open, self._told = self._told, None, False
                return [SpeechStopped(message.turn, _ms(message.end_sample))] if told else []
            case TurnReopened():
                self._open = TurnStarted(turn=message.turn, rev=message.rev, start_sample=message.start_sample)
                self._told = False
                return self._tell()
            case ToolCalled() if message.name in self._holders:
                self._holding.add(message.call)
                return []
            case ToolReturned():
                return self.returned(message.call)
            case ErrorRaised(code=ErrorCode.ENGINE_FAILED) if message.epoch:
                return [ReplyFailed(message.epoch, message.message, message.retryable)]
            case _:
                return []

    def returned(self, call: str) -> list[Event]:
        """A call has its result; if it was the last that held the conversation, tell what was kept back."""
        self._holding.discard(call)
        if self._holding:
            return []
        kept, self._kept = self._kept, []
        return kept

    def _kept_back(self, events: list[Event]) -> list[Event]:
        if not self._holding:
            return events
        self._kept += events
        return []

    def _started(self, message: TurnStarted) -> list[Event]:
        self.last_turn = max(self.last_turn, message.turn)
        if self._told and self._open is not None and self._open.turn == message.turn:
            return []  # the cancel overtook it
        self._open, self._told = message, False
        return [] if message.over_epoch else self._tell()

    def _interrupted(self, cancel: TurnCancel) -> list[Event]:
        if self._open is None or self._open.turn != cancel.turn:
            self._open = TurnStarted(turn=cancel.turn, start_sample=cancel.start_sample)
            self._told = False
            self.last_turn = max(self.last_turn, cancel.turn)
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
        self.last_turn = max(self.last_turn, message.turn)
        self._open, self._told = None, False
        events.append(SpeechStopped(message.turn, _ms(message.end_sample)))
        return events + self._kept_back([UserFinal(message.turn, message.text)])


def _ms(sample: int) -> int:
    return sample * 1000 // INPUT_RATE
