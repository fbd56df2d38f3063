"""The user speaks while the agent does: interruptions, back-channels, and interruptions through an echo."""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import Final

import numpy as np

from benchmarks.bench.cast import Cast, pick
from benchmarks.bench.kinds import LEAD_IN_S, Make, Recipe, recipes, shuffled
from benchmarks.bench.kinds.echoes import room
from benchmarks.bench.scenario import Cue, Finish, Kind, Moment, Scenario, When
from benchmarks.bench.sound import RATE, scaled
from benchmarks.bench.voices import Spoken, Voice, say

INTERRUPTIONS: Final = 26
RECORDED: Final = 8
"""Interruptions by recordings of people, of speakers of whom there is another one to open the call with."""
LONGEST_S: Final = 4.0
BACKCHANNELS: Final = 32
DOUBLE_TALKS: Final = 12
POINTS_S: Final = (0.7, 1.5, 3.0, 5.0, 8.0)
"""Where in the reply the user interrupts, after it became audible."""
BACKCHANNEL_S: Final = (0.8, 3.5)
"""Where in the reply the user shows that they listen."""
ANSWERED_S: Final = 1.2
"""An answer that has been heard for so long is one."""
SOFTER_DB: Final = 4.0
"""A back-channel is up to so much softer than what its speaker says otherwise."""
WINDOW_S: Final = 7.0


def interruptions(cast: Cast, seed: int) -> list[Recipe]:
    """Return the recipes of one half: they mean it."""
    rng = shuffled(Kind.INTERRUPTION, cast, seed)
    pairs = list(product(cast.overlaps["interruptions"], cast.voices))
    makers: list[tuple[str, Make]] = []
    for text, voice in (pairs[i] for i in rng.permutation(len(pairs))[:INTERRUPTIONS]):
        length = "short" if len(text.split()) <= 2 else "long"
        makers.append((length, partial(_spoken, cast, Kind.INTERRUPTION, length, text, voice)))
    talks = [(clip, other) for clip in cast.recordings if (other := _same_speaker(cast, clip)) is not None]
    makers += [("recorded", partial(_recorded, cast, *talks[i])) for i in rng.permutation(len(talks))[:RECORDED]]
    return recipes(Kind.INTERRUPTION, cast, seed, makers)


def double_talks(cast: Cast, seed: int) -> list[Recipe]:
    """Return the recipes of one half: they mean it, and the microphone hears the reply too."""
    rng = shuffled(Kind.DOUBLE_TALK, cast, seed)
    pairs = list(product(cast.overlaps["interruptions"], cast.voices))
    chosen = [pairs[i] for i in rng.permutation(len(pairs))[:DOUBLE_TALKS]]
    makers = [("echo -20 dB", partial(_spoken, cast, Kind.DOUBLE_TALK, "echo -20 dB", *pair)) for pair in chosen]
    return recipes(Kind.DOUBLE_TALK, cast, seed, makers)


def backchannels(cast: Cast, seed: int) -> list[Recipe]:
    """Return the recipes of one half: they only say that they listen."""
    rng = shuffled(Kind.BACKCHANNEL, cast, seed)
    pairs = list(product(cast.overlaps["backchannels"], cast.voices))
    chosen = [pairs[i % len(pairs)] for i in rng.permutation(max(BACKCHANNELS, len(pairs)))[:BACKCHANNELS]]
    makers = [(text, partial(_backchannel, cast, text, voice)) for text, voice in chosen]
    return recipes(Kind.BACKCHANNEL, cast, seed, makers)


def _same_speaker(cast: Cast, clip: Spoken) -> Spoken | None:
    """Return something else that the speaker of ``clip`` says, to open a call with."""
    others = (other for other in cast.complete if other.speaker == clip.speaker and other.file != clip.file)
    return min(others, key=lambda other: len(other.audio), default=None) if _fits(clip) else None


def _fits(clip: Spoken) -> bool:
    return len(clip.audio) <= LONGEST_S * RATE


def _spoken(
    cast: Cast, kind: Kind, variant: str, text: str, voice: Voice, id: str, rng: np.random.Generator
) -> Scenario:
    return _interruption(cast, kind, variant, cast.opening(rng, voice), say(text, voice), id, rng)


def _recorded(cast: Cast, clip: Spoken, opening: Spoken, id: str, rng: np.random.Generator) -> Scenario:
    return _interruption(cast, Kind.INTERRUPTION, "recorded", opening, clip, id, rng)


def _interruption(
    cast: Cast, kind: Kind, variant: str, opening: Spoken, spoken: Spoken, id: str, rng: np.random.Generator
) -> Scenario:
    after = round(float(pick(rng, POINTS_S) + rng.uniform(-0.2, 0.4)), 3)
    return Scenario(
        id=id,
        kind=kind,
        variant=variant,
        half=cast.half,
        synthetic=not spoken.real,
        speaker=spoken.speaker,
        cues=(
            Cue("opening", opening.audio, When(after_s=LEAD_IN_S), opening.text),
            Cue("speech", spoken.audio, When(Moment.AUDIBLE, 1, after), spoken.text),
        ),
        plan=("long", "short"),
        finish=Finish(replies=2, window_s=WINDOW_S, hold_s=ANSWERED_S),
        echo=room(rng, -20.0) if kind is Kind.DOUBLE_TALK else None,
        details={"point_s": after},
    )


def _backchannel(cast: Cast, text: str, voice: Voice, id: str, rng: np.random.Generator) -> Scenario:
    opening, spoken = cast.opening(rng, voice), say(text, voice)
    after = round(float(rng.uniform(*BACKCHANNEL_S)), 3)
    softer = round(float(rng.uniform(0.0, SOFTER_DB)), 1)
    return Scenario(
        id=id,
        kind=Kind.BACKCHANNEL,
        variant=text,
        half=cast.half,
        synthetic=True,
        speaker=voice.label,
        cues=(
            Cue("opening", opening.audio, When(after_s=LEAD_IN_S), opening.text),
            Cue("speech", scaled(spoken.audio, -softer), When(Moment.AUDIBLE, 1, after), spoken.text),
        ),
        plan=("brief", "short"),
        finish=Finish(replies=1, window_s=WINDOW_S, after_s=1.0),
        details={"point_s": after, "db": -softer},
    )
