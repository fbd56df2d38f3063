"""The agent's side, written: in a session without output audio the client reads what ``llm`` writes, as it comes.

What was told counts as heard.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from natter_gateway.announced import Announced
from natter_gateway.events import AgentWord, Event, ToolWanted
from natter_protocol.audio import AudioFrame
from natter_protocol.base import Message
from natter_protocol.llm import LlmDelta
from natter_protocol.playback import PlaybackProgress, PlaybackState
from natter_protocol.reply import Outcome, ReplyFinished, ReplyHeard, ReplyProgress
from natter_protocol.settings import SessionSettings
from natter_protocol.tool import ToolCalled
from natter_protocol.tts import TtsSegment
from natter_protocol.turn import TurnCancel, TurnCommitted, TurnFact, TurnGranted
from natter_runtime.state import SessionState
from natter_runtime.voids import Voids

CHECKPOINT_S: Final = 1.0
_WORD: Final = re.compile(r"\s*\S+\s*")


@dataclass(slots=True)
class _Text:
    """One reply as far as it is known."""

    text: str = ""
    told: int = 0
    """Characters of it that the client has."""
    noted: int = 0
    """Characters of it that the log knows the client to have."""
    allowed: bool = False
    complete: bool = False

    def next_words(self) -> list[str]:
        """Take the words that are whole and were not told."""
        words = []
        for match in _WORD.finditer(self.text, self.told):
            if not self.complete and match.end() == len(self.text) and not match[0][-1].isspace():
                break
            words.append(match[0])
            self.told = match.end()
        return words


class Written:
    """One session's output in words; see :class:`natter_gateway.agent_side.AgentSide`.

    Args:
        voids: which replies are over, kept up to date by the seat.
        tell: takes events for the client.
        say: takes messages for the bus.
    """

    def __init__(
        self,
        settings: SessionSettings,
        voids: Voids,
        tell: Callable[[Event], None],
        say: Callable[[Message], None],
    ) -> None:
        self.newest = 0
        self._voids = voids
        self._tell = tell
        self._say = say
        self._announced = Announced(tell)
        self._replies: dict[int, _Text] = {}
        self._over: set[int] = set()
        self._paused = False
        self._checkpoint_at = 0.0
        self.configure(settings)

    @property
    def busy(self) -> bool:
        return any(reply.allowed for reply in self._replies.values())

    def configure(self, settings: SessionSettings) -> None:
        self._risky = {tool.name for tool in settings.tools if tool.side_effects}

    # -- what it is told ------------------------------------------------------------------------

    def restore(self, state: SessionState, segments: Sequence[TtsSegment], now: float) -> None:
        for known in state.replies.values():
            if known.outcome is not None:
                continue
            reply = self._reply(known.epoch)
            reply.text, reply.complete = known.generated or "", known.generated is not None
            if known.cause is None:  # it was begun before its turn was over
                continue
            self.newest = max(self.newest, known.epoch)
            reply.allowed = True
            if known.begun:
                self._announced.recall(known.epoch)
                reply.told = reply.noted = known.progress_sample
        self._void()
        self._go()

    def hear(self, message: Message, now: float, input_sample: int) -> None:
        match message:
            case TurnCommitted() | TurnGranted():
                self.newest = max(self.newest, message.epoch)
                if message.epoch not in self._over:
                    self._reply(message.epoch).allowed = True
            case LlmDelta() if message.epoch not in self._over:
                reply = self._reply(message.epoch)
                if not reply.complete and len(message.text) > len(reply.text):
                    reply.text = message.text
            case ReplyFinished() if message.epoch not in self._over:
                reply = self._reply(message.epoch)
                reply.text, reply.complete = message.text, True
            case ToolCalled():
                self._announced.begin(message.epoch)
                risky = message.name in self._risky
                self._tell(ToolWanted(message.epoch, message.call, message.name, message.arguments, risky))
        if isinstance(message, TurnFact | TurnCancel):
            self._void()
        self._go()

    def hear_audio(self, frame: AudioFrame, now: float) -> None:
        """There is none."""

    def ack(self, epoch: int, ms: float) -> None:
        """Nothing is played."""

    # -- what it does ---------------------------------------------------------------------------

    def tick(self, now: float, input_sample: int) -> None:
        if now - self._checkpoint_at >= CHECKPOINT_S:
            self._checkpoint(now)

    def pause(self, now: float) -> None:
        self._checkpoint(now)
        self._paused = True

    def go_on(self, now: float) -> None:
        self._paused = False
        self._go()

    def going_on(self) -> tuple[int, int]:
        told = [epoch for epoch, reply in self._replies.items() if reply.told]
        return (min(told), 0) if told else (0, 0)

    def close(self) -> None:
        for epoch in [epoch for epoch, reply in self._replies.items() if reply.allowed]:
            self._interrupt(epoch)

    def _checkpoint(self, now: float) -> None:
        """Write down how far the reply was told, in characters."""
        self._checkpoint_at = now
        for epoch, reply in self._replies.items():
            if reply.told > reply.noted:
                reply.noted = reply.told
                text = reply.text[: reply.told].strip()
                self._say(ReplyProgress(epoch=epoch, sample=reply.told, text=text))

    def _reply(self, epoch: int) -> _Text:
        return self._replies.setdefault(epoch, _Text())

    def _go(self) -> None:
        """Tell what may be told, reply after reply."""
        if self._paused:
            return
        for epoch in sorted(self._replies):
            reply = self._replies[epoch]
            if not reply.allowed:
                continue
            self._write(epoch, reply)
            if not reply.complete:
                return
            self._finish(epoch, reply.text.strip(), Outcome.COMPLETED)

    def _write(self, epoch: int, reply: _Text) -> None:
        began = reply.told == 0
        words = reply.next_words()
        if not words:
            return
        if began:
            self._say(ReplyProgress(epoch=epoch, sample=0, text=""))
            self._announced.begin(epoch)
            self._say(PlaybackProgress(epoch=epoch, state=PlaybackState.PLAYING, heard=0, sent=0, credit=0))
        for word in words:
            self._tell(AgentWord(epoch, word))

    def _void(self) -> None:
        for epoch in [epoch for epoch in self._replies if epoch in self._voids]:
            self._interrupt(epoch)

    def _interrupt(self, epoch: int) -> None:
        reply = self._replies[epoch]
        if not reply.allowed:
            del self._replies[epoch]
            self._over.add(epoch)
            return
        outcome = Outcome.INTERRUPTED if reply.told else Outcome.UNHEARD
        self._finish(epoch, reply.text[: reply.told].strip(), outcome)

    def _finish(self, epoch: int, text: str, outcome: Outcome) -> None:
        del self._replies[epoch]
        self._over.add(epoch)
        self._say(ReplyHeard(epoch=epoch, text=text, ms=0, outcome=outcome))
        self._say(PlaybackProgress(epoch=epoch, state=PlaybackState.ENDED, heard=0, sent=0, credit=0))
        self._announced.end(epoch, text, outcome)
