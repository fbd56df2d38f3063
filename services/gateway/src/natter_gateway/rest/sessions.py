"""Records of sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from natter_gateway.agents.document import when
from natter_gateway.agents.models import Shown
from natter_gateway.rest.artifacts import Artifact, artifacts_of
from natter_gateway.rest.auth import Owner
from natter_gateway.rest.context import Ctx
from natter_gateway.rest.errors import ApiError, documented, not_found
from natter_gateway.rest.paging import IDS, Cursor, Id, Limit, Listed, listed
from natter_gateway.store import sessions
from natter_gateway.store.sessions import SessionRow, Status
from natter_runtime.names import SESSION

router = APIRouter(prefix="/sessions", tags=["sessions"])


class SessionSummary(Shown):
    """A session in a list."""

    id: Annotated[str, Field(examples=["sess_0f2b7c5ad9d94c0c8a4f3d5d7f2b9e61"])]
    agent_id: str | None
    status: Status
    public_close_reason: Annotated[str | None, Field(examples=["client"])]
    """``client``, ``agent``, ``expired``, ``abandoned``, ``failed`` or ``shutdown``."""
    duration_seconds: float | None
    created_at: datetime
    ended_at: datetime | None


class SessionList(Listed):
    """A page of sessions."""

    sessions: list[SessionSummary]


class TokenUsage(Shown):
    """What one model read and wrote."""

    model: str
    input_tokens: int
    output_tokens: int


class UsageRead(Shown):
    """What a call used."""

    session_seconds: float
    audio_in_seconds: float
    audio_out_seconds: float
    llm: list[TokenUsage]
    tts_characters: int
    tool_calls: int


class CostRead(Shown):
    """What a call cost, by the operator's prices as they were when it ended."""

    currency: str
    total: float
    parts: dict[str, float]
    unpriced_models: list[str]


class SpreadRead(Shown):
    """How one duration was spread over the answers of a call, in milliseconds."""

    p50_ms: float
    p95_ms: float
    worst_ms: float


class StepRead(SpreadRead):
    """One step from the user's last sound to the agent's first, and the service that it was spent in."""

    name: str
    owner: str


class LatencyRead(Shown):
    """How long the user waited for answers; each answer's own ledger is in the timeline."""

    answers: int
    """How many were measured."""
    total: SpreadRead
    steps: list[StepRead]
    unaccounted: SpreadRead
    """What no step claims."""
    speculations: int
    """Answers that were begun before the turn was surely over."""
    kept: int
    """Of these, how many were given."""


class SessionDetail(SessionSummary):
    """A session. What is known only at its end is null until then."""

    config: dict[str, Any] | None
    usage: UsageRead | None
    cost: CostRead | None
    """Null where the operator keeps no prices."""
    latency: LatencyRead | None
    """Null if no answer was heard."""
    artifacts: list[Artifact]
    trace_url: str | None
    """Its trace in Jaeger, where the operator has said where that is."""


@router.get("", responses=documented())
async def list_sessions(
    owner: Owner,
    context: Ctx,
    limit: Limit = 50,
    cursor: Cursor = "",
    status: Annotated[Status | None, Query(description="Only sessions that stand so.")] = None,
    agent_id: Annotated[str, Query(pattern=rf"{IDS}|^$", description="Only sessions with this agent.")] = "",
) -> SessionList:
    """List sessions, newest first."""
    narrowed = status.value if status is not None else ""
    page = await context.office.database.read(
        lambda connection: sessions.page(connection, owner, limit, cursor, status=narrowed, agent_id=agent_id)
    )
    items = [SessionSummary(**_summary(row)) for row in page.items]
    return SessionList.model_validate({"sessions": items, **listed(page.next_cursor)})


@router.get("/{session_id}", responses=documented(404))
async def get_session(request: Request, owner: Owner, context: Ctx, session_id: Id) -> SessionDetail:
    """Show a session, with links to what remains of it."""
    row = await context.office.database.read(lambda connection: sessions.get(connection, owner, session_id))
    if row is None:
        raise not_found("session")
    return SessionDetail.model_validate(
        {
            **_summary(row),
            "config": row.settings,
            "usage": row.usage,
            "cost": row.cost,
            "latency": (row.timeline or {}).get("latency"),
            "artifacts": artifacts_of(request, context, row),
            "trace_url": _trace(context.config.traces_url, row.id),
        }
    )


@router.delete("/{session_id}", status_code=204, responses=documented(404, 409))
async def delete_session(owner: Owner, context: Ctx, session_id: Id) -> Response:
    """Delete a session for good: its record, its sound, its facts in the event log."""
    row = await context.office.database.read(lambda connection: sessions.get(connection, owner, session_id))
    if row is None:
        raise not_found("session")
    if row.status == Status.ACTIVE:
        raise ApiError(409, "session_active", "The session is still running: end it first")
    await context.office.retention.delete(row.id)
    return Response(status_code=204)


def _trace(page: str, session: str) -> str | None:
    """Return where the trace of a session is found: by the attribute that its root span carries."""
    if not page:
        return None
    tags = f'{{"{SESSION}":"{session}"}}'
    return f"{page.rstrip('/')}/search?service=natter-gateway&tags={quote(tags)}"


def _summary(row: SessionRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "agent_id": row.agent_id or None,
        "status": row.status,
        "public_close_reason": row.close_reason,
        "duration_seconds": row.duration_s,
        "created_at": when(row.created_at),
        "ended_at": when(row.ended_at) if row.ended_at is not None else None,
    }
