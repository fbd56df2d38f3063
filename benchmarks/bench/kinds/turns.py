"""Complete turns: questions, one word, recordings of people, and answers to what the agent has just asked."""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import Final

import numpy as np

from benchmarks.bench.cast import Cast
from benchmarks.bench.kinds import LEAD_IN_S, Make, Recipe, recipes, shuffled
from benchmarks.bench.scenario import Cue, Finish, Kind, Moment, Scenario, When
from benchmarks.bench.sound import RATE
from benchmarks.bench.voices import Spoken, Voice, say

COUNTS: Final = {"long": 14, "short": 10}
RECORDED: Final = 10
ANSWERS: Final = 10
LONGEST_S: Final = 6.0
"""A recording that is longer takes too much of everybody's time."""
WINDOW_S: Final = 6.0
ANSWER_AFTER_S: Final = (0.6, 1.3)
"""So long after the last sound of the question the answer begins."""


def build(cast: Cast, seed: int) -> list[Recipe]:
    """Return the recipes of one half."""
    rng = shuffled(Kind.TURN, cast, seed)
    makers: list[tuple[str, Make]] = []
    for length, count in COUNTS.items():
        pairs = list(product(cast.turns[length], cast.voices))
        chosen = [pairs[i] for i in rng.permutation(len(pairs))[:count]]
        makers += [(length, partial(_spoken, cast.half, length, text, voice)) for text, voice in chosen]
    clips = [clip for clip in cast.complete if len(clip.audio) <= LONGEST_S * RATE]
    makers += [
        ("recorded", partial(_turn, cast.half, "recorded", clips[i])) for i in rng.permutation(len(clips))[:RECORDED]
    ]
    answers = list(product(cast.turns["answers"], cast.voices))
    chosen = [answers[i] for i in rng.permutation(len(answers))[:ANSWERS]]
    makers += [("answer", partial(_answer, cast, text, voice)) for text, voice in chosen]
    return recipes(Kind.TURN, cast, seed, makers)


def _spoken(half: str, variant: str, text: str, voice: Voice, id: str, rng: np.random.Generator) -> Scenario:
    return _turn(half, variant, say(text, voice), id, rng)


def _turn(half: str, variant: str, spoken: Spoken, id: str, rng: np.random.Generator) -> Scenario:
    del rng
    cue = Cue("speech", spoken.audio, When(after_s=LEAD_IN_S), spoken.text)
    return Scenario(
        id=id,
        kind=Kind.TURN,
        variant=variant,
        half=half,
        synthetic=not spoken.real,
        speaker=spoken.speaker,
        cues=(cue,),
        plan=("short",),
        finish=Finish(replies=1, window_s=WINDOW_S),
    )


def _answer(cast: Cast, text: str, voice: Voice, id: str, rng: np.random.Generator) -> Scenario:
    question, answer = (part.strip() for part in text.split("|"))
    opening, spoken = cast.opening(rng, voice), say(answer, voice)
    after = round(float(rng.uniform(*ANSWER_AFTER_S)), 3)
    return Scenario(
        id=id,
        kind=Kind.TURN,
        variant="answer",
        half=cast.half,
        synthetic=True,
        speaker=voice.label,
        cues=(
            Cue("opening", opening.audio, When(after_s=LEAD_IN_S), opening.text),
            Cue("speech", spoken.audio, When(Moment.ENDED, 1, after), spoken.text),
        ),
        plan=(f"ask:{question}", "short"),
        finish=Finish(replies=2, window_s=WINDOW_S),
    )
