"""Who may ask: whoever shows an API key. A temporary token opens a socket and nothing else."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader

from natter_gateway.rest.context import Ctx
from natter_gateway.rest.errors import UNAUTHORIZED, VALIDATION, ApiError

_SCHEME: Final = APIKeyHeader(
    name="Authorization", auto_error=False, scheme_name="API key", description="`Bearer <API key>`, or the key alone."
)
Key = Annotated[str | None, Depends(_SCHEME)]


def owner_of(request: Request, context: Ctx, shown: Key) -> str:
    """Return whose request it is: a fingerprint of the key.

    Raises:
        ApiError: there is no key, or not one of ours.
    """
    owner = context.gatekeeper.owner({"authorization": shown or ""}, {})
    if owner is None:
        raise ApiError(401, UNAUTHORIZED, "Authentication failed")
    return owner


def token_owner_of(request: Request, context: Ctx, shown: Key) -> str:
    """The same for the routes that make tokens, which have always answered in their own way.

    Raises:
        ApiError: 422 without a key, 404 with a wrong one.
    """
    owner = context.gatekeeper.owner({"authorization": shown or ""}, {})
    if owner is not None:
        return owner
    if not shown:
        raise ApiError(422, VALIDATION, "Expected the header Authorization with an API key", "authorization")
    raise ApiError(404, UNAUTHORIZED, "Invalid API key")


Owner = Annotated[str, Depends(owner_of)]
TokenOwner = Annotated[str, Depends(token_owner_of)]
