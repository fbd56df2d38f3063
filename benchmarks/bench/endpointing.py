"""False cut-offs against latency, offline: what a way to find the end of a turn would have done. Pure.

A *policy* is asked, pause by pause, after how much silence it would have ended the turn. The item is cut
off if it ends it while the user has not finished; else its latency is the time from the true end of
speech to the decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from benchmarks.bench.evidence import Evidence, Pause
from benchmarks.bench.sound import RATE
from natter_turn.activity import RELEASE_WINDOWS, WINDOW

WINDOW_MS: Final = WINDOW * 1000 // RATE
ASKED_MS: Final = 80
"""A model's answer is there so long after it was asked (Smart Turn 50-100 ms, Moonshine's final 40-105 ms)."""
BLIND_MS: Final = RELEASE_WINDOWS * WINDOW_MS
"""Silence that the voice detector needs to be sure of it."""
PATIENCE_MS: Final = 3400
"""Whoever has not decided by then is as slow as the item is long."""

Policy = Callable[[Evidence, Pause], float | None]
"""Returns after how many milliseconds of silence it ends the turn; None: not within the pause."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one policy does to one item."""

    cut: bool
    """It ended the turn while the user had not finished."""
    latency_ms: float
    """From the true end of speech to its decision there, whatever it did before."""


@dataclass(frozen=True)
class Point:
    """One policy on one half.

    Attributes:
        name: its settings, in words.
        cut: items with a pause put into them that it cut off, of ``paused``.
        turns_cut: items without one that it cut off all the same, at a pause of the speaker's own.
        mean_ms, p50_ms, p95_ms: latency of all items.
    """

    name: str
    cut: int
    paused: int
    turns_cut: int
    mean_ms: float
    p50_ms: float
    p95_ms: float

    @property
    def rate(self) -> float:
        """Share of the pauses that were cut off."""
        return self.cut / self.paused if self.paused else 0.0


def judge(evidence: Evidence, policy: Policy) -> Verdict:
    """Return what ``policy`` does to an item."""
    cut, latency = False, float(PATIENCE_MS)  # if the detector does not notice that it ends
    for pause in evidence.pauses:
        after = policy(evidence, pause)
        if pause.resumes is None:
            decided = pause.last_speech + (PATIENCE_MS if after is None else after) * RATE / 1000
            latency = max(0.0, (decided - evidence.end) * 1000 / RATE)
        else:
            cut = cut or (after is not None and after < (pause.resumes - pause.last_speech) * 1000 / RATE)
    return Verdict(cut, latency)


def measure(name: str, policy: Policy, items: Sequence[Evidence]) -> Point:
    """Return how ``policy`` does on ``items``, of which there must be some."""
    verdicts = [(item, judge(item, policy)) for item in items]
    latencies = np.array([verdict.latency_ms for _, verdict in verdicts])
    return Point(
        name,
        cut=sum(verdict.cut for item, verdict in verdicts if item.hole is not None),
        paused=sum(item.hole is not None for item in items),
        turns_cut=sum(verdict.cut for item, verdict in verdicts if item.hole is None),
        mean_ms=float(np.mean(latencies)),
        p50_ms=float(np.median(latencies)),
        p95_ms=float(np.quantile(latencies, 0.95)),
    )


# -- the simple ways ----------------------------------------------------------------------------


def by_silence(silence_ms: float) -> Policy:
    """End after so much silence, whatever was said."""

    def policy(evidence: Evidence, pause: Pause) -> float:
        del evidence, pause
        return _window(silence_ms)

    return policy


def by_score(
    scores: Callable[[Pause], Sequence[tuple[int, float]]], sure: float, least_ms: int, most_ms: int
) -> Policy:
    """End when the newest score says so and there were ``least_ms`` of silence, or after ``most_ms``.

    Args:
        scores: returns pairs of when a score is there (silence in milliseconds) and the score.
        sure: a score from here on means that the turn is over.
    """

    def policy(evidence: Evidence, pause: Pause) -> float:
        del evidence
        known = scores(pause)
        for index, (ready_ms, score) in enumerate(known):
            until = known[index + 1][0] if index + 1 < len(known) else most_ms
            at = max(ready_ms, least_ms)
            if score >= sure and at < min(until, most_ms):
                return _window(at)
        return _window(most_ms)

    return policy


def sound_scores(pause: Pause) -> list[tuple[int, float]]:
    """Return Smart Turn's answers, asked again and again."""
    return [(sound.silence_ms + ASKED_MS, sound.complete) for sound in pause.sound]


def reading_scores(pause: Pause) -> list[tuple[int, float]]:
    """Return the recogniser's belief that a sentence ends, of each of its finals."""
    return [
        (max(heard.tail_ms, BLIND_MS) + ASKED_MS, heard.ends_sentence or 0.0)
        for heard in pause.heard
        if heard.tail_ms > 0 or len(pause.heard) == 1
    ]


def _window(milliseconds: float) -> float:
    """Return the end of the window in which so much silence is reached; decisions are made at windows."""
    return max(BLIND_MS, -(-milliseconds // WINDOW_MS) * WINDOW_MS)


# -- sweeps -------------------------------------------------------------------------------------

SILENCES_MS: Final = tuple(range(100, 3001, 50))
SURE: Final = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99)
LEAST_MS: Final = (200, 300, 400, 600, 800, 1000)
MOST_MS: Final = (600, 800, 1000, 1200, 1400, 1600, 1800, 2000, 2500, 3000)


def silence_sweep() -> dict[str, Policy]:
    """Return voice activity alone, at every silence."""
    return {f"silence {ms} ms": by_silence(ms) for ms in SILENCES_MS}


def score_sweep(scores: Callable[[Pause], Sequence[tuple[int, float]]]) -> dict[str, Policy]:
    """Return one score with threshold, delay and time-out swept."""
    return {
        f"sure {sure:g}, {least}-{most} ms": by_score(scores, sure, least, most)
        for sure, least, most in product(SURE, LEAST_MS, MOST_MS)
        if least <= most
    }


def frontier(points: Iterable[Point]) -> list[Point]:
    """Return the points that no other one beats in both cut-offs and mean latency, from slow to fast."""
    best: list[Point] = []
    for point in sorted(points, key=lambda point: (point.mean_ms, point.rate)):
        if not best or point.rate < best[-1].rate:
            best.append(point)
    return best[::-1]


def latency_at(points: Iterable[Point], rate: float) -> Point | None:
    """Return the fastest of ``points`` that cuts off no more than ``rate``."""
    return min((point for point in points if point.rate <= rate), key=lambda point: point.mean_ms, default=None)
