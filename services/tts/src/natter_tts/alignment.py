"""From what a voice says to the samples at which each written word is heard. Pure.

A segment is given to an engine as a :class:`Script`: the spoken text, and which part of it belongs
to which written word. The engine's marks, or an estimate, then give every written word its time.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from natter_protocol.tts import Word
from natter_tts.engine import Mark
from natter_tts.normalize import Token

_VOWELS: Final = re.compile(r"(?!(?<=[^aeiouy\W])e\b)[aeiouyáàâãäéèêëíìîïóòôõöúùûüœæ]+", re.IGNORECASE)
"""The vowels of a syllable; a final e after a consonant makes none."""
_PAUSES: Final = {",": 0.8, ";": 1.2, ":": 1.2, ".": 1.8, "!": 1.8, "?": 1.8}
"""Syllables that a pause inside a segment lasts; measured on flite and RHVoice, about 0.2 s each."""
SYLLABLE_S: Final = 0.21
"""Length of a syllable before anything was heard of a voice (the CMU voices take 0.19 to 0.24 s)."""


class Script:
    """The spoken text of some tokens, joined as a voice wants it.

    Attributes:
        text: what the engine gets; ends without white space.
        tokens: the written words.
        spans: for each token, its (start, end) in ``text``; equal if nothing of it is heard.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tuple(tokens)
        parts: list[str] = []
        spans: list[tuple[int, int]] = []
        position = 0
        for token in self.tokens:
            if not token.voiced:
                mark = token.spoken[:1] if parts and parts[-1][-1].isalnum() else ""
                parts += [mark] if mark else []
                position += len(mark)
                spans.append((position, position))
                continue
            said = f" {token.spoken}" if parts else token.spoken.lstrip(",.;:!? ")
            parts.append(said)
            spans.append((position + len(said) - len(said.lstrip()), position + len(said)))
            position += len(said)
        self.text = "".join(parts)
        self.spans = tuple(spans)

    @property
    def voiced(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.text)

    def ended(self, mark: str) -> str:
        """Return the text with ``mark`` at its end where it has no punctuation there."""
        return self.text + mark if self.text[-1:].isalnum() else self.text

    def weights(self) -> list[float]:
        """Return about how long each token takes to say, in syllables; 0 for what is not heard."""
        return [_weight(self.text[start:end]) for start, end in self.spans]


def _weight(spoken: str) -> float:
    if not spoken:
        return 0.0
    syllables = sum(max(1, len(_VOWELS.findall(word))) for word in spoken.split())
    return syllables + sum(_PAUSES.get(character, 0.0) for character in spoken[:-1])


@dataclass(frozen=True, slots=True)
class Times:
    """Start and end of one token, in any unit."""

    start: float
    end: float


def estimated(script: Script, duration: float) -> list[Times]:
    """Spread ``duration`` over the tokens in proportion to their weight."""
    weights = script.weights()
    whole = sum(weights) or 1.0
    times, position = [], 0.0
    for weight in weights:
        start, position = position, position + duration * weight / whole
        times.append(Times(start, position))
    return times


def aligned(script: Script, marks: Sequence[Mark], duration: float) -> list[Times]:
    """Return the times that the engine's marks give; what they leave out is estimated in between.

    Args:
        script: what was given to the engine.
        marks: in the order of the text; their samples are in the unit of ``duration``.
        duration: end of the last word at the latest.
    """
    anchors = _anchors(script, marks)
    if not anchors:
        return estimated(script, duration)
    weights = script.weights()
    known: dict[int, Times] = {}
    groups = _groups(weights, anchors)
    for group, following in zip(groups, [*groups[1:], []], strict=True):
        mark = anchors.get(group[0]) if group else None
        start = mark.start if mark else 0.0
        end = anchors[following[0]].start if following else duration
        if mark and mark.end and len(group) == 1:
            end = min(end, mark.end)
        known |= _shared(group, weights, start, max(start, end))
    times: list[Times] = []
    position = 0.0
    for index in range(len(weights)):
        time = known.get(index, Times(position, position))
        start = max(position, time.start)
        position = max(start, time.end)
        times.append(Times(start, position))
    return times


def _groups(weights: Sequence[float], anchors: Mapping[int, Mark]) -> list[list[int]]:
    """Return the tokens that are heard: those before the first mark, then each mark's with all up to the next."""
    groups: list[list[int]] = [[]]
    for index, weight in enumerate(weights):
        if weight:
            if index in anchors:
                groups.append([])
            groups[-1].append(index)
    return groups


def _shared(group: Sequence[int], weights: Sequence[float], start: float, end: float) -> dict[int, Times]:
    """Spread the time from ``start`` to ``end`` over the tokens of ``group``."""
    whole = sum(weights[index] for index in group)
    times = {}
    for index in group:
        first, start = start, start + (end - start) * weights[index] / whole
        times[index] = Times(first, start)
        whole -= weights[index]
    return times


def covered(script: Script, marks: Sequence[Mark]) -> bool:
    """Whether every word that is heard has a mark of its own."""
    anchors = _anchors(script, marks)
    return all(index in anchors for index, (start, end) in enumerate(script.spans) if start < end)


def _anchors(script: Script, marks: Sequence[Mark]) -> dict[int, Mark]:
    """Return, per token, one mark from the start of its first spoken word to the end of its last."""
    starts = [start for start, _ in script.spans]
    anchors: dict[int, Mark] = {}
    for mark in marks:
        index = bisect.bisect_right(starts, mark.offset) - 1
        while index >= 0 and script.spans[index][0] == script.spans[index][1]:
            index -= 1
        if index < 0 or mark.offset >= script.spans[index][1]:
            continue
        known = anchors.get(index)
        anchors[index] = mark if known is None else Mark(known.offset, known.length, known.start, mark.end)
    return anchors


def words(script: Script, times: Sequence[Times], to_sample: Callable[[float], int]) -> tuple[Word, ...]:
    """Return the written words with their samples; never decreasing."""
    result: list[Word] = []
    position = 0
    for token, time in zip(script.tokens, times, strict=True):
        start = max(position, to_sample(time.start))
        position = max(start, to_sample(time.end))
        result.append(Word(token.written, start, position))
    return tuple(result)
