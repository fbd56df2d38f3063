"""What the client hears, and when: the ledger of the replies of one session (rule R7). Pure.

Time is an argument. A player on the other side is assumed to play what it gets at once and at 1x; the
playout sends so little ahead (60 ms, to half a frame) that the assumption hardly matters. Replies play one after
the other in the order of their epochs, and only those that were committed or granted; what belongs
to a speculation waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from natter_gateway.spoken import Spoken
from natter_protocol.audio import FRAME_MS, AudioFrame
from natter_protocol.playback import CREDIT_S
from natter_protocol.reply import Outcome
from natter_protocol.tts import TtsSegment, Word

LEAD_STEP_MS: Final = 20
MAX_LEAD_MS: Final = 200
"""After an underrun, the synthesis' or our own, the lead grows by one frame, to this at most."""
SLACK_MS: Final = FRAME_MS / 2
"""What is missing to the lead by no more than this waits for the next tick. Ticks come a little early and late: without
it, each that is late would send a frame more, and half of the time the client would be further ahead than it has to."""
RESEND_S: Final = 0.3
"""How long missing audio is waited for before the reply is cut at the last whole word."""
MAX_BEHIND_S: Final = 5.0
"""A client's own account of what it has played may lag so far behind what it was sent."""
MAX_RESEND_S: Final = 30.0
"""What is asked for again when a reply is taken over: all that ``tts`` still has."""
STALL_S: Final = 20.0
"""A reply that may be heard but of which nothing comes for so long has failed."""


@dataclass(frozen=True, slots=True)
class Started:
    """The first sample of a reply is about to be sent."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Send:
    """Audio for the client: PCM16 at the session's output rate."""

    epoch: int
    pcm: bytes
    ahead: int = 0
    """Samples that were sent before it and are not heard yet."""


@dataclass(frozen=True, slots=True)
class Spoke:
    """A word whose sound has begun to be sent."""

    epoch: int
    word: Word


@dataclass(frozen=True, slots=True)
class Missing:
    """Audio that did not arrive and is to be asked for again."""

    epoch: int
    first_sample: int
    end_sample: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A reply is over. ``text`` is what was heard of it."""

    epoch: int
    text: str
    heard: int
    outcome: Outcome
    announced: bool
    """Whether it had started for the client."""
    unheard: int = 0
    """Samples that were sent and not heard."""


Step = Started | Send | Spoke | Missing | Ended


@dataclass(frozen=True, slots=True)
class Position:
    """Where the playout of a reply stands, in samples of the reply."""

    epoch: int
    heard: int
    sent: int
    held: bool
    starved: bool


class Playout:
    """The replies of one session.

    Args:
        rate: samples per second of the agent's audio.
        lead_ms: how far ahead of playback audio is sent.
    """

    def __init__(self, rate: int, lead_ms: int = 60) -> None:
        self.rate = rate
        self.lead_ms = lead_ms
        self.current: int | None = None
        self._replies: dict[int, Spoken] = {}
        self._over: set[int] = set()
        self._held_until: float | None = None
        self._paused = False
        self._last_tick: float | None = None
        self._ended: list[Step] = []

    # -- what it is told ------------------------------------------------------------------------

    def allow(self, epoch: int, now: float) -> None:
        """The reply was committed or granted: it may be heard."""
        if epoch not in self._over:
            reply = self._reply(epoch)
            reply.allowed = True
            reply.active_at = now

    def audio(self, frame: AudioFrame, now: float) -> None:
        """A frame of a reply has arrived; frames of replies that are over are dropped."""
        if frame.epoch not in self._over:
            reply = self._reply(frame.epoch)
            reply.active_at = now
            reply.add(frame)

    def segment(self, segment: TtsSegment) -> None:
        """The words of a piece of a reply are known (or known better)."""
        if segment.epoch not in self._over:
            self._reply(segment.epoch).words_of(segment)

    def fail(self, epoch: int) -> None:
        """The reply cannot be spoken further; what has arrived is still played."""
        if epoch not in self._over:
            self._reply(epoch).failed = True

    def void(self, epoch: int) -> None:
        """The reply is over, now."""
        if epoch in self._over or epoch not in self._replies:
            self._over.add(epoch)
            return
        reply = self._replies[epoch]
        self._end(reply, Outcome.INTERRUPTED if reply.heard > 0 else Outcome.UNHEARD)

    def void_through(self, epoch: int) -> None:
        """Every reply up to ``epoch`` is over, now."""
        for known in [known for known in self._replies if known <= epoch]:
            self.void(known)
        self._over = {over for over in self._over if over > epoch} | set(range(max(1, epoch - 64), epoch + 1))

    def hold(self, until: float) -> None:
        """Send nothing more until :meth:`resume`, a void, or the moment ``until``."""
        self._held_until = until

    def resume(self) -> None:
        """Go on from the very sample."""
        self._held_until = None

    def pause(self) -> None:
        """Nobody is there to hear it: send nothing until :meth:`go_on`."""
        self._paused = True

    def go_on(self, now: float) -> None:
        """Somebody is there again; what was waiting has not stalled meanwhile."""
        self._paused = False
        for reply in self._replies.values():
            reply.active_at = now
            reply.missing_since = None

    def ack(self, epoch: int, played: int) -> None:
        """The client has played ``played`` samples of a reply."""
        if epoch in self._replies:
            self._replies[epoch].ack(played, int(MAX_BEHIND_S * self.rate))

    def restore(self, epoch: int, sample: int | None, now: float) -> list[Step]:
        """Take a running reply over from another gateway, its segments known.

        Args:
            sample: how far it was heard, or None if the client does not know of it yet.

        Returns what is to be asked of ``tts``.
        """
        self.allow(epoch, now)
        reply = self._reply(epoch)
        if sample is not None:
            reply.go_on_from(sample)
        return [Missing(epoch, reply.sent, reply.sent + int(MAX_RESEND_S * self.rate))]

    # -- what it does ---------------------------------------------------------------------------

    def tick(self, now: float) -> list[Step]:
        """Let time pass up to ``now``; return what is to be done, in order."""
        elapsed = 0.0 if self._last_tick is None else max(0.0, now - self._last_tick)
        self._last_tick = now
        steps: list[Step] = []
        if self._held_until is not None and now >= self._held_until:
            self._held_until = None
        reply = self._playing()
        if reply is not None:
            reply.advance(elapsed * self.rate)
            steps += self._play(reply, now, elapsed)
        steps += self.take_ended()
        return steps

    def take_ended(self) -> list[Step]:
        """Return the endings since the last call; also part of :meth:`tick`."""
        ended, self._ended = self._ended, []
        return ended

    def position(self) -> Position | None:
        """Return where the current reply stands, or None if none is being played."""
        reply = self._playing()
        if reply is None or not reply.announced:
            return None
        held = self._paused or self._held_until is not None
        return Position(reply.epoch, int(reply.heard), reply.sent, held, reply.starved)

    def credit(self) -> int:
        """Return up to which sample of the current reply ``tts`` may send."""
        reply = self._replies.get(self.current or 0)
        return int((reply.heard if reply else 0) + CREDIT_S * self.rate)

    @property
    def busy(self) -> bool:
        """Whether a reply is expected or being heard."""
        return any(reply.allowed for reply in self._replies.values())

    @property
    def held(self) -> bool:
        """Whether an overlap is being looked at."""
        return self._held_until is not None

    def heard_text(self, epoch: int) -> str:
        """Return what of a running reply has been heard."""
        reply = self._replies.get(epoch)
        return reply.heard_text() if reply else ""

    # -- inside ---------------------------------------------------------------------------------

    def _reply(self, epoch: int) -> Spoken:
        return self._replies.setdefault(epoch, Spoken(epoch))

    def _playing(self) -> Spoken | None:
        if self.current is not None and self.current in self._replies:
            return self._replies[self.current]
        waiting = [epoch for epoch, reply in self._replies.items() if reply.allowed]
        self.current = min(waiting, default=None)
        return self._replies[self.current] if self.current is not None else None

    def _play(self, reply: Spoken, now: float, elapsed: float) -> list[Step]:
        steps: list[Step] = []
        silent = self._paused or self._held_until is not None
        if not silent:
            steps += self._send(reply, late=elapsed * 1000 >= self.lead_ms - SLACK_MS)
            steps += self._missing(reply, now)
        if reply.complete and reply.heard >= reply.sent:
            self._end(reply, Outcome.FAILED if reply.failed else Outcome.COMPLETED)
        elif now - reply.active_at > STALL_S and reply.heard >= reply.sent and not silent:
            self._end(reply, Outcome.FAILED)
        return steps

    def _send(self, reply: Spoken, *, late: bool) -> list[Step]:
        steps: list[Step] = []
        dry = reply.announced and reply.paced >= reply.sent
        if dry and not reply.has_audio:
            reply.starved = not reply.complete
        elif reply.starved or (dry and late):
            reply.starved = False
            self.lead_ms = min(self.lead_ms + LEAD_STEP_MS, MAX_LEAD_MS)
        lead = (self.lead_ms - SLACK_MS) * self.rate / 1000
        while (ahead := reply.sent - reply.paced) < lead and (pcm := reply.next_piece(self.rate * FRAME_MS // 1000)):
            if not reply.announced:
                reply.announced = True
                steps.append(Started(reply.epoch))
            steps.append(Send(reply.epoch, pcm, int(ahead)))
            steps += [Spoke(reply.epoch, word) for word in reply.begun_words()]
        return steps

    def _missing(self, reply: Spoken, now: float) -> list[Step]:
        gap = reply.gap()
        if gap is None:
            reply.missing_since = None
            return []
        if reply.missing_since is None:
            reply.missing_since = now
            return [Missing(reply.epoch, *gap)]
        if now - reply.missing_since > RESEND_S:
            reply.cut()
        return []

    def _end(self, reply: Spoken, outcome: Outcome) -> None:
        self._replies.pop(reply.epoch, None)
        self._over.add(reply.epoch)
        if self.current == reply.epoch:
            self.current = None
            self._held_until = None
        text = reply.full_text() if outcome is Outcome.COMPLETED else reply.heard_text()
        heard = int(reply.heard)
        self._ended.append(Ended(reply.epoch, text, heard, outcome, reply.announced, reply.sent - heard))
