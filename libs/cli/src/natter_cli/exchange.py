"""What has happened in a call so far, and whether it is over. Pure: events and times in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from natter_cli.events import (
    AgentText,
    Event,
    Other,
    ReplyDone,
    ReplyStarted,
    SpeechStarted,
    SpeechStopped,
    ToolCall,
    UserText,
)

SETTLE_S: Final = 0.8
"""So long must nothing happen before a call counts as over."""
NOISE_S: Final = 5.0
"""Speech that was begun and neither stopped nor transcribed after this was none."""


@dataclass(slots=True)
class Reply:
    """One reply of the agent.

    Attributes:
        asked: it answers something that the user said, or a tool's result; a greeting does not.
        status: empty while it is open.
    """

    id: str
    asked: bool
    text: str = ""
    status: str = ""
    interrupted: bool = False


@dataclass(slots=True)
class Exchange:
    """Follows one call."""

    heard: list[str] = field(default_factory=list)
    """What the user was understood to say, turn by turn."""
    replies: dict[str, Reply] = field(default_factory=dict)
    calls: list[ToolCall] = field(default_factory=list)
    _awaiting: bool = False
    _speaking_since: float | None = None
    _last: float = 0.0

    @property
    def answered(self) -> bool:
        """Whether a reply to something that the user said has come to its end."""
        return any(reply.asked and reply.status for reply in self.replies.values())

    @property
    def open(self) -> bool:
        """Whether a reply has been announced and not ended."""
        return any(not reply.status for reply in self.replies.values())

    def feed(self, event: Event | Other, now: float) -> None:
        """Take note of ``event``; ``now`` is any clock in seconds."""
        if isinstance(event, Other):
            return
        self._last = now
        match event:
            case SpeechStarted():
                self._speaking_since = now
            case SpeechStopped():
                self._speaking_since = None
            case UserText():
                self.heard.append(event.text)
                self._speaking_since, self._awaiting = None, True
            case ToolCall():
                self.calls.append(event)
                self._awaiting = True
            case ReplyStarted():
                self.replies[event.reply_id] = Reply(event.reply_id, self._awaiting)
                self._awaiting = False
            case AgentText():
                reply = self.replies.setdefault(event.reply_id, Reply(event.reply_id, False))
                reply.text, reply.interrupted = event.text, event.interrupted
            case ReplyDone():
                reply = self.replies.setdefault(event.reply_id, Reply(event.reply_id, False))
                reply.status = event.status

    def over(self, now: float) -> bool:
        """Whether the user was answered and nothing more is to be expected."""
        speaking = self._speaking_since is not None and now - self._speaking_since < NOISE_S
        return self.answered and not (self._awaiting or self.open or speaking) and now - self._last >= SETTLE_S
