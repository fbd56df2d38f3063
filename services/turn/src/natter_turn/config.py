"""What the turn service is configured with."""

from __future__ import annotations

from dataclasses import dataclass

from natter_runtime.config import setting


@dataclass(frozen=True, slots=True)
class TurnConfig:
    """Settings of the turn service."""

    engine: str = setting(
        "smart_turn",
        "NATTER_TURN_ENGINE",
        "what judges by sound whether a turn is complete",
        choices=("smart_turn", "none"),
    )
    model: str = setting("", "NATTER_TURN_MODEL", "model of that engine: a name or a path; empty: its default")
    vad_engine: str = setting("silero", "NATTER_TURN_VAD", "voice activity detector", choices=("silero", "energy"))
    vad_model: str = setting("", "NATTER_TURN_VAD_MODEL", "model of the detector: a name or a path; empty: its default")
    threads: int = setting(1, "NATTER_TURN_THREADS", "threads that judge turns", low=1, high=32)
