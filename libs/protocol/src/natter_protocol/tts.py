"""What is about to be heard, and where its words lie."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from natter_protocol.base import Lane, Message


class Word(msgspec.Struct, frozen=True, array_like=True):
    """A piece of the reply's text and the samples that speak it.

    ``text`` is the written form with the white space that follows it, so that the words of all
    segments, joined, are the text of the reply. Samples count from the start of the reply at the
    session's output rate.
    """

    text: str
    start: int
    end: int


class TtsSegment(Message, tag="tts.segment", frozen=True, kw_only=True):
    """One piece of the reply, told before its first sample may play.

    A second one with the same ``segment`` replaces the first: the estimate of the word times made
    at the start gives way to the engine's own alignment.
    """

    lane: ClassVar[Lane] = Lane.EVT

    segment: int
    """Counts from 0 within the reply."""
    text: str
    first_sample: int
    words: tuple[Word, ...]
    exact: bool = False
    """Whether the word times come from the engine."""
    first_audio_ms: float | None = None
    """Text to first audio, measured where it happened."""
    clause_ms: float | None = None
    """Of the reply's first segment: from its first text to enough of it to be spoken."""


class TtsFailed(Message, tag="tts.failed", frozen=True, kw_only=True):
    """The reply cannot be spoken further; what was sent stands."""

    lane: ClassVar[Lane] = Lane.EVT

    message: str
