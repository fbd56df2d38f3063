"""The languages that clients speak. A dialect is a pure mapping; a new one is one file."""

from __future__ import annotations

from typing import Protocol

from natter_gateway.commands import Command
from natter_gateway.events import Event
from natter_protocol.settings import SessionSettings


class Dialect(Protocol):
    """One client's language, for one connection."""

    name: str

    def parse(self, text: str, settings: SessionSettings | None) -> Command:
        """Return what the client asks for.

        Args:
            text: one message from the wire.
            settings: the session's present settings; None before it is opened.

        Raises:
            ClientError: it cannot be understood, or is not allowed now.
        """
        ...

    def render(self, event: Event, timestamp: float) -> list[str]:
        """Return the messages that tell the client of ``event``; none if the dialect has no word for it."""
        ...
