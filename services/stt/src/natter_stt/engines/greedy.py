"""Greedy decoding that starts from a draft. Pure.

As in speculative decoding (Leviathan et al., arXiv:2211.17192), with the last partial as the draft: one
pass of the model over the whole draft tells how far it would have written the same, and decoding
goes on from there. What is written is what the model would have written without a draft, up to the
rounding of its arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from natter_stt.engines.repetition import loop_at_end


@dataclass(frozen=True, slots=True)
class Choice:
    """What a model would write at one position.

    Attributes:
        token: the likeliest.
        probability: its probability.
        ends: probability of a '.', '?' or '!' at this position.
    """

    token: int
    probability: float
    ends: float


@dataclass(slots=True)
class Written:
    """What a model has written.

    Attributes:
        tokens: without the end of text.
        choices: one for each token, and one more for what would follow; that one is missing behind
            a loop that was cut off.
    """

    tokens: list[int] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)


class Model(Protocol):
    """A decoder that remembers what it was given."""

    def begin(self, draft: Sequence[int]) -> Iterator[Choice]:
        """Take the start of text and ``draft`` at once; yield the choice at each position, ``len(draft) + 1``."""
        ...

    def keep(self, count: int) -> None:
        """Forget all but the start of text and the first ``count`` tokens."""
        ...

    def step(self, token: int) -> Choice:
        """Take one more token; return what would follow."""
        ...


def write(model: Model, draft: Sequence[int], budget: int, end: int) -> Written:
    """Return what ``model`` writes.

    Args:
        model: fresh, it has been given nothing yet.
        draft: what it probably writes; may be empty.
        budget: at most so many tokens are written.
        end: the token that ends the text.
    """
    proposed = model.begin(draft)
    choice = next(proposed)
    written = Written()
    for token in draft:
        if token != choice.token or token == end or len(written.tokens) >= budget:
            break
        written.tokens.append(token)
        written.choices.append(choice)
        choice = next(proposed)
    model.keep(len(written.tokens))
    while choice.token != end and len(written.tokens) < budget:
        written.tokens.append(choice.token)
        written.choices.append(choice)
        if looped := loop_at_end(written.tokens):
            del written.tokens[-looped:], written.choices[-looped:]
            return written
        choice = model.step(choice.token)
    written.choices.append(choice)
    return written
