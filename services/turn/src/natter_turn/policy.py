"""The numbers that turn-taking is done by, as data. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from natter_protocol.settings import Preset, TranscriptionMode, TurnPolicy


@dataclass(frozen=True, slots=True)
class Policy:
    """A resolved policy: what the client stated, and defaults for the rest. Milliseconds of media time.

    Attributes:
        vad_threshold: speech probability (0-1) from which a window counts as speech.
        min_silence_ms: silence after which a turn that is surely complete is over.
        max_silence_ms: silence after which any turn is over.
        certainty: probability of the end at which half of the silence between the two is enough; the higher,
            the less doubt it takes to wait.
        interrupt_response: whether speaking over the agent may stop it.
        interruption_delay_ms: how long an overlap may be looked at before it is decided.
        uninterruptible: causes of replies that cannot be interrupted.
        eager: whether an answer may be begun before the turn is surely over.
        waits_for_sound: whether there is a model that judges the sound, and it is worth waiting for.
    """

    vad_threshold: float = 0.5
    min_silence_ms: int = 250
    max_silence_ms: int = 1800
    certainty: float = 0.5
    interrupt_response: bool = True
    interruption_delay_ms: int = 500
    uninterruptible: frozenset[str] = frozenset()
    eager: bool = True
    waits_for_sound: bool = True


_FAST: Final = Policy(min_silence_ms=200, max_silence_ms=1600, certainty=0.45, interruption_delay_ms=300)
_USUAL: Final = Policy()

MODES: Final = {
    TranscriptionMode.MIN_LATENCY: _FAST,
    TranscriptionMode.BALANCED: _USUAL,
    TranscriptionMode.MAX_ACCURACY: Policy(min_silence_ms=400, max_silence_ms=2200, certainty=0.6),
}
"""How much patience goes with each ``transcription_mode``."""

PRESETS: Final = {
    Preset.IVR: _FAST,
    Preset.CONVERSATION: _USUAL,
    Preset.CLINICAL: Policy(min_silence_ms=800, max_silence_ms=2400, certainty=0.75, interruption_delay_ms=700),
}
"""Named sets of the same fields: short answers on the phone, ordinary talk, slow and careful speech."""


def resolve(stated: TurnPolicy, mode: TranscriptionMode | None) -> Policy:
    """Return the policy that ``stated`` amounts to; what is not stated follows from its preset, else from ``mode``.

    A stated ``min_silence_ms`` or ``max_silence_ms`` is a bound; what adapts does so inside it.
    """
    base = PRESETS[stated.preset] if stated.preset is not None else MODES[mode or TranscriptionMode.BALANCED]
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
        eager=base.eager if stated.eager is None else stated.eager,
    )
