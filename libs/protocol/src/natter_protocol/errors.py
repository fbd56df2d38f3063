"""The one error of the protocol, the codes a session can end with, and the message that tells of one."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from natter_protocol.base import Lane, Message


class ProtocolError(Exception):
    """Bytes or names that are not Natter's protocol. Never a reason to stop a service."""


class ErrorCode(StrEnum):
    """Why something went wrong inside a session, in words a machine can act on."""

    AT_CAPACITY = "at_capacity"
    """No worker has room; try again later."""
    ENGINE_FAILED = "engine_failed"
    """A model raised or gave no answer in time; the session goes on."""
    LOG_UNAVAILABLE = "log_unavailable"
    """The event log did not take an event in time; the session ends."""
    OVERLOADED = "overloaded"
    """A queue that may not drop anything was full; the session ends."""
    WORKER_LOST = "worker_lost"
    """A worker is gone and nobody took its place in time; the session ends."""
    INTERNAL = "internal"
    """A defect. The details are in the service's log."""


class ErrorRaised(Message, tag="errors.raised", frozen=True, kw_only=True):
    """Something went wrong in one service; ``fatal`` means that the session cannot go on."""

    lane: ClassVar[Lane] = Lane.EVT

    code: ErrorCode
    message: str
    retryable: bool = False
    fatal: bool = False
