"""What a microphone hears that is not meant for the agent: side talk, people behind the user, noise."""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import Final

import numpy as np

from benchmarks.bench import sound
from benchmarks.bench.cast import Cast, pick
from benchmarks.bench.kinds import LEAD_IN_S, Make, Recipe, recipes, shuffled
from benchmarks.bench.scenario import Cue, Finish, Kind, Moment, Scenario, When
from benchmarks.bench.sound import RATE, Audio
from benchmarks.bench.voices import USER_DB, Spoken, Voice, say

SIDE_DB: Final = -12.0
"""Somebody who does not speak into the microphone, against the user."""
BEHIND_DB: Final = (-20.0, -12.0)
MOST_S: Final = 4.0
NOISES: Final = ("white", "pink", "typing", "babble")
OVER_DB: Final = (0.0, 10.0, 20.0)
"""The user's level over the noise."""
NOISE_S: Final = (2.0, 4.0)
BEDS: Final = (("pink", 10.0), ("pink", 20.0), ("babble", 10.0), ("babble", 20.0))
"""Noise all through the call."""
BED_S: Final = 30.0
COUGHS: Final = 2
"""Items per half while the agent speaks, and again while it is silent."""
SIDE: Final = {"other": 6, "self": 4}
"""Items per half while the agent speaks, and again while it is silent: another speaker, or the user turned away."""
BEHIND: Final = 6
WINDOW_S: Final = 4.5


def side_talk(cast: Cast, seed: int) -> list[Recipe]:
    """Return the recipes of one half: speech that is meant for somebody else."""
    rng = shuffled(Kind.SIDE_TALK, cast, seed)
    makers: list[tuple[str, Make]] = []
    for who, count in SIDE.items():
        for over in (True, False):
            pairs = list(product(cast.overlaps["side_talk"], cast.voices))
            chosen = [pairs[i] for i in rng.permutation(len(pairs))[:count]]
            makers += [(_name(who, over), partial(_side, cast, who, over, *pair)) for pair in chosen]
    clips = [clip for clip in cast.recordings if len(clip.audio) > RATE]
    for over in (True, False):
        count = BEHIND if clips else 0
        makers += [
            (_name("behind", over), partial(_behind, cast, over, clips[i])) for i in rng.permutation(len(clips))[:count]
        ]
    return recipes(Kind.SIDE_TALK, cast, seed, makers)


def noise(cast: Cast, seed: int) -> list[Recipe]:
    """Return the recipes of one half: sound that says nothing."""
    makers: list[tuple[str, Make]] = [
        (_name(name, over), partial(_noise, cast, name, db, over))
        for db in OVER_DB
        for name in NOISES
        for over in (True, False)
    ]
    makers += [
        (_name("cough", over), partial(_noise, cast, "cough", 0.0, over))
        for over in (True, False)
        for _ in range(COUGHS)
    ]
    makers += [("bed", partial(_bed, cast, name, db)) for name, db in BEDS]
    return recipes(Kind.NOISE, cast, seed, makers)


def _name(what: str, over: bool) -> str:
    return f"{what} {'over the reply' if over else 'in silence'}"


def _side(cast: Cast, who: str, over: bool, text: str, voice: Voice, id: str, rng: np.random.Generator) -> Scenario:
    others = [other for other in cast.voices if other.name != voice.name] or [v for v in cast.voices if v != voice]
    caller = voice if who == "self" else pick(rng, others)
    heard = sound.off_axis(say(text, voice).audio, rng, SIDE_DB)
    cue = _cue("side", heard, text, over, rng)
    return _item(cast, Kind.SIDE_TALK, _name(who, over), caller, cue, over, id, rng, {"db": SIDE_DB})


def _behind(cast: Cast, over: bool, clip: Spoken, id: str, rng: np.random.Generator) -> Scenario:
    db = round(float(rng.uniform(*BEHIND_DB)), 1)
    piece = sound.faded(clip.audio[: round(MOST_S * RATE)], 50)
    cue = _cue("side", sound.off_axis(piece, rng, db, 3500.0), clip.text, over, rng)
    voice = pick(rng, cast.voices)
    return _item(cast, Kind.SIDE_TALK, _name("behind", over), voice, cue, over, id, rng, {"db": db})


def _noise(cast: Cast, name: str, db: float, over: bool, id: str, rng: np.random.Generator) -> Scenario:
    seconds = round(float(rng.uniform(*NOISE_S)), 2)
    audio = sound.faded(sound.at_level(_sound(cast, name, seconds, rng), USER_DB - db), 20)
    voice = pick(rng, cast.voices)
    cue = _cue("noise", audio, "", over, rng)
    return _item(cast, Kind.NOISE, _name(name, over), voice, cue, over, id, rng, {"noise": name, "snr_db": db})


def _bed(cast: Cast, name: str, db: float, id: str, rng: np.random.Generator) -> Scenario:
    voice = pick(rng, cast.voices)
    opening = cast.opening(rng, voice)
    bed = sound.faded(sound.at_level(_sound(cast, name, BED_S, rng), USER_DB - db), 200)
    return Scenario(
        id=id,
        kind=Kind.NOISE,
        variant="bed",
        half=cast.half,
        synthetic=True,
        speaker=voice.label,
        cues=(
            Cue("bed", bed, When()),
            Cue("opening", opening.audio, When(after_s=2 * LEAD_IN_S), opening.text),
        ),
        plan=("brief", "short"),
        finish=Finish(replies=1, window_s=15.0, after_s=1.2),
        details={"noise": name, "snr_db": db},
    )


def _sound(cast: Cast, name: str, seconds: float, rng: np.random.Generator) -> Audio:
    match name:
        case "white":
            return sound.white(seconds, rng)
        case "pink":
            return sound.pink(seconds, rng)
        case "typing":
            return sound.typing(seconds, rng)
        case "cough":
            return sound.cough(rng)
        case _:
            voices = [clip.audio for clip in cast.recordings]
            voices = voices or [say(text, voice).audio for text, voice in product(cast.turns["long"], cast.voices)]
            return sound.babble(voices, seconds, rng)


def _cue(role: str, audio: Audio, text: str, over: bool, rng: np.random.Generator) -> Cue:
    when = (
        When(Moment.AUDIBLE, 1, round(float(rng.uniform(1.0, 4.0)), 3))
        if over
        else When(Moment.ENDED, 1, round(float(rng.uniform(0.8, 1.5)), 3))
    )
    return Cue(role, audio, when, text)


def _item(
    cast: Cast,
    kind: Kind,
    variant: str,
    caller: Voice,
    cue: Cue,
    over: bool,
    id: str,
    rng: np.random.Generator,
    details: dict[str, float | str],
) -> Scenario:
    opening = cast.opening(rng, caller)
    return Scenario(
        id=id,
        kind=kind,
        variant=variant,
        half=cast.half,
        synthetic=True,
        speaker=caller.label,
        cues=(Cue("opening", opening.audio, When(after_s=LEAD_IN_S), opening.text), cue),
        plan=("medium" if over else "short", "short"),
        finish=Finish(replies=1 if over else 2, window_s=WINDOW_S, after_s=1.0),
        details={**details, "over": str(over)},
    )
