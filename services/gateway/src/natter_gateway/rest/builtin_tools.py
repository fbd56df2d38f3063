"""The tools that the platform brings."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from natter_gateway.agents.builtins import BUILTINS
from natter_gateway.agents.models import Shown
from natter_gateway.rest.auth import Owner
from natter_gateway.rest.errors import documented

router = APIRouter(prefix="/builtin-tools", tags=["agents"])


class BuiltinTool(Shown):
    """A tool of the platform; an agent gets it by ``{"type": "builtin", "name": ...}``."""

    name: str
    description: str
    parameters: dict[str, Any]
    execution_mode: str


class BuiltinTools(Shown):
    """All of them."""

    builtin_tools: list[BuiltinTool]


@router.get("", responses=documented())
async def list_builtin_tools(owner: Owner) -> BuiltinTools:
    """List the built-in tools."""
    return BuiltinTools(
        builtin_tools=[
            BuiltinTool(
                name=tool.name, description=tool.description, parameters=tool.parameters, execution_mode=tool.mode.value
            )
            for tool in BUILTINS.values()
        ]
    )
