"""The facts of one session as far as one service knows them, and the state they fold to."""

from __future__ import annotations

from natter_protocol.base import Lane, Message
from natter_protocol.reply import ReplyMeasured
from natter_protocol.session import SessionAssigned, SessionTake
from natter_protocol.stt import SttFinal
from natter_protocol.tts import TtsSegment
from natter_runtime.fold import fold
from natter_runtime.sequence import Sequences, Verdict
from natter_runtime.state import SessionState
from natter_runtime.voids import Voids

_NOT_FOLDED = (SttFinal, TtsSegment, ReplyMeasured)
"""Facts that no state depends on; they are heard, and not kept here."""


class Record:
    """Judges what is heard and keeps the facts. The state is folded when it is asked for."""

    def __init__(self) -> None:
        self.voids = Voids()
        self.sequences = Sequences()
        self._facts: list[Message] = []
        self._state: SessionState | None = None
        self._announced: dict[str, SessionAssigned] = {}
        self._takes: dict[str, SessionTake] = {}
        self._since: dict[str, dict[int, int]] = {}

    @property
    def state(self) -> SessionState:
        """The fold over all facts known so far."""
        if self._state is None:
            self._state = fold(self._facts)
        return self._state

    def hear(self, message: Message) -> Verdict:
        """Judge a message from another service; keep it if it is a fact, learn what is void."""
        if isinstance(message, SessionAssigned):
            self._announced[message.service] = message
            self._match(message.service)
            return Verdict.NEW
        verdict = self.sequences.accept(message)
        if verdict in (Verdict.NEW, Verdict.GAP):
            self._keep(message)
            if message.perishable and message.epoch in self.voids:
                return Verdict.STALE
        return verdict

    def taken(self, take: SessionTake) -> None:
        """Somebody has taken a service: from now on that claim is the valid one."""
        self.sequences.set_claim(take.service, take.number)
        self._since.setdefault(take.service, {})[take.number] = take.number
        self._takes[take.service] = take
        self._match(take.service)

    def _match(self, service: str) -> None:
        """Keep an assignment that was heard once it is taken; heard alone it may have been refused."""
        announced, take = self._announced.get(service), self._takes.get(service)
        if announced is not None and take is not None and announced.instance == take.instance:
            del self._announced[service], self._takes[service]
            self.read(announced, take.number)

    def read(self, message: Message, sequence: int) -> bool:
        """Keep a fact that the log has at ``sequence``; return whether it was new.

        What was said under an older claim is history. But what was stored after a newer claim had spoken
        comes from a worker that did not know yet that it had lost the session, and is dropped here as it
        is when heard.
        """
        if message.claim:
            since = self._since.setdefault(message.by, {})
            if any(claim > message.claim and first < sequence for claim, first in since.items()):
                return False
            since[message.claim] = min(sequence, since.get(message.claim, sequence))
            self.sequences.set_claim(message.by, message.claim)
        if not self.sequences.remember(message):
            return False
        self._keep(message)
        return True

    def say(self, message: Message) -> None:
        """Keep what this service says itself."""
        if message.lane is Lane.EVT:
            self.sequences.remember(message)
        self._keep(message)

    def _keep(self, message: Message) -> None:
        self.voids.note(message)
        if message.lane is Lane.EVT and not isinstance(message, _NOT_FOLDED):
            self._facts.append(message)
            self._state = None
