"""The numbers that turn-taking is done by. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from natter_protocol.settings import TranscriptionMode, TurnPolicy


@dataclass(frozen=True, slots=True)
class Policy:
    """A resolved policy: what the client stated, and defaults for the rest. Milliseconds of media time."""

    vad_threshold: float = 0.5
    min_silence_ms: int = 320
    """Silence after which a turn that looks complete is over."""
    max_silence_ms: int = 1600
    """Silence after which any turn is over."""
    interrupt_response: bool = True
    interruption_delay_ms: int = 500
    """How long an overlap may be looked at before it is decided."""
    uninterruptible: frozenset[str] = frozenset()
    """Causes of replies that cannot be interrupted."""


_BY_MODE = {
    TranscriptionMode.MIN_LATENCY: Policy(min_silence_ms=200, max_silence_ms=1000, interruption_delay_ms=300),
    TranscriptionMode.BALANCED: Policy(),
    TranscriptionMode.MAX_ACCURACY: Policy(min_silence_ms=600, max_silence_ms=2600),
}


def resolve(stated: TurnPolicy, mode: TranscriptionMode | None) -> Policy:
    """Return the policy that ``stated`` amounts to; what is not stated follows from ``mode``."""
    base = _BY_MODE[mode or TranscriptionMode.BALANCED]
    low = base.min_silence_ms if stated.min_silence_ms is None else stated.min_silence_ms
    high = base.max_silence_ms if stated.max_silence_ms is None else stated.max_silence_ms
    if stated.min_silence_ms is None:
        low = min(low, high)
    high = max(low, high)
    delay = base.interruption_delay_ms if stated.interruption_delay_ms is None else stated.interruption_delay_ms
    return replace(
        base,
        vad_threshold=base.vad_threshold if stated.vad_threshold is None else stated.vad_threshold,
        min_silence_ms=low,
        max_silence_ms=high,
        interrupt_response=stated.interrupt_response,
        interruption_delay_ms=delay,
        uninterruptible=frozenset(stated.uninterruptible),
    )
