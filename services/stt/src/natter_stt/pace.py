"""How often to decode and how long to wait, from the service's settings and the client's wishes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from natter_protocol.audio import INPUT_RATE
from natter_protocol.settings import InputSettings, TranscriptionMode
from natter_stt.config import SttConfig

PATIENCE: Final = {
    TranscriptionMode.MIN_LATENCY: 0.75,
    TranscriptionMode.BALANCED: 1.0,
    TranscriptionMode.MAX_ACCURACY: 1.5,
}
"""How the pause before a final, and the silence that it hears, grow with the wish for accuracy."""
CAREFUL_MS: Final = {
    TranscriptionMode.MIN_LATENCY: 0,
    TranscriptionMode.BALANCED: 6_000,
    TranscriptionMode.MAX_ACCURACY: 30_000,
}
"""The longest passage that may be heard twice: 0.2 s more for 6 s of speech with the embedded model."""
CONTINUOUS: Final = 0.5
"""``continuous_partials`` doubles their number."""


@dataclass(frozen=True, slots=True)
class Pace:
    """When partials and finals are made.

    Attributes:
        partial: new samples between two partials.
        pause_ms: silence at which a final is made.
        tail: samples of silence that a final hears after the speech, if they are there.
        drafts: whether a final may start from the last partial. It is faster; of 40 recordings the
            text was another one in 3, so not where accuracy is all that counts.
        careful_ms: finals of passages up to so long may take twice as long where the engine is in doubt.
    """

    partial: int
    pause_ms: int
    tail: int
    drafts: bool = True
    careful_ms: int = 0


def pace_for(wishes: InputSettings, config: SttConfig) -> Pace:
    """Return the pace for one session."""
    mode = wishes.mode or TranscriptionMode.BALANCED
    patience = PATIENCE[mode]
    partial_ms = config.partial_ms * (CONTINUOUS if wishes.continuous_partials else 1.0)
    return Pace(
        partial=int(partial_ms * INPUT_RATE / 1000),
        pause_ms=int(config.pause_ms * patience),
        tail=int(config.tail_ms * patience * INPUT_RATE / 1000),
        drafts=mode is not TranscriptionMode.MAX_ACCURACY,
        careful_ms=CAREFUL_MS[mode],
    )
