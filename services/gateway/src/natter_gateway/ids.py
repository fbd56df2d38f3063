"""The names by which a client knows turns and replies: made of the session and the coordinates.

So any gateway gives a thing the same name, and what is read in a record is what was seen on the socket.
"""

from __future__ import annotations

import hashlib


def reply_id(session: str, epoch: int) -> str:
    """Return the name of a reply."""
    return _id("resp", session, f"reply.{epoch}")


def agent_item(session: str, epoch: int) -> str:
    """Return the name of what the agent said in a reply."""
    return _id("msg", session, f"reply.{epoch}")


def user_item(session: str, turn: int) -> str:
    """Return the name of what the user said in a turn."""
    return _id("msg", session, f"turn.{turn}")


def _id(prefix: str, session: str, what: str) -> str:
    digest = hashlib.blake2s(f"{session}.{what}".encode(), digest_size=16)
    return f"{prefix}_{digest.hexdigest()}"
