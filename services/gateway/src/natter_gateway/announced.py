"""Which replies the client knows of: each begins for it once and is over once."""

from __future__ import annotations

from collections.abc import Callable

from natter_gateway.events import Event, ReplyBegan, ReplyOver
from natter_protocol.reply import Outcome


class Announced:
    """Tells of a reply's beginning when it is first needed, and of its end only if it had begun."""

    def __init__(self, tell: Callable[[Event], None]) -> None:
        self._tell = tell
        self._begun: set[int] = set()
        self._over: set[int] = set()

    def begin(self, epoch: int) -> None:
        """Something of the reply is about to be told."""
        if epoch not in self._begun and epoch not in self._over:
            self._begun.add(epoch)
            self._tell(ReplyBegan(epoch))

    def end(self, epoch: int, text: str, outcome: Outcome) -> None:
        """The reply is over; ``text`` is what was heard of it."""
        if epoch in self._begun:
            self._begun.discard(epoch)
            self._over.add(epoch)
            self._tell(ReplyOver(epoch, text, outcome))

    def recall(self, epoch: int) -> None:
        """Another gateway has told of its beginning."""
        self._begun.add(epoch)
