"""What a receiver has heard from each publisher: repeats, gaps, and voices from the past. Pure."""

from __future__ import annotations

from enum import Enum, auto

from natter_protocol.base import Lane, Message


class Verdict(Enum):
    """What is to be done with a message."""

    NEW = auto()
    GAP = auto()
    """New, but something from the same publisher before it is missing: read the log."""
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

    def forgive(self) -> None:
        """Take all gaps for closed: the log was read, and what it lacks was never stored."""
        for key, ahead in self._ahead.items():
            if ahead and key[1]:
                self._next[key] = max(ahead) + 1
                ahead.clear()

    def _accept_fact(self, message: Message) -> Verdict:
        key = (message.by, message.claim)
        expected = self._next.get(key, 1)
        ahead = self._ahead.setdefault(key, set())
        if message.seq < expected or message.seq in ahead:
            return Verdict.REPEAT
        if not message.claim:  # an assignment: it founds a claim, its number is random
            ahead.add(message.seq)
            return Verdict.NEW
        if message.seq > expected:
            ahead.add(message.seq)
            return Verdict.GAP
        expected += 1
        while expected in ahead:
            ahead.discard(expected)
            expected += 1
        self._next[key] = expected
        return Verdict.NEW
