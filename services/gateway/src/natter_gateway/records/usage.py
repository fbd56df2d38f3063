"""What a call used, from its facts. Pure.

Counted is what the log knows: a request to a model that was given up in the middle (a speculation that came to
nothing) has told nobody its tokens.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from natter_protocol.base import Message
from natter_protocol.reply import ReplyFinished, ReplyHeard
from natter_protocol.session import SessionClosed
from natter_protocol.tool import ToolCalled
from natter_protocol.tts import TtsSegment


@dataclass(frozen=True, slots=True)
class Tokens:
    """What one model read and wrote."""

    model: str
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """What a call used.

    Attributes:
        session_seconds: from the opening to the end.
        audio_in_seconds: what the client sent.
        audio_out_seconds: what was heard of the agent.
        tts_characters: of all text that was synthesised, heard or not.
    """

    session_seconds: float = 0.0
    audio_in_seconds: float = 0.0
    audio_out_seconds: float = 0.0
    llm: tuple[Tokens, ...] = field(default_factory=tuple)
    tts_characters: int = 0
    tool_calls: int = 0


def usage_of(facts: Iterable[Message]) -> Usage:
    """Return what the call used of which these are the facts, in any order, repeats included."""
    unique = {fact.id: fact for fact in facts}.values()
    closed = next((fact for fact in unique if isinstance(fact, SessionClosed)), None)
    heard = {fact.epoch: fact.ms for fact in unique if isinstance(fact, ReplyHeard)}
    segments = {(fact.epoch, fact.segment): len(fact.text) for fact in unique if isinstance(fact, TtsSegment)}
    tokens: dict[str, Tokens] = {}
    for fact in unique:
        if isinstance(fact, ReplyFinished) and (fact.input_tokens or fact.output_tokens):
            known = tokens.get(fact.model, Tokens(fact.model))
            tokens[fact.model] = Tokens(
                fact.model, known.input_tokens + fact.input_tokens, known.output_tokens + fact.output_tokens
            )
    return Usage(
        session_seconds=round(closed.duration_s, 3) if closed else 0.0,
        audio_in_seconds=round(closed.input_s, 3) if closed else 0.0,
        audio_out_seconds=sum(heard.values()) / 1000,
        llm=tuple(tokens[model] for model in sorted(tokens)),
        tts_characters=sum(segments.values()),
        tool_calls=len({fact.call for fact in unique if isinstance(fact, ToolCalled)}),
    )
