"""What many routes have in common: ids in paths, and lists as they are asked for and answered."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Path, Query

from natter_gateway.agents.models import Shown

IDS: Final = r"^[A-Za-z0-9_-]{1,64}$"
Id = Annotated[str, Path(pattern=IDS, description="As a list or a creation gave it.")]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[str, Query(max_length=512, description="`next_cursor` of the page before; empty: the first page.")]


class ResponseMetadata(Shown):
    """Where the next page begins; empty on the last one."""

    next_cursor: str = ""


class Listed(Shown):
    """What every list has: newest first, in pages."""

    has_more: bool
    response_metadata: ResponseMetadata


def listed(next_cursor: str) -> dict[str, object]:
    """Return the common fields of a list."""
    return {"has_more": bool(next_cursor), "response_metadata": ResponseMetadata(next_cursor=next_cursor)}
