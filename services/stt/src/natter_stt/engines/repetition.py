"""Noticing that a decoder runs in circles. Pure.

Autoregressive recognisers sometimes repeat a phrase until they are stopped, mostly on noise and on
speech that was cut in the middle. People repeat themselves too ("no, no, no"), so only what nobody
says is a loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

LONGEST_PHRASE: Final = 16
"""Tokens; a longer phrase fills the token budget before it has been said often enough."""
FEWEST_COPIES: Final = 4
FEWEST_TOKENS: Final = 12
"""A loop spans so many tokens at least: "five five five five" is a phone number."""


def loop_at_end(tokens: Sequence[int]) -> int:
    """Return how many tokens at the end only repeat the phrase before them; 0 if there is no loop.

    Without them one copy of the phrase is left.
    """
    for size in range(1, min(LONGEST_PHRASE, len(tokens) // FEWEST_COPIES) + 1):
        phrase = list(tokens[-size:])
        copies = 1
        while list(tokens[-size * (copies + 1) : -size * copies]) == phrase:
            copies += 1
        if copies >= FEWEST_COPIES and copies * size >= FEWEST_TOKENS:
            return size * (copies - 1)
    return 0
