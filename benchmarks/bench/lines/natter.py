"""A call to Natter over its WebSocket, as any client of the Voice Agent protocol makes it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from benchmarks.bench.lines import Began, Drop, Event, Line, LineError, Over, Sound, Spoken, Told
from benchmarks.bench.model import Script, mark
from benchmarks.bench.record import Word
from natter_cli import events as wire
from natter_cli.client import RATE, CallError, VoiceAgent, call

END_S: Final = 2.0


class Natter:
    """A running stack.

    Args:
        url: of its WebSocket.
        input: the ``input`` of the first ``session.update``: the preset.
    """

    name = "natter"

    def __init__(self, url: str, input: Mapping[str, Any]) -> None:
        self._url = url
        self._input = dict(input)

    @asynccontextmanager
    async def dial(self, call_id: str, script: Script) -> AsyncIterator[Line]:
        """See :class:`benchmarks.bench.lines.System`."""
        del script
        session = {"system_prompt": mark(call_id), "input": self._input, "extensions": ["turn.decision"]}
        try:
            async with call(self._url, session=session) as agent:
                yield NatterLine(agent)
                await agent.end(END_S)  # a socket that only drops is waited for
        except CallError as error:
            raise LineError(str(error)) from error


class NatterLine:
    """See :class:`benchmarks.bench.lines.Line`."""

    rate = RATE

    def __init__(self, agent: VoiceAgent) -> None:
        self._agent = agent
        self._texts: dict[str, str] = {}

    async def send(self, pcm: bytes) -> None:
        try:
            await self._agent.send_audio(pcm)
        except CallError as error:
            raise LineError(str(error)) from error

    async def events(self) -> AsyncIterator[Event]:
        async for event in self._agent:
            for heard in self._heard(event):
                yield heard

    def _heard(self, event: wire.Event | wire.Other) -> list[Event]:
        match event:
            case wire.ReplyAudio():
                return [Sound(event.reply_id, event.data)]
            case wire.AgentDelta():
                word = Word(event.delta, event.start_ms or 0.0, event.end_ms or 0.0)
                return [Spoken(event.reply_id, (word,))]
            case wire.ReplyStarted():
                return [Began(event.reply_id)]
            case wire.AgentText():
                self._texts[event.reply_id] = event.text
                return [Told(event.type_name(), event.text)]
            case wire.ReplyDone():
                completed = event.status == "completed"
                over = Over(event.reply_id, completed, self._texts.pop(event.reply_id, ""))
                return [over] if completed else [Drop(), over]
            case wire.SpeechStarted():
                return [Told(event.type_name()), Drop()]
            case wire.SessionError():
                raise LineError(f"{event.code}: {event.message}")
            case wire.ReplyError():
                return [Told(event.type_name(), f"{event.code}: {event.message}")]
            case wire.UserText() | wire.UserDelta():
                return [Told(event.type_name(), event.text)]
            case wire.Other():
                return [Told(event.type, str(event.fields.get("reason", "")))]
            case _:
                return [Told(event.type_name())]
