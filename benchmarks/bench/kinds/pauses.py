"""The user pauses inside a sentence, for 0.6 to 2.0 s: at a clause, after a filler, inside a number."""

from __future__ import annotations

import math
from functools import partial
from itertools import product
from statistics import NormalDist
from typing import Final

import numpy as np

from benchmarks.bench.cast import Cast
from benchmarks.bench.kinds import LEAD_IN_S, Make, Recipe, recipes, shuffled
from benchmarks.bench.scenario import Cue, Finish, Kind, Scenario, When
from benchmarks.bench.sound import RATE, bounds, with_hole
from benchmarks.bench.voices import Spoken, Voice, say

COUNTS: Final = {"clause": 24, "filler": 20, "entity": 20}
"""Items per half and place of the pause, spoken by synthetic voices."""
RECORDED: Final = 50
"""Items per half, cut from recordings of people at a boundary of words. They are many because a synthetic
voice's melody does not tell that it will go on: on flite's clauses and numbers Smart Turn does no better than
a coin, on recordings its AUC is 0.8."""
SHORTEST_S, LONGEST_S = 0.6, 2.0
MEDIAN_S, SPREAD = 0.7, 0.5
"""Of the log-normal distribution that pauses are drawn from, between the two bounds: people's silent pauses
are log-normal (Campione and Veronis, Speech Prosody 2002), so most of those above 0.6 s are not much longer."""
WORDS_BEFORE, WORDS_AFTER = 3, 2
MOST_BEFORE_S, MOST_AFTER_S = 5.0, 5.0
"""Of a recording; what is longer is cut off in front, or left out."""
_NORMAL: Final = NormalDist()
FINISH: Final = Finish(replies=1, window_s=6.0, hold_s=0.4)


def build(cast: Cast, seed: int) -> list[Recipe]:
    """Return the recipes of one half."""
    rng = shuffled(Kind.PAUSE, cast, seed)
    makers: list[tuple[str, Make]] = []
    for place, count in COUNTS.items():
        pairs = list(product(cast.pauses[place], cast.voices))
        chosen = [pairs[i] for i in rng.permutation(len(pairs))[:count]]
        lengths = _lengths(rng, len(chosen))
        makers += [
            (place, partial(_spoken, cast.half, place, text, voice, length))
            for (text, voice), length in zip(chosen, lengths, strict=True)
        ]
    gaps = [(clip, index) for clip in cast.complete for index in boundaries(clip)]
    chosen_gaps = [gaps[i] for i in rng.permutation(len(gaps))[:RECORDED]]
    lengths = _lengths(rng, len(chosen_gaps))
    makers += [
        ("recorded", partial(_recorded, cast.half, clip, index, length))
        for (clip, index), length in zip(chosen_gaps, lengths, strict=True)
    ]
    return recipes(Kind.PAUSE, cast, seed, makers)


def boundaries(clip: Spoken) -> list[int]:
    """Return where ``clip`` can be cut: the number of words before each place."""
    last = len(clip.words) - WORDS_AFTER
    return [
        index
        for index in range(WORDS_BEFORE, last + 1)
        if len(clip.audio) - clip.words[index][1] <= MOST_AFTER_S * RATE
        and clip.words[index][1] > clip.words[index - 1][1]
    ]


def _lengths(rng: np.random.Generator, count: int) -> list[float]:
    """Return ``count`` pauses, spread evenly over their distribution, in random order."""
    low, high = (_NORMAL.cdf(math.log(bound / MEDIAN_S) / SPREAD) for bound in (SHORTEST_S, LONGEST_S))
    steps = rng.permutation((np.arange(count) + rng.random(count)) / max(1, count))
    shares = low + (high - low) * steps
    return [round(MEDIAN_S * math.exp(SPREAD * _NORMAL.inv_cdf(float(share))), 3) for share in shares]


def _spoken(
    half: str, place: str, text: str, voice: Voice, length: float, id: str, rng: np.random.Generator
) -> Scenario:
    del rng
    before, after = (part.strip() for part in text.split("|"))
    spoken = say(f"{before} {after}", voice)
    return _item(id, half, place, spoken, len(before.split()), length)


def _recorded(half: str, clip: Spoken, index: int, length: float, id: str, rng: np.random.Generator) -> Scenario:
    del rng
    return _item(id, half, "recorded", _late(clip, index), index, length)


def _late(clip: Spoken, index: int) -> Spoken:
    """Return ``clip`` without what lies more than :data:`MOST_BEFORE_S` before the pause."""
    pause = clip.words[index - 1][2]
    start = next(word[1] for word in clip.words if pause - word[1] <= MOST_BEFORE_S * RATE or word is clip.words[-1])
    if start <= 0:
        return clip
    audio = clip.audio.copy()
    audio[:start] = 0.0
    return Spoken(clip.text, audio, clip.words, clip.speaker, clip.real, clip.file)


def _item(id: str, half: str, variant: str, spoken: Spoken, index: int, length: float) -> Scenario:
    audio, hole = with_hole(spoken.audio, spoken.words[index - 1][2], spoken.words[index][1], length)
    first, end = bounds(audio)
    cue = Cue("speech", audio[first:end], When(after_s=LEAD_IN_S), spoken.text, (hole[0] - first, hole[1] - first))
    return Scenario(
        id=id,
        kind=Kind.PAUSE,
        variant=variant,
        half=half,
        synthetic=not spoken.real,
        speaker=spoken.speaker,
        cues=(cue,),
        plan=("short",),
        finish=FINISH,
        details={"pause_s": length},
    )
