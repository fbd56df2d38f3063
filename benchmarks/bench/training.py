"""Silences with a known outcome, as the turn service would have seen them: what the weights are trained on."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from benchmarks.bench import evidence, natter_policy
from benchmarks.bench.evidence import Analyst, Evidence, Pause
from benchmarks.bench.scenario import Cue, Kind, Scenario, When
from benchmarks.bench.scenarios import recipes
from benchmarks.bench.sound import bounds, faded
from benchmarks.bench.voices import HELD_OUT, TUNED, say
from natter_turn import endpointing

BEGINNINGS: Final = (1, 2, 3)
"""Words after which a sentence is cut, besides where it pauses by itself."""
BEGINNING_WEIGHT: Final = 0.5
"""People pause there, too, but less often than at a clause."""


@dataclass(frozen=True)
class Example:
    """One silence."""

    evidence: endpointing.Evidence
    end: bool
    """Whether the user had finished."""
    kind: str
    weight: float = 1.0


def examples(half: str, seed: int, folder: Path) -> list[Example]:
    """Return all silences of the pauses and turns of ``half``, and of beginnings of their sentences."""
    items = [recipe.build() for recipe in recipes([Kind.PAUSE, Kind.TURN], [half], seed)]
    begun = list(_beginnings(items, half))
    analyst = Analyst()
    path, own = folder / f"evidence-{seed}.jsonl", folder / f"beginnings-{seed}.jsonl"
    known = evidence.gather(items, path, analyst.analyse, _progress)
    more = evidence.gather(begun, own, analyst.analyse, _progress)
    print(file=sys.stderr)
    found = [example for item in known.values() for example in _silences(item)]
    return _once(found + [example for item in more.values() for example in _cut(item)])


def _silences(item: Evidence) -> Iterator[Example]:
    for pause in item.pauses:
        end = pause.resumes is None
        yield Example(_known(item, pause), end, f"{item.kind}:{item.variant}")


def _cut(item: Evidence) -> Iterator[Example]:
    for pause in item.pauses[-1:]:
        yield Example(_known(item, pause), False, "beginning", BEGINNING_WEIGHT)


def _known(item: Evidence, pause: Pause) -> endpointing.Evidence:
    """Return what would be known; of a synthetic voice not the sound: its melody says nothing of people's."""
    known = natter_policy.at_the_end(item, pause)
    return replace(known, sound=None) if item.synthetic else known


def _once(found: list[Example]) -> list[Example]:
    """Share one weight among the silences behind the same words: an item's recording stands in several."""
    times = Counter((example.evidence.text, example.end) for example in found)
    return [replace(example, weight=example.weight / times[example.evidence.text, example.end]) for example in found]


def _beginnings(items: list[Scenario], half: str) -> Iterator[Scenario]:
    """Yield the first words of each synthetic sentence of the half, in turn by each of its voices."""
    voices = TUNED if half == "tuned" else HELD_OUT
    texts = sorted({cue.text for item in items if item.synthetic and (cue := item.judged) is not None})
    for number, text in enumerate(text for text in texts if len(text.split()) > max(BEGINNINGS) + 2):
        count = BEGINNINGS[number % len(BEGINNINGS)]
        spoken = say(text, voices[number % len(voices)])
        first = spoken.audio[: spoken.words[count - 1][2]]
        audio = faded(first[: bounds(first)[1]])
        cue = Cue("speech", audio, When(), " ".join(text.split()[:count]))
        yield replace(items[0], id=f"beginning-{half[0]}-{number:03}", half=half, variant="beginning", cues=(cue,))


def _progress(done: int, total: int) -> None:
    print(f"\revidence {done}/{total} ", end="", file=sys.stderr, flush=True)
