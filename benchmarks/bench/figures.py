"""From records to figures: one set per system, preset and half. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from benchmarks.bench.judge import Outcome, Verdict, judge
from benchmarks.bench.record import Record
from benchmarks.bench.scenario import Kind
from benchmarks.bench.stats import Share, mean, quantile

ROWS: Final = {
    Kind.PAUSE: "pause held",
    Kind.TURN: "turn taken",
    Kind.INTERRUPTION: "interruption answered",
    Kind.BACKCHANNEL: "back-channel resumed",
    Kind.SIDE_TALK: "side talk ignored",
    Kind.NOISE: "noise ignored",
    Kind.ECHO: "echo ignored",
    Kind.DOUBLE_TALK: "interruption through echo answered",
}
COMPOSED: Final = (Kind.PAUSE, Kind.TURN, Kind.INTERRUPTION, Kind.BACKCHANNEL)
"""The four parts of the composite, as the Full-Duplex-Bench leaderboards weigh them: equally."""
CLOSE_WORDS: Final = 1
LATE_MS: Final = 40.0
"""A call whose own client was later than that in 1 % of its ticks was disturbed by the machine."""


@dataclass(frozen=True)
class Judged:
    """A record and what it came to."""

    record: Record
    verdict: Verdict


@dataclass
class Figures:
    """All figures of one group of items."""

    system: str
    preset: str
    half: str
    items: list[Judged] = field(default_factory=list)

    def of(self, *kinds: Kind) -> list[Judged]:
        """Return the items of these kinds that could be judged."""
        return [item for item in self.items if item.record.kind in kinds and item.verdict.outcome is not Outcome.VOID]

    def share(self, kind: Kind, variant: str | None = None) -> Share:
        """Return how many items of ``kind`` went as they should."""
        items = [item for item in self.of(kind) if variant in (None, item.record.variant)]
        return Share(sum(item.verdict.good for item in items), len(items))

    @property
    def composite(self) -> float:
        """Mean of the four shares, in percent; NaN if one of them is missing."""
        return 100 * mean([self.share(kind).value for kind in COMPOSED])

    def latencies(self, *kinds: Kind) -> list[float]:
        """Return the seconds from the end of speech to the first audible sample."""
        return [item.verdict.latency_s for item in self.of(*kinds) if item.verdict.latency_s is not None]

    @property
    def stops(self) -> list[float]:
        """Seconds from the onset of an interruption to the last audible old sample."""
        return [item.verdict.stop_s for item in self.of(Kind.INTERRUPTION) if item.verdict.stop_s is not None]

    @property
    def history(self) -> list[int]:
        """Words that the conversation holds more than were heard, per interruption."""
        items = self.of(Kind.INTERRUPTION)
        return [item.verdict.history_words for item in items if item.verdict.history_words is not None]

    @property
    def close(self) -> Share:
        """Interruptions after which the history is right to within a word."""
        return Share(sum(abs(error) <= CLOSE_WORDS for error in self.history), len(self.history))

    @property
    def stale(self) -> int:
        """Items in which sound of a reply came after the player had been told to drop it."""
        return sum(item.verdict.stale_ms > 0 for item in self.items)

    @property
    def duplicates(self) -> int:
        """Answers beyond the first to the same words."""
        return sum(item.verdict.duplicates for item in self.items)

    @property
    def unanswered(self) -> int:
        """Turns of the user that came to nothing: no answer within the time there was."""
        wanted = (Outcome.SILENT, Outcome.DROPPED)
        answers = self.of(Kind.TURN, Kind.INTERRUPTION, Kind.DOUBLE_TALK)
        held = [item for item in self.of(Kind.PAUSE) if item.verdict.outcome is Outcome.HELD]
        return sum(item.verdict.outcome in wanted for item in answers) + sum(
            item.verdict.latency_s is None for item in held
        )

    @property
    def void(self) -> int:
        """Items that could not be judged."""
        return sum(item.verdict.outcome is Outcome.VOID for item in self.items)

    @property
    def disturbed(self) -> int:
        """Calls in which the benchmark's own client was late."""
        return sum(item.record.late_ms[1] > LATE_MS for item in self.items)

    @property
    def load(self) -> float:
        """The machine's load while the items ran, in the middle."""
        return quantile([item.record.load for item in self.items], 0.5)

    def variants(self, kind: Kind) -> list[str]:
        """Return the variants of ``kind``, in the order of the items."""
        return list(dict.fromkeys(item.record.variant for item in sorted(self.of(kind), key=_id)))


def _id(item: Judged) -> str:
    return item.record.id


def gather(records: Iterable[Record]) -> list[Figures]:
    """Return the figures of each system, preset and half that there are records of, and of both halves."""
    groups: dict[tuple[str, str, str], Figures] = {}
    for record in records:
        judged = Judged(record, judge(record))
        for half in (record.half, "both"):
            key = (record.system, record.preset, half)
            groups.setdefault(key, Figures(*key)).items.append(judged)
    return list(groups.values())


def summary(figures: Sequence[Figures]) -> list[dict[str, Any]]:
    """Return all figures as plain data, for a JSON file."""
    return [_plain(one) for one in figures]


def _plain(figures: Figures) -> dict[str, Any]:
    shares = {ROWS[kind]: [figures.share(kind).hits, figures.share(kind).total] for kind in Kind}
    return {
        "system": figures.system,
        "preset": figures.preset,
        "half": figures.half,
        "shares": shares,
        "composite": _number(figures.composite),
        "turn_latency_s": _quantiles(figures.latencies(Kind.TURN)),
        "pause_latency_s": _quantiles(figures.latencies(Kind.PAUSE)),
        "interruption_latency_s": _quantiles(figures.latencies(Kind.INTERRUPTION)),
        "stop_s": _quantiles(figures.stops),
        "history_words_mean": _number(mean([float(error) for error in figures.history])),
        "history_within_a_word": [figures.close.hits, figures.close.total],
        "stale": figures.stale,
        "duplicates": figures.duplicates,
        "unanswered": figures.unanswered,
        "void": figures.void,
        "disturbed": figures.disturbed,
        "load": _number(figures.load),
    }


def _quantiles(values: Sequence[float]) -> dict[str, float | int | None]:
    return {"n": len(values), "p50": _number(quantile(values, 0.5)), "p95": _number(quantile(values, 0.95))}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 3)
