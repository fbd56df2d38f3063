"""The messages of one call as lines for reading. Pure: subjects, bytes and times in, lines out.

Audio frames are counted and told once a second and direction, never one by one; of what is only ever
replaced by the next one (how playback stands, how likely the turn is over) one a second is shown.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from math import log10
from typing import Any, Final

import msgspec

from natter_protocol import codec, subjects
from natter_protocol.audio import FRAME_MS, AudioFrame, decode_frame
from natter_protocol.base import Lane, Message
from natter_protocol.codec import Unknown
from natter_protocol.errors import ProtocolError
from natter_protocol.playback import PlaybackProgress
from natter_protocol.turn import TurnProbability

_COORDINATES: Final = frozenset(field.name for field in msgspec.structs.fields(Message))
_LONGEST: Final = 72
_SECOND_MS: Final = 1000.0


@dataclass(slots=True)
class _Sum:
    """Frames of one direction within one second."""

    since_ms: float
    frames: int = 0
    samples: int = 0
    filled: int = 0
    ends: int = 0
    epoch: int = 0
    peak: int = 0

    def add(self, frame: AudioFrame) -> None:
        self.frames += 1
        self.samples += frame.samples
        self.filled += frame.filled
        self.ends += frame.end
        self.epoch = frame.epoch
        pcm = array("h", frame.pcm)
        self.peak = max(self.peak, max(pcm, default=0), -min(pcm, default=0))


class Timeline:
    """Makes lines from messages, in the order in which they come."""

    def __init__(self) -> None:
        self._sums: dict[str, _Sum] = {}
        self._shown: dict[tuple[str, str], float] = {}

    def message(self, at_ms: float, subject: str, data: bytes) -> list[str]:
        """Return the lines that are due when this message is seen, ``at_ms`` from the start."""
        try:
            parsed = subjects.parse(subject)
        except ProtocolError:
            return [_line(at_ms, "?", subject, "", f"{len(data)} bytes")]
        if parsed.lane is Lane.AUD:
            return self._audio(at_ms, f"{parsed.family}.{parsed.name}", data)
        lines = self.flush(at_ms)
        try:
            message = codec.decode(data)
        except ProtocolError as error:
            return [*lines, _line(at_ms, parsed.lane.value, f"{parsed.family}.{parsed.name}", "", f"damaged: {error}")]
        if isinstance(message, Unknown):
            return [*lines, _line(at_ms, parsed.lane.value, message.type, "", "of a type that is not known here")]
        if self._too_often(at_ms, message):
            return lines
        about = coordinates(message)
        return [*lines, _line(at_ms, parsed.lane.value, message.type_name(), about, gist(message), message.id)]

    def flush(self, at_ms: float | None = None) -> list[str]:
        """Return the sums whose second is over at ``at_ms``; all of them without it."""
        due = [name for name, sum in self._sums.items() if at_ms is None or at_ms - sum.since_ms >= _SECOND_MS]
        return [_audio_line(name, self._sums.pop(name)) for name in due]

    def _too_often(self, at_ms: float, message: Message) -> bool:
        """Whether the like of it was shown within the last second; another state of playback is not the like."""
        if not isinstance(message, (PlaybackProgress, TurnProbability)):
            return False
        key = (message.type_name(), message.state.value if isinstance(message, PlaybackProgress) else "")
        if at_ms - self._shown.get(key, -_SECOND_MS) < _SECOND_MS:
            return True
        self._shown = {known: at for known, at in self._shown.items() if known[0] != key[0]} | {key: at_ms}
        return False

    def _audio(self, at_ms: float, name: str, data: bytes) -> list[str]:
        lines = self.flush(at_ms)
        try:
            frame = decode_frame(data)
        except ProtocolError as error:
            return [*lines, _line(at_ms, Lane.AUD.value, name, "", f"damaged: {error}")]
        known = self._sums.get(name)
        if known is not None and known.epoch != frame.epoch:
            lines.append(_audio_line(name, self._sums.pop(name)))
        self._sums.setdefault(name, _Sum(at_ms)).add(frame)
        return lines


def coordinates(message: Message) -> str:
    """Return the turn (with its revision) and the reply that ``message`` is about, such as ``t3.1 e5``."""
    turn = f"t{message.turn}" + (f".{message.rev}" if message.rev else "") if message.turn else ""
    return f"{turn} {f'e{message.epoch}' if message.epoch else ''}".strip()


def gist(message: Message) -> str:
    """Return what ``message`` says beyond its coordinates: the fields that are not at their defaults."""
    told = []
    for field in msgspec.structs.fields(message):
        value = getattr(message, field.name)
        if field.name not in _COORDINATES and value != field.default and value not in ("", None, (), {}):
            told.append(f"{field.name}={_short(value)}")
    return " ".join(told)


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if isinstance(value, msgspec.Struct):
        value = msgspec.json.encode(value).decode()
    elif isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
        return f"[{len(value)}]"
    elif isinstance(value, dict):
        value = msgspec.json.encode(value).decode()
    elif type(value) is str:
        value = f'"{value}"'
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _audio_line(name: str, sum: _Sum) -> str:
    level = f"peak {20 * log10(sum.peak / 32768):.0f} dB" if sum.peak else "silent"
    told = [f"{sum.frames} frames", f"{sum.frames * FRAME_MS} ms", level]
    if sum.filled:
        told.append(f"{sum.filled} filled in")
    if sum.ends:
        told.append("end")
    return _line(sum.since_ms, Lane.AUD.value, name, f"e{sum.epoch}" if sum.epoch else "", ", ".join(told))


def _line(at_ms: float | None, lane: str, name: str, about: str, told: str, id: str = "") -> str:
    when = f"{at_ms:9.1f}" if at_ms is not None else " " * 9
    return f"{when}  {lane:<4} {name:<19} {about:<8} {id:<16} {told}".rstrip()
