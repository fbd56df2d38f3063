"""How much does each piece of evidence say about the end of a turn? Trains ``natter_turn/learned.py``.

    .venv/bin/python benchmarks/train_endpointing.py            # train, and print what it is worth
    .venv/bin/python benchmarks/train_endpointing.py --write    # and write the weights into the turn service

A logistic regression with a ridge, on the half ``tuned`` of the listening benchmark's pauses and turns alone:
every silence that the voice detector noticed, as the turn service would have known it (``bench/evidence.py``).
A silence after which the user went on is a pause, the last one of an item is an end. Besides the pauses that the
items have, every sentence is also cut after its first words, so that short does not come to mean complete. Pauses
and ends weigh the same in sum. The half ``held_out`` is only scored.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a file

from natter_runtime import threads

assert threads  # before numpy is imported

import numpy as np
from numpy.typing import NDArray

from benchmarks.bench import evidence, training
from benchmarks.bench.scenario import HALVES
from benchmarks.bench.scenarios import SEED
from benchmarks.bench.training import Example
from natter_turn import endpointing, learned

LEARNED: Final = Path(learned.__file__)
RIDGE: Final = 4.0
"""Strength of the ridge, in examples: few voices are no reason for strong opinions."""
STEPS: Final = 50
FOR: Final = 1.0
AGAINST: Final = -1.0
SPEAK_AGAINST: Final = ("unfinished",)
"""All other features speak for the end. With few voices the sign is known better than learned."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Model:
    """Weights of standardised features, and of nothing."""

    names: tuple[str, ...]
    mean: Floats
    deviation: Floats
    factors: Floats
    bias: float

    def odds(self, features: Floats) -> Floats:
        """Return the log-odds that each row is an end; what is not known (NaN) adds nothing."""
        standard = np.nan_to_num((features - self.mean) / self.deviation)
        return np.asarray(standard @ self.factors + self.bias)


def main() -> None:
    """Train, score, and write if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the items ({SEED})")
    parser.add_argument("--write", action="store_true", help=f"write {LEARNED.name}")
    given = parser.parse_args()
    known = {half: training.examples(half, given.seed, evidence.FOLDER) for half in HALVES}
    model = train(known["tuned"])
    for half in HALVES:
        print(f"{half}: {_score(model, known[half])}")
    print(_text(model))
    if given.write:
        head = LEARNED.read_text(encoding="utf-8").split("BIAS: Final")[0]
        LEARNED.write_text(head + _text(model), encoding="utf-8")
        print(f"written: {LEARNED.name}")


def train(examples: Sequence[Example]) -> Model:
    """Return the regression on ``examples``; a feature that would speak the wrong way is left out."""
    rows, ends = matrix(examples), np.array([example.end for example in examples], float)
    mean, deviation = np.nanmean(rows, axis=0), np.nanstd(rows, axis=0) + 1e-9
    inputs = np.column_stack([np.nan_to_num((rows - mean) / deviation), np.ones(len(rows))])
    weight = np.array([example.weight for example in examples])
    for kind in (0.0, 1.0):
        weight[ends == kind] *= len(ends) / 2 / weight[ends == kind].sum()
    names = tuple(learned.WEIGHTS)
    signs = np.array([AGAINST if name in SPEAK_AGAINST else FOR for name in names])
    while True:
        factors = _fitted(inputs, ends, weight)
        wrong = np.flatnonzero(factors[:-1] * signs < 0)
        if not len(wrong):
            return Model(names, mean, deviation, factors[:-1], float(factors[-1]))
        inputs[:, wrong] = 0.0


def _fitted(inputs: Floats, ends: Floats, weight: Floats) -> Floats:
    """Return the factors of most likelihood under the ridge, by Newton's method; 0 for a feature of zeros."""
    ridge = RIDGE * np.append(np.ones(inputs.shape[1] - 1), 0.0)
    factors = np.zeros(inputs.shape[1])
    for _ in range(STEPS):
        guess = 1 / (1 + np.exp(-inputs @ factors))
        slope = inputs.T @ (weight * (guess - ends)) + ridge * factors
        curve = (inputs.T * (weight * guess * (1 - guess))) @ inputs + np.diag(ridge + 1e-9)
        factors -= np.linalg.solve(curve, slope)
    return factors


def matrix(examples: Sequence[Example]) -> Floats:
    """Return the features, ``[examples, features]``; NaN for what is not known."""
    rows = [list(endpointing.features(example.evidence).values()) for example in examples]
    return np.array([[np.nan if value is None else value for value in row] for row in rows], float)


def _score(model: Model, examples: Sequence[Example]) -> str:
    """Return the areas under the curve: of the mix, of the whole decision, and of each feature alone."""
    rows, ends = matrix(examples), np.array([example.end for example in examples])
    whole = [endpointing.estimate(example.evidence).probability for example in examples]
    told = [f"mix {area(model.odds(rows), ends):.3f}", f"with the rules as installed {area(np.array(whole), ends):.3f}"]
    for name, column in zip(model.names, rows.T, strict=True):
        told.append(f"{name} {area(np.nan_to_num(column, nan=float(np.nanmean(column))), ends):.2f}")
    kinds = sorted({example.kind for example in examples if not example.end})
    for kind in kinds:
        kept = np.array([example.end or example.kind == kind for example in examples])
        told.append(f"mix against {kind} {area(model.odds(rows)[kept], ends[kept]):.2f}")
    return f"{len(ends)} silences, {ends.sum()} ends; area under the curve: " + ", ".join(told)


def area(scores: Floats, ends: NDArray[np.bool_]) -> float:
    """Return how often an end scores higher than a pause; ties count half."""
    high, low = scores[ends], scores[~ends]
    return float(np.mean((high[:, None] > low[None]) + 0.5 * (high[:, None] == low[None])))


def _text(model: Model) -> str:
    rows = [
        f'    "{name}": Weight({factor:.3f}, {mean:.3f}, {deviation:.3f}),'
        for name, factor, mean, deviation in zip(model.names, model.factors, model.mean, model.deviation, strict=True)
    ]
    return "\n".join([f"BIAS: Final = {model.bias:.3f}", "WEIGHTS: Final = {", *rows, "}", ""])


if __name__ == "__main__":
    main()
