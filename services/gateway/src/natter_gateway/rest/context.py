"""What the routes work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from natter_gateway.auth import Gatekeeper
from natter_gateway.config import GatewayConfig
from natter_gateway.office import Office
from natter_gateway.tokens import Mint
from natter_runtime.bus import Bus
from natter_runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that a route may need."""

    config: GatewayConfig
    gatekeeper: Gatekeeper
    mint: Mint
    office: Office
    bus: Bus
    clock: Clock


def context_of(request: Request) -> Context:
    """Return the context of the application that got ``request``."""
    context: Context = request.app.state.context
    return context


Ctx = Annotated[Context, Depends(context_of)]
"""A parameter of a route."""
