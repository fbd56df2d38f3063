"""The microphone hears the reply itself, from a loudspeaker near by or across a small room."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from benchmarks.bench.cast import Cast, pick
from benchmarks.bench.kinds import LEAD_IN_S, Make, Recipe, recipes
from benchmarks.bench.scenario import Cue, Echo, Finish, Kind, Scenario, When

COUNT: Final = 16
"""Items per half and level."""
LEVELS_DB: Final = (-20.0, -10.0)
DELAY_S: Final = (0.04, 0.25)
ROOM_S: Final = (0.03, 0.12)


def build(cast: Cast, seed: int) -> list[Recipe]:
    """Return the recipes of one half."""
    makers: list[tuple[str, Make]] = [
        (f"{db:g} dB", partial(_echo, cast, db)) for db in LEVELS_DB for _ in range(COUNT)
    ]
    return recipes(Kind.ECHO, cast, seed, makers)


def room(rng: np.random.Generator, db: float) -> Echo:
    """Return some room in which the player's sound reaches the microphone at ``db``."""
    return Echo(
        db, round(float(rng.uniform(*DELAY_S)), 3), round(float(rng.uniform(*ROOM_S)), 3), int(rng.integers(2**31))
    )


def _echo(cast: Cast, db: float, id: str, rng: np.random.Generator) -> Scenario:
    voice = pick(rng, cast.voices)
    opening = cast.opening(rng, voice)
    echo = room(rng, db)
    return Scenario(
        id=id,
        kind=Kind.ECHO,
        variant=f"{db:g} dB",
        half=cast.half,
        synthetic=True,
        speaker=voice.label,
        cues=(Cue("opening", opening.audio, When(after_s=LEAD_IN_S), opening.text),),
        plan=("brief", "short"),
        finish=Finish(replies=1, window_s=15.0, after_s=1.2),
        echo=echo,
        details={"db": db, "delay_s": echo.delay_s},
    )
