"""What the client is hearing: told by the gateway, which alone knows."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Final

from natter_protocol.base import Lane, Message

CREDIT_S: Final = 5.0
"""``tts`` may be so far ahead of what has been played, in seconds; also what it may send unasked."""


class PlaybackState(StrEnum):
    """What the playout of a reply is doing."""

    PLAYING = "playing"
    HELD = "held"
    STARVED = "starved"
    """It would play, but has no audio."""
    ENDED = "ended"


class PlaybackProgress(Message, tag="playback.progress", frozen=True, kw_only=True):
    """Where the playout of ``epoch`` stands; some ten times a second while it plays."""

    lane: ClassVar[Lane] = Lane.LIVE

    state: PlaybackState
    heard: int
    """Samples of the reply that have been played."""
    sent: int
    """Samples of the reply that have been sent to the client."""
    credit: int
    """``tts`` may send samples up to this position."""
    at_sample: int = 0
    """Newest input sample when this was measured: ties the two axes together."""


class PlaybackResend(Message, tag="playback.resend", frozen=True, kw_only=True):
    """The gateway missed audio of ``epoch`` and asks for it again."""

    lane: ClassVar[Lane] = Lane.CTL

    first_sample: int
    end_sample: int
    """Exclusive."""
