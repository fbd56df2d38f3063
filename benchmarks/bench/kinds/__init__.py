"""Builders of items, one file per group of kinds. Each yields recipes: an item is made when its turn comes.

A recipe draws from a generator of its own, seeded by the run's seed and the item's place, so that an item
is the same whatever else is run beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

import numpy as np

from benchmarks.bench.cast import Cast
from benchmarks.bench.scenario import HALVES, Kind, Scenario

LEAD_IN_S: Final = 0.5
"""Silence at the beginning of every call."""


@dataclass(frozen=True)
class Recipe:
    """An item that can be made."""

    id: str
    kind: Kind
    variant: str
    half: str
    build: Callable[[], Scenario]


Make = Callable[[str, np.random.Generator], Scenario]
"""Makes an item with an id, from a generator of its own."""


def recipes(kind: Kind, cast: Cast, seed: int, makers: Iterable[tuple[str, Make]]) -> list[Recipe]:
    """Number ``makers`` (variant, maker), mixed so that any first part of them holds all variants."""
    by_variant: dict[str, list[Make]] = {}
    for variant, make in makers:
        by_variant.setdefault(variant, []).append(make)
    rows = zip_longest(*([(variant, make) for make in makes] for variant, makes in by_variant.items()))
    mixed = [entry for row in rows for entry in row if entry is not None]
    return [_recipe(kind, cast, seed, index, variant, make) for index, (variant, make) in enumerate(mixed)]


def _recipe(kind: Kind, cast: Cast, seed: int, index: int, variant: str, make: Make) -> Recipe:
    name = f"{kind.value}-{cast.half[0]}-{index:03d}"
    place = [seed, HALVES.index(cast.half), list(Kind).index(kind), index]
    return Recipe(name, kind, variant, cast.half, lambda: make(name, np.random.default_rng(place)))


def shuffled(kind: Kind, cast: Cast, seed: int) -> np.random.Generator:
    """Return the generator that chooses who says what, for all items of a kind."""
    return np.random.default_rng([seed, HALVES.index(cast.half), list(Kind).index(kind)])
