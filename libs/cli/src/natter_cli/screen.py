"""How a call looks while it runs: the conversation for people, one JSON object per line for programs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol, TextIO

import msgspec

from natter_cli.client import RATE
from natter_cli.events import (
    AgentDelta,
    AgentText,
    Event,
    Other,
    ReplyAudio,
    ReplyDone,
    ReplyError,
    SpeechStarted,
    ToolCall,
    UserDelta,
    UserText,
)
from natter_cli.terminal import paint

_NAME_WIDTH: Final = 6


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of a call.

    Attributes:
        heard: what the user was understood to say, turn by turn.
        replies: what was heard of the agent's replies.
        latencies_s: end of speech to first audible sound, for each reply to the user.
        played_s: how much of the agent's audio was played.
        out: the file with what a player would have played, or empty.
    """

    session: str
    heard: list[str]
    replies: list[str]
    latencies_s: list[float]
    played_s: float
    out: str


class Screen(Protocol):
    """Shows a call."""

    def event(self, event: Event | Other, at: float) -> None:
        """Show one event, ``at`` seconds after the start."""
        ...

    def summary(self, summary: Summary) -> None:
        """Show what came of it."""
        ...


class Ndjson:
    """One JSON object per line: the events with their time ``t``, at the end ``talk.summary``."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def event(self, event: Event | Other, at: float) -> None:
        if isinstance(event, ReplyAudio):
            fields: dict[str, Any] = {
                "type": event.type_name(),
                "reply_id": event.reply_id,
                "ms": round(len(event.data) / 2 / RATE * 1000, 1),
            }
        elif isinstance(event, Other):
            fields = event.fields
        else:
            fields = msgspec.to_builtins(event)
        self._write({"t": round(at, 3), **fields})

    def summary(self, summary: Summary) -> None:
        self._write({"type": "talk.summary", **asdict(summary)})

    def _write(self, fields: dict[str, Any]) -> None:
        print(json.dumps(fields, ensure_ascii=False), file=self._stream, flush=True)


class Conversation:
    """The words of both sides as they come; on a terminal, partial transcripts in place.

    Args:
        stream: where to.
        live: whether ``stream`` is a terminal: lines are rewritten.
        colour: whether to use colours.
    """

    def __init__(self, stream: TextIO, live: bool, colour: bool) -> None:
        self._stream = stream
        self._live = live
        self._colour = colour
        self._speaker = ""
        self._said: dict[str, str] = {}

    def event(self, event: Event | Other, at: float) -> None:
        match event:
            case UserDelta() if self._live:
                self._rewrite("you", paint(event.text, "dim", self._colour))
            case UserText():
                self._rewrite("you", event.text)
                self._end()
            case AgentDelta():
                self._said[event.reply_id] = self._said.get(event.reply_id, "") + event.delta
                if self._live:
                    self._rewrite("agent", self._said[event.reply_id])
            case AgentText():
                mark = paint(" (interrupted)", "yellow", self._colour) if event.interrupted else ""
                self._rewrite("agent", f"{event.text}{mark}")
                self._end()
            case ToolCall():
                self._line("tool", f"{event.name}({json.dumps(event.arguments, ensure_ascii=False)})")
            case ReplyError():
                self._line("error", f"{event.code}: {event.message}")
            case ReplyDone() | SpeechStarted() if self._speaker == "agent":
                self._end()
            case _:
                pass

    def summary(self, summary: Summary) -> None:
        self._end()
        if summary.latencies_s:
            times = ", ".join(f"{latency:.2f} s" for latency in summary.latencies_s)
            self._line("", f"end of speech to first audible sound: {times}")
        if summary.out:
            self._line("", f"{summary.played_s:.1f} s of the agent's voice in {summary.out}")
        self._line("", f"what happened inside: natter tap {summary.session} --log")

    def _rewrite(self, name: str, text: str) -> None:
        """Write the current line anew; where that is impossible, only what is final comes here."""
        if self._speaker not in ("", name):
            self._end()
        self._put(f"\r\x1b[2K{self._label(name)}{text}" if self._live else f"{self._label(name)}{text}")
        self._speaker = name

    def _line(self, name: str, text: str) -> None:
        self._end()
        self._put(f"{self._label(name)}{text}\n")

    def _end(self) -> None:
        if self._speaker:
            self._put("\n")
        self._speaker = ""

    def _label(self, name: str) -> str:
        return paint(f"{name:<{_NAME_WIDTH}} ", "bold", self._colour)

    def _put(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
