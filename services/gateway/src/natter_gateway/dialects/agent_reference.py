"""``agent_id`` in ``session.update``: a stored agent, named in the first update and there alone."""

from __future__ import annotations

from typing import Any, Final

from natter_gateway import failures
from natter_gateway.failures import ClientError

FIELD: Final = "agent_id"


def agent_in(update: dict[str, Any], *, first: bool) -> str:
    """Return the id of the agent that ``update`` names, or an empty string.

    Raises:
        ClientError: it stands beside other fields, comes too late, or is no id; in the first update that is fatal.
    """
    if FIELD not in update:
        return ""
    agent = update[FIELD]
    if not first:
        raise _wrong("agent_id can only be set on the first session.update", fatal=False)
    if len(update) > 1:
        raise _wrong("agent_id is mutually exclusive with other session fields", fatal=True)
    if not isinstance(agent, str) or not 0 < len(agent) <= 64:
        raise _wrong("'agent_id' must be a string of 1 to 64 characters", fatal=True)
    return agent


def _wrong(message: str, *, fatal: bool) -> ClientError:
    return ClientError(failures.INVALID_VALUE, message, FIELD, fatal=fatal)
