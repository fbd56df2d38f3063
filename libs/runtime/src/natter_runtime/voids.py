"""Which replies are over (rules R1 and R2). Pure."""

from __future__ import annotations

from natter_protocol.base import Message
from natter_protocol.turn import Scope, TurnCancel, TurnFact


class Voids:
    """Remembers what was cancelled, from cancels and from the facts that repeat them."""

    def __init__(self) -> None:
        self.through = 0
        self._only: set[int] = set()

    @property
    def only(self) -> tuple[int, ...]:
        """Single void epochs above :attr:`through`."""
        return tuple(sorted(self._only))

    def note(self, message: Message) -> None:
        """Learn from ``message``; anything that tells of no void is ignored."""
        if isinstance(message, TurnCancel):
            if message.scope is Scope.THROUGH:
                self.void_through(message.epoch)
            else:
                self.void_only(message.epoch)
        elif isinstance(message, TurnFact):
            self.void_through(message.void_through)
            for epoch in message.void_only:
                self.void_only(epoch)

    def void_through(self, epoch: int) -> None:
        """Everything up to ``epoch`` is over."""
        if epoch > self.through:
            self.through = epoch
            self._only = {single for single in self._only if single > epoch}

    def void_only(self, epoch: int) -> None:
        """``epoch`` alone is over."""
        if epoch > self.through:
            self._only.add(epoch)

    def __contains__(self, epoch: object) -> bool:
        return isinstance(epoch, int) and epoch > 0 and (epoch <= self.through or epoch in self._only)
