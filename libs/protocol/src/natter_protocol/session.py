"""The life of a session, from its opening to its end, and who serves it."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from natter_protocol.base import Lane, Message
from natter_protocol.settings import SessionSettings


class SessionOpened(Message, tag="session.opened", frozen=True, kw_only=True):
    """A client has opened a session. ``trace`` is the context of the whole call."""

    lane: ClassVar[Lane] = Lane.EVT

    dialect: str
    owner: str
    """Who may come back to it: a fingerprint of the key, never the key."""
    opened_at: float
    """Wall clock, seconds since the epoch."""
    max_s: float = 0.0
    """It may last so long at most, in seconds; 0: as long as the gateway that serves it allows."""
    agent: str = ""
    """Id of the stored agent that it was opened with, or empty."""


class SessionAdmitted(Message, tag="session.admitted", frozen=True, kw_only=True):
    """A token that is good for one session only was presented.

    Written under the token's own name in place of a session's, with an expected last sequence of 0, so
    that of two gateways that are shown the same token only one lets its bearer in.
    """

    lane: ClassVar[Lane] = Lane.EVT

    gateway: str
    """Instance that was shown the token."""


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


class SessionProgress(Message, tag="session.progress", frozen=True, kw_only=True):
    """How far the user's audio has come: from here another gateway goes on with the session.

    Written at most once a second while audio comes, and whenever the client's connection is lost or found
    again. While no client is connected the sample axis stands still.
    """

    lane: ClassVar[Lane] = Lane.EVT

    sample: int
    """Position on the sample axis (16 kHz) of the next frame of input."""
    received: int
    """Of these, the samples that the client sent; the others were filled in."""
    connected: bool = True


class CloseReason(StrEnum):
    """Why a session ended."""

    CLIENT = "client"
    """The client ended it."""
    AGENT = "agent"
    """The agent ended it: it said goodbye."""
    LOST = "lost"
    """The client's connection was lost, and it did not come back in time."""
    IDLE = "idle"
    """Nobody said anything for too long."""
    EXPIRED = "expired"
    """It reached its longest allowed duration."""
    ABANDONED = "abandoned"
    """No gateway owned it any more."""
    FAILED = "failed"
    """An error ended it; see the ``errors.raised`` before it."""
    SHUTDOWN = "shutdown"
    """The platform was stopped."""


class SessionClosed(Message, tag="session.closed", frozen=True, kw_only=True):
    """The session is over; every worker releases it."""

    lane: ClassVar[Lane] = Lane.EVT

    reason: CloseReason
    detail: str = ""
    duration_s: float = 0.0
    input_s: float = 0.0
    """Seconds of audio that the client sent."""
