"""What remains of a call, to be fetched: its sound, its timeline, and what is known of the sound.

A link works for an hour without a key, so that it can be handed to a player or another program. With the key the
path alone works for good.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from natter_gateway.agents.document import when
from natter_gateway.agents.models import Shown
from natter_gateway.rest.auth import Key
from natter_gateway.rest.context import Context, Ctx
from natter_gateway.rest.errors import UNAUTHORIZED, ApiError, documented, not_found
from natter_gateway.rest.paging import Id
from natter_gateway.rest.recordings import AUDIO_TYPE, send
from natter_gateway.store import sessions
from natter_gateway.store.sessions import SessionRow

router = APIRouter(prefix="/sessions", tags=["sessions"])

LINK_S: Final = 3600
ArtifactType = Literal["audio", "timeline", "metadata"]
TYPES: Final[dict[ArtifactType, str]] = {
    "audio": AUDIO_TYPE,
    "timeline": "application/json",
    "metadata": "application/json",
}


class Artifact(Shown):
    """Something that remains of a call, and where it is for the next hour."""

    type: ArtifactType
    url: str
    content_type: str


def artifacts_of(request: Request, context: Context, row: SessionRow) -> list[Artifact]:
    """Return what there is of a session, with links."""
    there: dict[ArtifactType, object] = {"audio": row.recording, "timeline": row.timeline, "metadata": row.recording}
    expires = int(context.clock.wall()) + LINK_S
    base = (context.config.public_url or str(request.base_url)).rstrip("/")
    made = []
    for type, content in there.items():
        if content is not None and row.finalised_at is not None:
            signature = context.office.links.sign(row.id, type, expires)
            url = f"{base}/v1/sessions/{row.id}/artifacts/{type}?expires={expires}&signature={signature}"
            made.append(Artifact(type=type, url=url, content_type=TYPES[type]))
    return made


@router.get(
    "/{session_id}/artifacts/{artifact}",
    responses={
        200: {
            "description": "The artifact.",
            "content": {"audio/ogg": {"schema": {"type": "string", "format": "binary"}}, "application/json": {}},
        },
        **documented(404),
    },
    response_class=Response,
)
async def get_artifact(
    request: Request,
    context: Ctx,
    shown: Key,
    session_id: Id,
    artifact: ArtifactType,
    expires: Annotated[int, Query(description="Of a link.")] = 0,
    signature: Annotated[str, Query(max_length=128, description="Of a link.")] = "",
) -> Response:
    """Fetch an artifact, by a link of the session's details or with the key."""
    row = await _allowed(context, shown, session_id, artifact, expires, signature)
    if row is None:
        raise not_found("session")
    if row.finalised_at is None or (row.timeline if artifact == "timeline" else row.recording) is None:
        raise ApiError(404, "artifact_not_found", f"The session has no {artifact}, or not yet")
    if artifact == "audio":
        return await send(context.office, row.id, request.headers)
    return JSONResponse(row.timeline if artifact == "timeline" else _metadata(row))


async def _allowed(
    context: Context, shown: str | None, session: str, artifact: ArtifactType, expires: int, signature: str
) -> SessionRow | None:
    """Return the record, if whoever asks may have it.

    Raises:
        ApiError: neither a good link nor a key.
    """
    database = context.office.database
    if signature and context.office.links.good(session, artifact, expires, signature, context.clock.wall()):
        return await database.read(lambda connection: sessions.find(connection, session))
    owner = context.gatekeeper.owner({"authorization": shown or ""}, {})
    if owner is None or (signature and not shown):
        raise ApiError(401, UNAUTHORIZED, "Expected an API key, or a link that has not expired")
    return await database.read(lambda connection: sessions.get(connection, owner, session))


def _metadata(row: SessionRow) -> dict[str, Any]:
    return {
        "session_id": row.id,
        "started_at": when(row.created_at).isoformat(),
        "ended_at": when(row.ended_at).isoformat() if row.ended_at is not None else None,
        **(row.recording or {}),
    }
