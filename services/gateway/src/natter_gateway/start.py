"""Where a session starts from: nothing, or what another gateway has left in the event log."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from natter_gateway import failures
from natter_gateway.auth import Access
from natter_gateway.failures import ClientError
from natter_protocol import codec, subjects
from natter_protocol.base import Lane, Message
from natter_protocol.errors import ProtocolError
from natter_protocol.session import CloseReason, SessionAssigned
from natter_protocol.settings import SessionSettings
from natter_protocol.tts import TtsSegment
from natter_runtime.bus import Bus
from natter_runtime.fold import fold
from natter_runtime.state import SessionState

ELSEWHERE: Final = "The session was resumed on another connection"
_TOO_LATE: Final = (CloseReason.LOST, CloseReason.EXPIRED, CloseReason.ABANDONED, CloseReason.IDLE)


@dataclass(frozen=True, slots=True)
class Start:
    """What a session is when a gateway begins to serve it.

    Attributes:
        opened_at: wall clock, seconds since the epoch.
        max_s: how long it may last from then on.
        agent: the stored agent whose settings these are, or empty.
        after: sequence of the gateway's assignment that ours replaces; 0 for a new session.
        left: its state as another gateway left it; None for a new session.
        segments: what ``tts`` has told of its replies.
    """

    id: str
    dialect: str
    owner: str
    settings: SessionSettings
    opened_at: float
    max_s: float
    agent: str = ""
    after: int = 0
    left: SessionState | None = None
    segments: tuple[TtsSegment, ...] = ()


def new_id() -> str:
    """Return the id of a new session, which nobody can guess."""
    return f"sess_{secrets.token_hex(16)}"


def fresh(
    dialect: str,
    access: Access,
    settings: SessionSettings,
    now: float,
    max_s: float,
    *,
    id: str = "",
    agent: str = "",
) -> Start:
    """Return the start of a new session; ``max_s`` is the gateway's own limit."""
    limit = min(max_s, access.max_session_s) if access.max_session_s else max_s
    return Start(id or new_id(), dialect, access.owner, settings, now, limit, agent)


async def left_behind(bus: Bus, session: str, max_s: float) -> Start | None:
    """Return the start of a session that is in the event log; None if there is none of that name.

    Raises:
        LogError: the log cannot be read.
    """
    try:
        stored = await bus.log.read(subjects.lane(session, Lane.EVT))
        own = subjects.assigned(session, "gateway")
    except ProtocolError:
        return None
    facts: list[Message] = []
    after = 0
    for event in stored:
        message = codec.decode(event.data)
        if isinstance(message, Message):
            facts.append(message)
        if isinstance(message, SessionAssigned) and event.subject == own:
            after = event.sequence
    state = fold(facts)
    if not state.opened:
        return None
    segments = tuple(fact for fact in facts if isinstance(fact, TtsSegment))
    limit = state.max_s or max_s
    return Start(
        session, state.dialect, state.owner, state.settings, state.opened_at, limit, state.agent, after, state, segments
    )


def admit(access: Access, session: str, owner: str) -> None:
    """Let the owner of a session come back to it, and nobody else.

    Raises:
        ClientError: it is somebody else's, or the token is good for another one.
    """
    if access.owner != owner or access.only_session not in ("", session):
        raise ClientError(failures.SESSION_FORBIDDEN, "The session belongs to another key", fatal=True)


def not_there() -> ClientError:
    """Return what is said of a session that nobody knows."""
    return ClientError(failures.SESSION_NOT_FOUND, "There is no such session", "session_id", fatal=True)


def over(reason: CloseReason) -> ClientError:
    """Return what is said of a session that is over, and cannot be come back to."""
    if reason in _TOO_LATE:
        return ClientError(failures.SESSION_EXPIRED, "The session is over: it was resumed too late", fatal=True)
    return ClientError(failures.SESSION_NOT_FOUND, "The session has ended", "session_id", fatal=True)


def check(start: Start | None, dialect: str, access: Access, now: float) -> Start:
    """Return ``start`` if the bearer of ``access`` may go on with it.

    Raises:
        ClientError: there is no such session, it is over, or it is somebody else's.
    """
    if start is None or start.dialect != dialect or start.left is None or not start.left.version:
        raise not_there()
    admit(access, start.id, start.owner)
    if start.left.closed is not None:
        raise over(start.left.closed)
    if now >= start.opened_at + start.max_s:
        raise over(CloseReason.EXPIRED)
    return start
