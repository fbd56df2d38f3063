"""A reply's life: wished for, generated, spoken, heard (rule R7)."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import msgspec

from natter_protocol.base import Lane, Message
from natter_protocol.turn import Cause


class ReplyWanted(Message, tag="reply.wanted", frozen=True, kw_only=True):
    """Somebody wants the agent to speak without the user having asked; ``turn`` grants it."""

    lane: ClassVar[Lane] = Lane.EVT

    cause: Cause
    request: str
    """Id by which the grant refers to this wish."""
    instructions: str = ""
    """For ``reply_create``: what the model is told. For ``greeting`` and ``filler``: the words."""


class ReplyUnwanted(Message, tag="reply.unwanted", frozen=True, kw_only=True):
    """The client wants no more of reply ``epoch``; ``turn`` cancels it."""

    lane: ClassVar[Lane] = Lane.EVT


class ReplyStarted(Message, tag="reply.started", frozen=True, kw_only=True):
    """``llm`` has begun to answer."""

    lane: ClassVar[Lane] = Lane.EVT

    cause: Cause = Cause.USER
    model: str = ""


class ReplyFinished(Message, tag="reply.finished", frozen=True, kw_only=True):
    """``llm`` has said all it has to say in this reply. ``text`` is the whole of it."""

    lane: ClassVar[Lane] = Lane.EVT

    text: str
    ok: bool = True
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    first_token_ms: float | None = None
    """Measured where it happened, like ``wait_ms`` before it and ``total_ms`` from the same start."""
    total_ms: float = 0.0
    wait_ms: float = 0.0
    """From when the reply was wanted until the model was asked."""


class Outcome(StrEnum):
    """How a reply ended for the ear of the user."""

    COMPLETED = "completed"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    UNHEARD = "unheard"
    """It was void before its first sample."""


class ReplyProgress(Message, tag="reply.progress", frozen=True, kw_only=True):
    """What was heard so far, at most once a second: the checkpoint another gateway starts from."""

    lane: ClassVar[Lane] = Lane.EVT

    sample: int
    text: str


class Step(msgspec.Struct, frozen=True):
    """One step of a turn's latency, and the service that it was spent in."""

    name: str
    owner: str
    ms: float


class ReplyMeasured(Message, tag="reply.measured", frozen=True, kw_only=True):
    """The latency ledger of a turn: from the user's end of speech to the first audible sample of the answer.

    The steps and what is unaccounted for add up to ``total_ms``.
    """

    lane: ClassVar[Lane] = Lane.EVT

    total_ms: float
    steps: tuple[Step, ...]
    unaccounted_ms: float
    speculations: int = 0
    """How many answers were begun for the turn before it was surely over."""
    ahead_ms: float = 0.0
    """How long before the turn was over this answer had been begun; 0 if it was not."""


class ReplyHeard(Message, tag="reply.heard", frozen=True, kw_only=True):
    """What the user heard of a reply. Written at every exit; only this enters the history."""

    lane: ClassVar[Lane] = Lane.EVT

    text: str
    ms: int
    outcome: Outcome
    started_at_ms: int | None = None
    """When its first sample was played, on the session's media axis (``audio.started``); None: never."""
    ended_at_ms: int | None = None
