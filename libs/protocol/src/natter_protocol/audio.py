"""Audio on the bus: PCM16LE mono behind a 24-byte header. No JSON, no base64, no headers."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import ClassVar, Final

from natter_protocol.base import Lane, Message
from natter_protocol.errors import ProtocolError

INPUT_RATE: Final = 16_000
"""Samples per second of ``audio.in``, whatever the client sends."""
FRAME_MS: Final = 20
"""Length of one frame on the bus, in milliseconds."""
INPUT_FRAME: Final = INPUT_RATE * FRAME_MS // 1000
"""Samples in one frame of ``audio.in``."""

_HEADER: Final = struct.Struct("<BBHIIIQ")
_VERSION: Final = 1
_END: Final = 0x01
_FILLED: Final = 0x02
HEADER_BYTES: Final = _HEADER.size
"""24: version u8, flags u8, reserved u16, claim u32, epoch u32, seq u32, first sample u64."""


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """A piece of one audio stream.

    ``pcm`` holds little-endian signed 16-bit mono samples. ``first_sample`` counts from the start
    of the session for input and from the start of the reply for output.
    """

    pcm: bytes
    first_sample: int
    seq: int = 0
    claim: int = 0
    epoch: int = 0
    end: bool = False
    """The last frame of a reply; its ``pcm`` may be empty."""
    filled: bool = False
    """Silence put in by the gateway because the client sent nothing."""

    @property
    def samples(self) -> int:
        """Number of samples in ``pcm``."""
        return len(self.pcm) // 2

    @property
    def next_sample(self) -> int:
        """Position of the sample that follows this frame."""
        return self.first_sample + self.samples


def encode_frame(frame: AudioFrame) -> bytes:
    """Return the frame as it goes on the bus.

    Raises:
        ProtocolError: a number does not fit its field, or ``pcm`` holds half a sample.
    """
    if len(frame.pcm) % 2:
        raise ProtocolError(f"audio frame: pcm must be whole 16-bit samples, got {len(frame.pcm)} bytes")
    flags = (_END if frame.end else 0) | (_FILLED if frame.filled else 0)
    try:
        header = _HEADER.pack(_VERSION, flags, 0, frame.claim, frame.epoch, frame.seq, frame.first_sample)
    except struct.error as error:
        raise ProtocolError(f"audio frame: {error}") from error
    return header + frame.pcm


def decode_frame(data: bytes) -> AudioFrame:
    """Return the frame that ``data`` holds.

    Raises:
        ProtocolError: too short for the header, another version, or half a sample at the end.
    """
    if len(data) < HEADER_BYTES:
        raise ProtocolError(f"audio frame: {len(data)} bytes, expected at least {HEADER_BYTES}")
    version, flags, _, claim, epoch, seq, first_sample = _HEADER.unpack_from(data)
    if version != _VERSION:
        raise ProtocolError(f"audio frame: version {version}, expected {_VERSION}")
    pcm = data[HEADER_BYTES:]
    if len(pcm) % 2:
        raise ProtocolError(f"audio frame: {len(pcm)} bytes of pcm, expected whole 16-bit samples")
    return AudioFrame(
        pcm=pcm,
        first_sample=first_sample,
        seq=seq,
        claim=claim,
        epoch=epoch,
        end=bool(flags & _END),
        filled=bool(flags & _FILLED),
    )


class AudioReplay(Message, tag="audio.replay", frozen=True, kw_only=True):
    """A listener asks the gateway for input audio again, from its ring (at most 30 s back).

    The answer comes as ordinary frames on the asker's own replay subject.
    """

    lane: ClassVar[Lane] = Lane.CTL

    first_sample: int
    end_sample: int = 0
    """Exclusive; 0 means up to what is newest."""


class AudioStarted(Message, tag="audio.started", frozen=True, kw_only=True):
    """The client's first audio has come: sample 0 of its input is ``at_ms`` after the session was opened.

    Ties the sample axis to the session's media axis, on which recordings and timelines are: milliseconds
    since the opening, measured by the clock up to here and by samples from here on.
    """

    lane: ClassVar[Lane] = Lane.EVT

    at_ms: int
