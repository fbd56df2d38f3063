"""All items of a run, in an order that any interruption of it leaves balanced."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import zip_longest
from typing import Final

from benchmarks.bench.cast import Cast, cast
from benchmarks.bench.kinds import Recipe, echoes, overlaps, pauses, surroundings, turns
from benchmarks.bench.scenario import HALVES, Kind

SEED: Final = 7
BUILDERS: Final[dict[Kind, Callable[[Cast, int], list[Recipe]]]] = {
    Kind.PAUSE: pauses.build,
    Kind.TURN: turns.build,
    Kind.INTERRUPTION: overlaps.interruptions,
    Kind.BACKCHANNEL: overlaps.backchannels,
    Kind.SIDE_TALK: surroundings.side_talk,
    Kind.NOISE: surroundings.noise,
    Kind.ECHO: echoes.build,
    Kind.DOUBLE_TALK: overlaps.double_talks,
}
QUICK: Final = {Kind.PAUSE: 6, Kind.DOUBLE_TALK: 1}
"""Items per kind and half of a quick run; :data:`QUICK_OTHERS` of all other kinds."""
QUICK_OTHERS: Final = 3


def recipes(
    kinds: Iterable[Kind] = Kind,
    halves: Iterable[str] = HALVES,
    seed: int = SEED,
    *,
    quick: bool = False,
    limit: int | None = None,
) -> list[Recipe]:
    """Return the items of a run.

    Args:
        quick: only some of each kind.
        limit: at most so many of each kind and half.
    """
    rows = []
    for half in halves:
        for kind in kinds:
            made = BUILDERS[kind](cast(half), seed)
            most = QUICK.get(kind, QUICK_OTHERS) if quick else len(made)
            rows.append(made[: min(most, len(made) if limit is None else limit)])
    return [recipe for row in zip_longest(*rows) for recipe in row if recipe is not None]
