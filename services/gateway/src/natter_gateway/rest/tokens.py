"""Temporary tokens: what a server gives to its browsers instead of its key."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field

from natter_gateway.agents.document import when
from natter_gateway.agents.models import Shown
from natter_gateway.rest.auth import TokenOwner
from natter_gateway.rest.context import Ctx
from natter_gateway.rest.errors import documented

router = APIRouter(tags=["tokens"])


class Token(Shown):
    """A token that opens a socket (``?token=``) for a while; the session it opened may last longer."""

    token: Annotated[str, Field(examples=["nt_AQAAAAB..."])]
    expires_in_seconds: int


class TokenCreate(Shown):
    """What is wanted of a token."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"expires_in_seconds": 120}]})

    expires_in_seconds: Annotated[int, Field(ge=1, le=600)] = 60


class CreatedToken(Shown):
    """A token, and until when it opens a socket."""

    token: str
    expires_at: datetime


@router.get("/token", responses=documented(404))
async def get_token(
    owner: TokenOwner,
    context: Ctx,
    expires_in_seconds: Annotated[int, Query(ge=1, le=600, description="So long it opens a socket.")],
    max_session_duration_seconds: Annotated[
        int, Query(ge=60, le=10_800, description="So long a session that it opens may last.")
    ] = 10_800,
) -> Token:
    """Make a temporary token."""
    token, _ = context.mint.temporary(owner, expires_in_seconds, max_session_duration_seconds)
    return Token(token=token, expires_in_seconds=expires_in_seconds)


@router.post("/tokens", responses=documented(404))
async def create_token(owner: TokenOwner, context: Ctx, wanted: TokenCreate) -> CreatedToken:
    """Make a temporary token and tell when it expires."""
    token, ticket = context.mint.temporary(owner, wanted.expires_in_seconds)
    return CreatedToken(token=token, expires_at=when(ticket.expires_at))
