"""``natter talk``: a call from the command line, with a WAV file or with microphone and loudspeaker."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from natter_cli import config, levels, wav
from natter_cli.client import RATE, CallError, VoiceAgent, call, refusal
from natter_cli.events import ReplyAudio, ReplyDone, ReplyError, SessionError, SpeechStarted, ToolCall
from natter_cli.exchange import Exchange
from natter_cli.player import Player
from natter_cli.screen import Conversation, Ndjson, Screen, Summary
from natter_cli.terminal import colours
from natter_runtime.clock import Clock, SystemClock
from natter_runtime.errors import UsageError
from natter_runtime.tasks import spawn, stop

STEP: Final = RATE // 50
"""Samples of one message: 20 ms."""
_SILENCE: Final = bytes(2 * STEP)


@dataclass(frozen=True, slots=True)
class Options:
    """What a call is made with.

    Attributes:
        tools: functions to offer, by name, each with the result that it always returns.
        deadline_s: how long after the end of the audio the answer must have begun.
    """

    url: str
    key: str = ""
    wav: Path | None = None
    out: Path | None = None
    as_json: bool = False
    system_prompt: str = ""
    greeting: str = ""
    tools: Mapping[str, str] = field(default_factory=dict)
    deadline_s: float = 20.0

    def session(self) -> dict[str, Any]:
        """Return the first ``session.update``."""
        session: dict[str, Any] = {"system_prompt": self.system_prompt, "tools": [_tool(name) for name in self.tools]}
        if self.greeting:
            session["greeting"] = self.greeting
        return session


def run(
    *,
    wav_path: Path | None,
    out: Path | None,
    as_json: bool,
    url: str,
    key: str,
    system_prompt: str,
    greeting: str,
    tools: Sequence[str],
    deadline_s: float,
) -> int:
    """Make a call and show it; return 0 if the agent answered.

    Raises:
        UsageError: the file cannot be read, or there is no sound device.
        CallError: no connection, an error event, or no answer in time.
    """
    if out is not None and not out.parent.is_dir():
        raise UsageError(f"{out}: no such folder")
    settings = config.read()
    given = dict(_named(tool) for tool in tools)
    options = Options(
        url or settings.call_url,
        key or settings.key,
        wav_path,
        out,
        as_json,
        system_prompt,
        greeting,
        given,
        deadline_s,
    )
    screen: Screen = Ndjson(sys.stdout)
    if not as_json:
        screen = Conversation(sys.stdout, sys.stdout.isatty(), colours(sys.stdout, settings.no_color))
    clock = SystemClock()
    if wav_path is not None:
        pcm = wav.to_pcm16(wav.read(wav_path), RATE)
        return asyncio.run(Call(options, FromFile(pcm, clock), screen, clock).run())
    from natter_cli.microphone import Devices

    return asyncio.run(Call(options, Devices(), screen, clock).run())


class Voice(Protocol):
    """The user's side of a call: audio out of it, and the agent's audio into the air."""

    @property
    def sent(self) -> bytes:
        """All of the user's audio so far."""
        ...

    @property
    def ended(self) -> bool:
        """Whether the user has nothing more to say; never, with a microphone."""
        ...

    def chunks(self, player: Player) -> AsyncIterator[bytes]:
        """Yield the user's audio in real time, 20 ms at a time, and let ``player`` play as time goes by."""
        ...


class FromFile:
    """Speaks a recording at real time, then is silent for as long as it is listened to."""

    def __init__(self, pcm: bytes, clock: Clock) -> None:
        self._pcm = pcm
        self._clock = clock
        self._at = 0

    @property
    def sent(self) -> bytes:
        return self._pcm[: 2 * self._at]

    @property
    def ended(self) -> bool:
        return 2 * self._at >= len(self._pcm)

    async def chunks(self, player: Player) -> AsyncIterator[bytes]:
        start = self._clock.monotonic()
        while True:
            piece = self._pcm[2 * self._at : 2 * (self._at + STEP)]
            self._at += STEP
            # as from a microphone: a piece can be sent when its last sample has been spoken
            await self._clock.sleep(max(0.0, start + self._at / RATE - self._clock.monotonic()))
            player.play_until(int((self._clock.monotonic() - start) * RATE))
            yield piece + _SILENCE[len(piece) :]


class Call:
    """One call: sends, listens, shows, and knows when it is over."""

    def __init__(self, options: Options, voice: Voice, screen: Screen, clock: Clock) -> None:
        self._options = options
        self._voice = voice
        self._screen = screen
        self._clock = clock
        self._player = Player(record=options.out is not None)
        self._exchange = Exchange()
        self._start = 0.0
        self._problem: CallError | None = None

    async def run(self) -> int:
        """Make the call; return the exit code."""
        options = self._options
        try:
            async with call(options.url, key=options.key, session=options.session()) as agent:
                self._start = self._clock.monotonic()
                self._screen.event(agent.opened, 0.0)
                try:
                    await self._hold(agent)
                    await agent.end()
                finally:
                    self._close(agent.opened.session_id)
        except ExceptionGroup as errors:
            raise self._problem or errors.exceptions[0] from None
        if self._problem is not None:
            raise self._problem
        return 0

    async def _hold(self, agent: VoiceAgent) -> None:
        async with asyncio.TaskGroup() as group:
            listening = spawn(group, self._listen(agent), "listen")
            speaking = spawn(group, self._speak(agent), "speak")
            await asyncio.wait([listening, speaking], return_when=asyncio.FIRST_COMPLETED)
            if listening.done() and not listening.exception() and self._problem is None:
                self._problem = CallError(f"the server closed the connection: {agent.closed_because}")
            await stop(listening)
            await stop(speaking)

    async def _speak(self, agent: VoiceAgent) -> None:
        """Send the user's audio until the call is over."""
        ended: float | None = None
        async for chunk in self._voice.chunks(self._player):
            await agent.send_audio(chunk)
            now = self._clock.monotonic()
            if not self._voice.ended:
                continue
            ended = now if ended is None else ended
            if self._exchange.over(now) and not self._player.queued:
                return
            if now - ended > self._options.deadline_s and not self._exchange.open:
                self._problem = self._unanswered()
                return

    async def _listen(self, agent: VoiceAgent) -> None:
        """Take what the server says, until it says that something is wrong."""
        async for event in agent:
            now = self._clock.monotonic()
            self._exchange.feed(event, now)
            self._screen.event(event, now - self._start)
            match event:
                case ReplyAudio():
                    self._player.push(event.reply_id, event.data)
                case SpeechStarted():
                    self._player.flush()
                case ReplyDone() if event.status == "interrupted":
                    self._player.flush()
                case ToolCall():
                    await agent.tool_result(event.call_id, self._options.tools.get(event.name, "{}"))
                case SessionError():
                    self._problem = refusal(event)
                    return
                case ReplyError():
                    self._problem = CallError(f"the reply failed: {event.code}: {event.message}", code=event.code)
                    return

    def _unanswered(self) -> CallError:
        heard = self._exchange.heard
        what = f"it heard {heard[-1]!r}" if heard else "it heard no words"
        return CallError(f"no reply {self._options.deadline_s:g} s after the end of the audio; {what}")

    def _close(self, session: str) -> None:
        """Write the file and show the summary."""
        out = self._options.out
        if out is not None:
            wav.write(out, self._player.recording, RATE)
        replies = [reply.text for reply in self._exchange.replies.values() if reply.text]
        played = sum(reply.samples for reply in self._player.replies.values()) / RATE
        summary = Summary(
            session,
            list(self._exchange.heard),
            replies,
            self._latencies(),
            round(played, 3),
            str(out) if out else "",
        )
        self._screen.summary(summary)

    def _latencies(self) -> list[float]:
        """Return, for each answer, the time from the end of the user's speech to its first audible sample."""
        loud = levels.loud_frames(self._voice.sent, RATE)
        found = []
        for reply in self._exchange.replies.values():
            played = self._player.replies.get(reply.id)
            if reply.asked and played is not None and played.audible is not None:
                end = levels.end_of_speech(loud, RATE, played.audible)
                if end is not None:
                    found.append(round((played.audible - end) / RATE, 3))
        return found


def _named(tool: str) -> tuple[str, str]:
    name, separator, result = tool.partition("=")
    if not name.isidentifier():
        raise UsageError(f"--tool {tool!r}: expected NAME or NAME=RESULT")
    return name, result if separator else json.dumps({"ok": True})


def _tool(name: str) -> dict[str, Any]:
    return {
        "type": "function",
        "name": name,
        "description": name.replace("_", " "),
        "parameters": {"type": "object", "properties": {}},
    }
