"""The settings that are measured, all in this one place: a name, and the ``input`` of ``session.update``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

SWEEP_MS: Final = (200, 400, 600, 800, 1000, 1200)
"""``min_silence`` of the sweep."""


@dataclass(frozen=True)
class Preset:
    """A point on the curve."""

    name: str
    input: Mapping[str, Any] = field(default_factory=dict)


PRESETS: Final = (
    Preset("min_latency", {"transcription_mode": "min_latency"}),
    Preset("balanced", {}),
    Preset("max_accuracy", {"transcription_mode": "max_accuracy"}),
    Preset("ivr", {"turn_detection": {"preset": "ivr"}}),
    Preset("clinical", {"turn_detection": {"preset": "clinical"}}),
)
SWEEP: Final = tuple(Preset(f"min_silence {ms}", {"turn_detection": {"min_silence": ms}}) for ms in SWEEP_MS)
DEFAULT: Final = "balanced"


def named(names: str) -> list[Preset]:
    """Return the presets of a comma-separated list; ``all`` and ``sweep`` stand for whole sets.

    Raises:
        ValueError: there is no such preset.
    """
    known = {preset.name: preset for preset in (*PRESETS, *SWEEP)}
    found: list[Preset] = []
    for name in filter(None, (part.strip() for part in names.split(","))):
        if name in ("all", "sweep"):
            found += PRESETS if name == "all" else SWEEP
        elif name in known:
            found.append(known[name])
        else:
            raise ValueError(f"preset {name!r}: expected all, sweep, or one of {', '.join(known)}")
    return found
