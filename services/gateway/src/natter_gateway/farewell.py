"""The built-in tool ``end_call``: the agent hangs up, once its goodbye was heard. Pure; time is an argument.

The gateway runs it, because the end of a session is the gateway's. The model calls the tool in the reply that says
goodbye; that reply being heard to its end is the end of the call. If it called without a word, it is told to say
one, and the reply after that is the goodbye. A user who speaks over the goodbye keeps the call.
"""

from __future__ import annotations

from typing import Final

from natter_gateway.agents.builtins import END_CALL
from natter_protocol.base import Message
from natter_protocol.reply import Outcome, ReplyHeard
from natter_protocol.settings import SessionSettings
from natter_protocol.tool import ToolCalled, ToolReturned

PATIENCE_S: Final = 20.0
"""A goodbye that has not come by then is not waited for."""
SAY_IT: Final = "Say a short goodbye now; the call ends after it."
GOES_ON: Final = "The user spoke before the call was over, so it goes on."


class Farewell:
    """Knows whether the agent wants to hang up, and when it may.

    Attributes:
        settings: of the session, as they are now.
        over: the goodbye was heard: the call is to end.
    """

    def __init__(self, settings: SessionSettings) -> None:
        self.settings = settings
        self.over = False
        self._waiting: list[ToolCalled] = []
        """Calls that have no answer yet."""
        self._after = 0
        """The goodbye is the next reply from this epoch on that says something; 0: nobody wants to hang up."""
        self._deadline = 0.0
        self._last: ReplyHeard | None = None
        """The reply that was over last."""

    def concerns(self, message: Message) -> bool:
        """Whether ``message`` is a call of a built-in tool, of which the client is not told."""
        return isinstance(message, ToolCalled) and any(
            tool.builtin and tool.name == message.name for tool in self.settings.tools
        )

    def called(self, message: ToolCalled, now: float) -> list[ToolReturned]:
        """The model wants to end the call; return what it is to be told now."""
        if message.name != END_CALL:
            return []
        self._waiting.append(message)
        self._after = self._after or message.epoch
        self._deadline = now + PATIENCE_S
        last = self._last  # a short reply may be over before its call is known
        return self.heard(last) if last is not None and last.epoch == message.epoch else []

    def heard(self, message: ReplyHeard) -> list[ToolReturned]:
        """A reply is over; return what the model is to be told now."""
        self._last = message
        if not self._after or message.epoch < self._after:
            return []
        if message.outcome in (Outcome.INTERRUPTED, Outcome.UNHEARD):
            self._after = 0
            return self._answers(GOES_ON)
        if message.text:
            self.over = True
            return []
        self._after = message.epoch + 1
        return self._answers(SAY_IT)

    def tick(self, now: float) -> None:
        """Let time pass."""
        if self._after and now >= self._deadline:
            self.over = True

    def _answers(self, result: str) -> list[ToolReturned]:
        calls, self._waiting = self._waiting, []
        return [ToolReturned(turn=call.turn, epoch=call.epoch, call=call.call, result=result) for call in calls]
