"""The far ends of the benchmark's lines, saying what a test wants."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from natter_cli.client import VoiceAgent
from natter_cli.events import Event, Other


class FakeAgent(VoiceAgent):
    """A call to Natter in which these events come, and then nothing."""

    def __init__(self, *events: Event | Other) -> None:
        self._coming = events

    async def __aiter__(self) -> AsyncIterator[Event | Other]:
        for event in self._coming:
            yield event


class FakeSocket:
    """A bot's WebSocket from which these messages come."""

    def __init__(self, *messages: str | bytes) -> None:
        self._coming = messages
        self.sent: list[Any] = []

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        for message in self._coming:
            yield message

    async def send(self, message: Any) -> None:
        self.sent.append(message)
