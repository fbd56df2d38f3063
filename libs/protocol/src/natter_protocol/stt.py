"""What the user said."""

from __future__ import annotations

from typing import ClassVar

from natter_protocol.base import Lane, Message


class SttPartial(Message, tag="stt.partial", frozen=True, kw_only=True):
    """The whole text of the open turn so far; the next one replaces it."""

    lane: ClassVar[Lane] = Lane.LIVE

    text: str
    end_sample: int
    """Input up to here was heard."""
    confidence: float | None = None
    """Mean probability of the tokens of the newest decode, 0-1; None if nothing was said or the engine cannot tell."""
    ends_sentence: float | None = None
    """Probability that the recogniser puts a '.', '?' or '!' at ``end_sample``; None as above. The text shows none."""
    language: str = ""
    """ISO 639-1 code of what was heard; empty if nothing was."""


class SttFinal(Message, tag="stt.final", frozen=True, kw_only=True):
    """The recogniser's last word on the turn from its start up to ``end_sample``.

    Made at every pause, before anybody knows whether the turn is over; a later one for the same
    turn, with a later ``end_sample``, replaces it.
    """

    lane: ClassVar[Lane] = Lane.EVT

    text: str
    start_sample: int
    end_sample: int
    confidence: float | None = None
    """Mean probability of the tokens, 0-1."""
    ends_sentence: float | None = None
    """Probability that the recogniser puts a '.', '?' or '!' at the end."""
    reads_complete: float | None = None
    """The same by its knowledge of the language alone, without the sound."""
    backchannel: float | None = None
    """Of a few unclear words over the agent: how much likelier (log-odds) than the text a back-channel ("okay") is."""
    decode_ms: float = 0.0
    """How long the decode took, measured where it happened."""
    language: str = ""
    """ISO 639-1 code of what was heard; empty if nothing was."""
