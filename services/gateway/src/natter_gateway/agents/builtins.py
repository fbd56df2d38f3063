"""The tools that the platform itself brings. An agent gets one by ``{"type": "builtin", "name": ...}``.

So a tool of a user's own may have the same name; only names with the reserved prefix are refused for those.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from natter_protocol.settings import ExecutionMode, Tool

RESERVED_PREFIX: Final = "aai_"
"""Of the API that this one is compatible with: its built-in tools have such names, now or later."""
END_CALL: Final = "end_call"


@dataclass(frozen=True, slots=True)
class Builtin:
    """A tool of the platform, as a model is told of it."""

    name: str
    description: str
    parameters: dict[str, Any]
    mode: ExecutionMode = ExecutionMode.INTERACTIVE

    @property
    def tool(self) -> Tool:
        """It as a part of a session's settings."""
        return Tool(self.name, self.description, self.parameters, mode=self.mode, timeout_s=60.0, builtin=True)


BUILTINS: Final = {
    builtin.name: builtin
    for builtin in (
        Builtin(
            END_CALL,
            "End the call. Use it when the user says goodbye or has nothing more to ask, and say a short goodbye "
            "together with it: the call ends once that was heard. If the user goes on speaking, it does not end.",
            {
                "type": "object",
                "properties": {"reason": {"type": "string", "description": "Why the call ends, in a few words."}},
                "required": [],
            },
        ),
    )
}
"""All of them, by name."""
