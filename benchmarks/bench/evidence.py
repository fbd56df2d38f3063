"""What the services would know in each pause of an item, computed once with their own models and kept.

The file (``benchmarks/.cache/endpoints/evidence-<seed>.jsonl``, not in the repository) has one JSON object
per line and item; :class:`Evidence` and :class:`Pause` are its format, and :func:`load` reads it. All
positions are samples at 16 kHz of the item's own axis: 0.5 s of silence, the user's speech, 3.5 s of
silence. Silence inside a pause is counted, as the turn service does, from the end of the last window in
which the voice detector heard speech, which lies up to about 100 ms after the true end.

An item is computed again when its sound changes (``digest``), when the recogniser tells another set of
probabilities (``SCORES``), or when this format does (``VERSION``).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from benchmarks.bench.scenario import Scenario
from benchmarks.bench.sound import RATE, Audio, silence
from natter_protocol.settings import TranscriptionMode
from natter_runtime.config import RuntimeConfig
from natter_runtime.models import locate
from natter_stt.engine import Hypothesis, Passage, StreamOptions
from natter_stt.engines.moonshine import Moonshine
from natter_stt.pace import CAREFUL_MS
from natter_stt.utterance import LEAD_IN
from natter_turn.activity import ONSET_WINDOWS, WINDOW, Activity, Edge
from natter_turn.engines.silero import Silero
from natter_turn.engines.smart_turn import SmartTurn
from natter_turn.inputs import Window
from natter_turn.sound.spectrum import level_db

VERSION: Final = 4
FOLDER: Final = Path(__file__).parents[1] / ".cache" / "endpoints"
BEFORE_S: Final = 0.5
AFTER_S: Final = 3.5
THRESHOLD: Final = 0.5
"""Of the voice detector, for where pauses begin and end."""
SOUND_MS: Final = (96, 128, 160, 192, 224, 256, 320, 400, 512, 640, 800, 1000, 1280, 1600, 2000)
"""Silence at which Smart Turn is asked; each answer is about 8 s up to that very moment."""
TAILS_MS: Final = (0, 120, 200, 400)
"""Silence after the last speech that the recogniser hears; 0 is what a partial knew, 120 what the final of
the default settings does."""


SCORES: Final = tuple(field.name for field in fields(Hypothesis) if "float" in str(field.type))


class Sound(msgspec.Struct, frozen=True):
    """Smart Turn's answer ``silence_ms`` after the last speech."""

    silence_ms: int
    complete: float


class Heard(msgspec.Struct, frozen=True):
    """Moonshine's text with ``tail_ms`` of silence behind the last speech."""

    tail_ms: int
    text: str
    decode_ms: float
    scores: dict[str, float | None]
    """Every probability that the engine's :class:`~natter_stt.engine.Hypothesis` has, by its name there."""

    @property
    def ends_sentence(self) -> float | None:
        """Probability that a sentence ends here."""
        return self.scores.get("ends_sentence")


class Pause(msgspec.Struct, frozen=True):
    """A silence that the voice detector noticed."""

    last_speech: int
    """End of the last window of speech before it."""
    resumes: int | None
    """First sample of speech after it; None: the item ends in it."""
    sound: list[Sound]
    heard: list[Heard]


class Evidence(msgspec.Struct, frozen=True):
    """One item."""

    version: int
    id: str
    digest: str
    half: str
    kind: str
    variant: str
    synthetic: bool
    text: str
    asked: str
    """What the agent has just asked, if anything."""
    start: int
    """First sample of speech, in truth."""
    end: int
    """The sample after the last of speech, in truth: latency is counted from here."""
    hole: tuple[int, int] | None
    """Where the user pauses, in truth."""
    speech: list[float]
    """The voice detector's probability, window (512 samples) by window."""
    levels: list[float]
    """The level of each window, dB below full scale."""
    pauses: list[Pause]


class Analyst:
    """The services' models, loaded once; safe to use from several threads."""

    def __init__(self, models: Path | None = None) -> None:
        root = models or RuntimeConfig().models
        self._detector = Silero(locate("vad", "silero-v6", root))
        self._judge = SmartTurn(locate("turn", "smart-turn-v3.2", root))
        engine = Moonshine(locate("stt", "moonshine-tiny-en", root), "moonshine-tiny-en")
        self._recogniser = engine.open(StreamOptions())

    def analyse(self, item: Scenario) -> Evidence:
        """Return what the services would know about ``item``. Blocks for one or two seconds."""
        cue = item.judged
        assert cue is not None
        audio = np.concatenate([silence(BEFORE_S), cue.audio, silence(AFTER_S)])
        audio = audio[: len(audio) // WINDOW * WINDOW]
        start = round(BEFORE_S * RATE)
        detector = self._detector.open()
        windows = [audio[at : at + WINDOW] for at in range(0, len(audio), WINDOW)]
        speech = [detector(window) for window in windows]
        levels = [level_db(window) for window in windows]
        asked = next((answer.removeprefix("ask:") for answer in item.plan if answer.startswith("ask:")), "")
        return Evidence(
            version=VERSION,
            id=item.id,
            digest=item.digest,
            half=item.half,
            kind=item.kind.value,
            variant=item.variant,
            synthetic=item.synthetic,
            text=cue.text,
            asked=asked,
            start=start,
            end=start + len(cue.audio),
            hole=(start + cue.hole[0], start + cue.hole[1]) if cue.hole else None,
            speech=[round(probability, 4) for probability in speech],
            levels=[round(level, 1) for level in levels],
            pauses=[self._pause(audio, *found) for found in pauses_of(speech, levels)],
        )

    def _pause(self, audio: Audio, begun: int, last_speech: int, resumes: int | None) -> Pause:
        until = resumes if resumes is not None else len(audio)
        sound = [
            Sound(ms, round(self._judge(audio[max(0, at - 8 * RATE) : at]), 4))
            for ms in SOUND_MS
            if (at := last_speech + ms * RATE // 1000) <= until
        ]
        first = max(0, begun - LEAD_IN)
        heard = [
            self._heard(audio[first:at], ms)
            for ms in TAILS_MS
            if (at := last_speech + ms * RATE // 1000) <= until or ms == 0
        ]
        return Pause(last_speech, resumes, sound, heard)

    def _heard(self, audio: Audio, tail_ms: int) -> Heard:
        began = time.perf_counter()
        passage = Passage(audio[-15 * RATE :])
        hypothesis = self._recogniser.decode(passage, careful=passage.ms <= CAREFUL_MS[TranscriptionMode.BALANCED])
        took = (time.perf_counter() - began) * 1000
        scores = {name: getattr(hypothesis, name) for name in SCORES}
        rounded = {name: None if score is None else round(score, 4) for name, score in scores.items()}
        return Heard(tail_ms, hypothesis.text, round(took, 1), rounded)


def pauses_of(
    speech: list[float], levels: list[float], threshold: float = THRESHOLD
) -> list[tuple[int, int, int | None]]:
    """Return each silence: where the turn's speech began, where its last speech ended, where it goes on.

    Pure; with the hysteresis of the turn service.
    """
    activity, begun, found = Activity(), -1, list[tuple[int, int, int | None]]()
    for index, (probability, level) in enumerate(zip(speech, levels, strict=True)):
        edge = activity.update(Window((index + 1) * WINDOW, probability, level), threshold, ONSET_WINDOWS)
        if edge is Edge.STARTED:
            begun = activity.start_sample if begun < 0 else begun
            if found:
                found[-1] = (*found[-1][:2], activity.start_sample)
        elif edge is Edge.STOPPED:
            found.append((begun, activity.last_speech_sample, None))
    return found


def load(path: Path) -> dict[str, Evidence]:
    """Return the evidence in ``path`` by item; nothing if there is no such file."""
    if not path.is_file():
        return {}
    decoder = msgspec.json.Decoder(Evidence)
    found = [decoder.decode(line) for line in path.read_bytes().splitlines() if line.strip()]
    return {evidence.id: evidence for evidence in found if evidence.version == VERSION}


def gather(
    items: list[Scenario], path: Path, analyse: Callable[[Scenario], Evidence], progress: Callable[[int, int], None]
) -> dict[str, Evidence]:
    """Return the evidence of ``items``: from ``path`` where it is known, else computed and added to it."""
    known = load(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        for count, item in enumerate(items, 1):
            if item.id not in known or not _holds(known[item.id], item):
                known[item.id] = analyse(item)
                file.write(msgspec.json.encode(known[item.id]) + b"\n")
                file.flush()
            progress(count, len(items))
    return {item.id: known[item.id] for item in items}


def _holds(evidence: Evidence, item: Scenario) -> bool:
    """Whether ``evidence`` is about ``item`` as it is now, and tells all that can be told."""
    told = [tuple(heard.scores) for pause in evidence.pauses for heard in pause.heard]
    return evidence.digest == item.digest and all(scores == SCORES for scores in told)
