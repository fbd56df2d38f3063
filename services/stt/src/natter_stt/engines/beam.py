"""Beam search: writing the likeliest text, not the likeliest next token. Pure.

Greedy decoding cannot take back a token that made sense until the next one; where the audio leaves doubt the
best whole text is often another. Several beginnings are kept side by side, as in any speech decoder since
Lowerre's Harpy (1976).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


class Beams(Protocol):
    """A decoder that goes on from several beginnings at once."""

    def start(self) -> Floats:
        """Return the log-probability of each first token, ``[1, vocabulary]``."""
        ...

    def extend(self, origins: Sequence[int], tokens: Sequence[int]) -> Floats:
        """Go on from the beginnings ``origins`` (indices into the last ones), each with one of ``tokens``.

        Returns:
            the log-probability of what would follow each, ``[len(origins), vocabulary]``.
        """
        ...


def search(beams: Beams, width: int, budget: int, end: int) -> list[int]:
    """Return the likeliest text that is found with ``width`` beginnings, without its end.

    Args:
        beams: fresh, it has been given nothing yet.
        width: how many beginnings are kept.
        budget: at most so many tokens are written.
        end: the token that ends a text.
    """
    alive: list[tuple[float, list[int]]] = [(0.0, [])]
    best: tuple[float, list[int]] | None = None
    beliefs = beams.start()
    for _ in range(budget):
        ended, going = _grown(alive, beliefs, width, end)
        best = max([*ended, *([best] if best else [])], key=lambda one: one[0], default=None)
        alive = [(score, [*alive[origin][1], token]) for score, origin, token in going]
        if not alive or (best is not None and best[0] >= alive[0][0]):
            break  # a text only becomes less likely by going on
        beliefs = beams.extend([origin for _, origin, _ in going], [token for _, _, token in going])
    return max([*alive[:1], *([best] if best else [])], key=lambda one: one[0])[1]


def _grown(
    alive: Sequence[tuple[float, list[int]]], beliefs: Floats, width: int, end: int
) -> tuple[list[tuple[float, list[int]]], list[tuple[float, int, int]]]:
    """Return the texts that end here with their scores, and how the best ``width`` go on, the likeliest first."""
    options = []
    for origin, (score, _) in enumerate(alive):
        row = beliefs[origin]
        for token in np.argpartition(-row, width)[: width + 1]:
            options.append((score + float(row[token]), origin, int(token)))
    options.sort(reverse=True)
    ended = [(score, alive[origin][1]) for score, origin, token in options if token == end]
    return ended, [option for option in options if option[2] != end][:width]
