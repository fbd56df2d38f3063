"""What the turn machine wants done: messages to be said, and one question to be asked."""

from __future__ import annotations

from dataclasses import dataclass

from natter_protocol.base import Message


@dataclass(frozen=True, slots=True)
class Ask:
    """Judge by its sound whether the turn that ends at ``last_speech_sample`` is complete."""

    turn: int
    rev: int
    last_speech_sample: int


Action = Message | Ask
