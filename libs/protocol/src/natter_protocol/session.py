"""The life of a session, from its opening to its end, and who serves it."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import msgspec

from natter_protocol.base import Lane, Message
from natter_protocol.settings import SessionSettings


class SessionOpened(Message, tag="session.opened", frozen=True, kw_only=True):
    """A client has opened a session. ``trace`` is the context of the whole call."""

    lane: ClassVar[Lane] = Lane.EVT

    dialect: str
    owner: str
    """Who may come back to it: a fingerprint of the key, never the key."""
    opened_at: float
    """Wall clock, seconds since the epoch; for records only."""


class SessionConfigured(Message, tag="session.configured", frozen=True, kw_only=True):
    """The whole configuration from here on; a later version replaces an earlier one."""

    lane: ClassVar[Lane] = Lane.EVT

    version: int
    settings: SessionSettings


class SessionAssigned(Message, tag="session.assigned", frozen=True, kw_only=True):
    """``service`` of the session is given to ``instance``.

    Written with an expected last sequence on its own subject ``evt.assigned.<service>``, so that of
    two gateways only one succeeds; the position it gets in the stream *is* the claim number.
    """

    lane: ClassVar[Lane] = Lane.EVT

    service: str
    instance: str
    after: int = 0
    """Sequence of the assignment that this one replaces, or 0: the order of assignments."""


class SessionTake(Message, tag="session.take", frozen=True, kw_only=True):
    """Sent as a request: ``instance`` takes ``service`` of this session under ``number`` and confirms.

    Everybody else in the session learns from it which claim is the valid one.
    """

    lane: ClassVar[Lane] = Lane.CTL

    service: str
    instance: str
    number: int


class CloseReason(StrEnum):
    """Why a session ended."""

    CLIENT = "client"
    """The client ended it, or dropped and did not come back."""
    EXPIRED = "expired"
    """It reached its longest allowed duration."""
    ABANDONED = "abandoned"
    """No gateway owned it any more."""
    FAILED = "failed"
    """An error ended it; see the ``errors.raised`` before it."""
    SHUTDOWN = "shutdown"
    """The platform was stopped."""


class Spread(msgspec.Struct, frozen=True):
    """How one duration was spread over the turns of a call, in milliseconds."""

    name: str
    owner: str
    p50: float
    p95: float
    worst: float


class SessionMeasured(Message, tag="session.measured", frozen=True, kw_only=True):
    """The latency ledgers of a whole call, summed up; said before it is closed."""

    lane: ClassVar[Lane] = Lane.EVT

    turns: int
    """How many were answered, and measured."""
    total: Spread
    steps: tuple[Spread, ...]
    unaccounted: Spread
    speculations: int = 0
    """How many answers were begun before the turn was surely over."""
    kept: int = 0
    """How many of them were given."""


class SessionClosed(Message, tag="session.closed", frozen=True, kw_only=True):
    """The session is over; every worker releases it."""

    lane: ClassVar[Lane] = Lane.EVT

    reason: CloseReason
    detail: str = ""
    duration_s: float = 0.0
    input_s: float = 0.0
    """Seconds of audio that the client sent."""
