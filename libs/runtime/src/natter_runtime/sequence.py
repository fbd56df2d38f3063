"""What a receiver has heard from each publisher: repeats, gaps, and voices from the past. Pure."""

from __future__ import annotations

from enum import Enum, auto

from natter_protocol.base import Lane, Message


class Verdict(Enum):
    """What is to be done with a message."""

    NEW = auto()
    GAP = auto()
    """New, but something from the same publisher between it and the newest so far is missing: read the log."""
    REPEAT = auto()
    """Heard before, or (live) overtaken by a later one."""
    STALE = auto()
    """From a claim that is no longer the valid one (rule R4)."""


class Sequences:
    """Judges messages of one session by publisher, claim and sequence number."""

    def __init__(self) -> None:
        self._claims: dict[str, int] = {}
        self._next: dict[tuple[str, int], int] = {}
        self._ahead: dict[tuple[str, int], set[int]] = {}
        self._highest: dict[tuple[str, int], int] = {}
        self._newest: dict[tuple[str, int, str, int], int] = {}

    def claim_of(self, service: str) -> int:
        """Return the valid claim of ``service`` as far as is known, or 0."""
        return self._claims.get(service, 0)

    def set_claim(self, service: str, claim: int) -> None:
        """From now on only ``claim`` (or a later one) speaks for ``service``."""
        self._claims[service] = max(claim, self._claims.get(service, 0))

    def accept(self, message: Message) -> Verdict:
        """Judge ``message`` and remember it."""
        if 0 < message.claim < self._claims.get(message.by, 0):
            return Verdict.STALE
        self.set_claim(message.by, message.claim)
        if message.lane is Lane.EVT:
            return self._accept_fact(message)
        if message.lane is Lane.LIVE:
            key = (message.by, message.claim, message.type_name(), message.epoch)
            if message.seq <= self._newest.get(key, 0):
                return Verdict.REPEAT
            self._newest[key] = message.seq
        return Verdict.NEW

    def remember(self, message: Message) -> bool:
        """Note a fact read from the log, of whatever claim; return whether it was new."""
        return self._accept_fact(message) is not Verdict.REPEAT

    def _accept_fact(self, message: Message) -> Verdict:
        """A gap is told of once, by the message that opens it; what fills it later is new whenever it comes.

        A publisher that got no acknowledgement says the same again, so a fact may come seconds after its
        successors.
        """
        key = (message.by, message.claim)
        expected = self._next.get(key, 1)
        ahead = self._ahead.setdefault(key, set())
        if message.seq < expected or message.seq in ahead:
            return Verdict.REPEAT
        ahead.add(message.seq)
        if not message.claim:  # an assignment: it founds a claim, its number is random
            return Verdict.NEW
        while expected in ahead:
            ahead.discard(expected)
            expected += 1
        self._next[key] = expected
        highest = self._highest.get(key, 0)
        self._highest[key] = max(highest, message.seq)
        return Verdict.GAP if message.seq > highest + 1 else Verdict.NEW
