"""The facts of one session as far as one service knows them, and the state they fold to."""

from __future__ import annotations

from natter_protocol.base import Lane, Message
from natter_protocol.session import SessionAssigned
from natter_protocol.stt import SttFinal
from natter_protocol.tts import TtsSegment
from natter_runtime.fold import fold
from natter_runtime.sequence import Sequences, Verdict
from natter_runtime.state import SessionState
from natter_runtime.voids import Voids

_NOT_FOLDED = (SttFinal, TtsSegment)
"""Facts that no state depends on; they are heard, and not kept here."""


class Record:
    """Judges what is heard and keeps the facts. The state is folded when it is asked for."""

    def __init__(self) -> None:
        self.voids = Voids()
        self.sequences = Sequences()
        self._facts: list[Message] = []
        self._state: SessionState | None = None

    @property
    def state(self) -> SessionState:
        """The fold over all facts known so far."""
        if self._state is None:
            self._state = fold(self._facts)
        return self._state

    def hear(self, message: Message) -> Verdict:
        """Judge a message from another service; keep it if it is a fact, learn what is void."""
        verdict = self.sequences.accept(message)
        if isinstance(message, SessionAssigned):  # heard is not yet written: it may have been refused
            return verdict
        if verdict in (Verdict.NEW, Verdict.GAP):
            self._keep(message)
            if message.perishable and message.epoch in self.voids:
                return Verdict.STALE
        return verdict

    def read(self, message: Message) -> bool:
        """Keep a fact read from the log, of whatever claim; return whether it was new."""
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
