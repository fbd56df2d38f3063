"""Between instances: who takes a session, who is alive, who is what. No session's coordinates."""

from __future__ import annotations

from typing import Any, ClassVar

from natter_protocol.base import Lane, Message


class SvcClaim(Message, tag="svc.claim", frozen=True, kw_only=True):
    """A gateway looks for a worker for ``session``. Asked of the service's queue group."""

    lane: ClassVar[Lane] = Lane.SVC

    gateway: str
    """Instance of the asking gateway."""


class SvcOffer(Message, tag="svc.offer", frozen=True, kw_only=True):
    """The answer of a worker that has room: its subscriptions for the session are live."""

    lane: ClassVar[Lane] = Lane.SVC

    instance: str


class SvcFull(Message, tag="svc.full", frozen=True, kw_only=True):
    """The answer of a worker that has no room (it is leaving the queue group)."""

    lane: ClassVar[Lane] = Lane.SVC

    instance: str


class SvcTaken(Message, tag="svc.taken", frozen=True, kw_only=True):
    """The confirmation of a ``session.take``."""

    lane: ClassVar[Lane] = Lane.SVC

    instance: str


class SvcBeat(Message, tag="svc.beat", frozen=True, kw_only=True):
    """An instance is alive; once a second, and at once when it starts to drain."""

    lane: ClassVar[Lane] = Lane.SVC

    instance: str
    sessions: int = 0
    capacity: int = 0
    draining: bool = False
    """Its sessions are to be claimed anew by others; it serves them until they are."""
    gone: bool = False
    """This is its last: what it still served is served by nobody now."""


class SvcPing(Message, tag="svc.ping", frozen=True, kw_only=True):
    """Asked directly of an instance whose heartbeat is late."""

    lane: ClassVar[Lane] = Lane.SVC


class SvcPong(Message, tag="svc.pong", frozen=True, kw_only=True):
    """The answer to a ping, or to a request for information."""

    lane: ClassVar[Lane] = Lane.SVC

    instance: str
    sessions: int = 0
    capacity: int = 0
    engine: str = ""
    model: str = ""
    version: str = ""
    details: dict[str, Any] = {}
    """What the engine declares: languages, sample rate, voices, capabilities."""
