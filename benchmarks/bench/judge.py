"""What the agent did, item by item, without a language model: who was heard when decides. Pure.

Every reply tells its own number, so "the old one went on", "a new one came" and "nothing came" are exact.
*Old* is the reply that was audible when the cue began, *new* is any other that is heard after that.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from benchmarks.bench.record import Cued, Record, Reply
from benchmarks.bench.replies import number_of, told, words
from benchmarks.bench.scenario import Kind

TOUCH_S: Final = 0.05
"""A reply that begins so shortly before the end of speech did not cut anybody off."""
TAKEN_S: Final = 5.0
"""An answer that comes later is none."""
YIELDED_S: Final = 3.0
"""Whoever talks on for so long over an interruption has not yielded, whatever comes after."""
BREATH_S: Final = 0.7
"""A reply that is silent for longer is not between two sentences."""
WHOLE: Final = 0.98
"""Part of a reply's words that must be heard for it to have been heard to its end."""


class Outcome(StrEnum):
    """What an item came to."""

    HELD = "held"
    CUT_OFF = "cut off"
    """The agent spoke before the user had finished."""
    TAKEN = "taken"
    RESPOND = "respond"
    """The old reply stopped, a new one came."""
    RESUME = "resume"
    """The old reply went on to its end, and nothing else came."""
    DROPPED = "dropped"
    """The old reply stopped, nothing came."""
    TALKED_OVER = "talked over"
    """The old reply went on for too long, though a new one came in the end."""
    IGNORED = "ignored"
    SILENT = "silent"
    """An answer was due; none came."""
    VOID = "void"
    """There is nothing to judge: the call did not get so far."""


GOOD: Final = {
    Kind.PAUSE: Outcome.HELD,
    Kind.TURN: Outcome.TAKEN,
    Kind.INTERRUPTION: Outcome.RESPOND,
    Kind.DOUBLE_TALK: Outcome.RESPOND,
    Kind.BACKCHANNEL: Outcome.RESUME,
    Kind.SIDE_TALK: Outcome.RESUME,
    Kind.NOISE: Outcome.RESUME,
    Kind.ECHO: Outcome.RESUME,
}
"""What is wanted; where nothing was being said, :attr:`Outcome.IGNORED` is as good as RESUME."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One item, judged. What could not be measured is None.

    Attributes:
        latency_s: from the end of speech to the first audible sample of the answer.
        stop_s: from the onset of an interruption to the last audible sample of the old reply.
        history_words: what the conversation holds of the old reply, minus what was heard of it.
        stale_ms: sound of a reply that came after the player had been told to drop it.
        duplicates: answers beyond the first to the same words.
    """

    outcome: Outcome
    good: bool
    latency_s: float | None = None
    stop_s: float | None = None
    history_words: int | None = None
    stale_ms: float = 0.0
    duplicates: int = 0


def judge(record: Record) -> Verdict:
    """Return what the item came to."""
    kind = Kind(record.kind)
    stale = sum(reply.late_ms for reply in record.replies)
    cue = record.cue("speech", "side", "noise")
    if record.outcome or record.errors or (cue is None and kind not in (Kind.ECHO, Kind.NOISE)):
        return Verdict(Outcome.VOID, False, stale_ms=stale)
    old, new = _sides(record, cue)
    outcome = _outcome(kind, record, cue, old, new)
    answered = kind in (Kind.PAUSE, Kind.TURN, Kind.INTERRUPTION, Kind.DOUBLE_TALK) and cue is not None and bool(new)
    respond = outcome is Outcome.RESPOND and kind in (Kind.INTERRUPTION, Kind.DOUBLE_TALK) and old is not None
    return Verdict(
        outcome,
        good=outcome in (GOOD[kind], Outcome.IGNORED),
        latency_s=_latency(outcome, cue, new) if answered else None,
        stop_s=_stop(cue, old) if respond and old is not None and cue is not None else None,
        history_words=history_error(record, old, new[0]) if respond and old is not None else None,
        stale_ms=stale,
        duplicates=_duplicates(cue, new) if answered and cue is not None and kind is not Kind.DOUBLE_TALK else 0,
    )


def _sides(record: Record, cue: Cued | None) -> tuple[Reply | None, list[Reply]]:
    """Return the reply that was audible when the cue began (any time, without one), and those after it."""
    heard = sorted((reply for reply in record.replies if reply.audible), key=lambda reply: reply.audible[0][0])
    if cue is None:
        return (heard[0], heard[1:]) if heard else (None, [])
    before = [reply for reply in heard if reply.audible[0][0] < cue.start_s]
    return (before[-1] if before else None), [reply for reply in heard if reply.audible[0][0] >= cue.start_s]


def _outcome(kind: Kind, record: Record, cue: Cued | None, old: Reply | None, new: list[Reply]) -> Outcome:
    match kind:
        case Kind.PAUSE | Kind.TURN:
            assert cue is not None
            return _of_turn(kind, cue, new)
        case Kind.INTERRUPTION | Kind.DOUBLE_TALK:
            assert cue is not None
            return _of_interruption(cue, old, new)
        case _:
            return _of_nothing(record, old, new)


def _of_turn(kind: Kind, cue: Cued, new: list[Reply]) -> Outcome:
    first = new[0].audible[0][0] if new else None
    if first is not None and first < cue.end_s - TOUCH_S:
        return Outcome.CUT_OFF
    if kind is Kind.PAUSE:
        return Outcome.HELD
    return Outcome.TAKEN if first is not None and first <= cue.end_s + TAKEN_S else Outcome.SILENT


def _of_interruption(cue: Cued, old: Reply | None, new: list[Reply]) -> Outcome:
    last = old.audible[-1][1] if old is not None else 0.0
    if old is None or (old.status == "completed" and last <= cue.start_s):
        return Outcome.VOID  # the reply was over before it could be interrupted
    if last < cue.start_s - BREATH_S:
        return Outcome.DROPPED  # it had stopped by itself, such as at its own echo
    if not new:
        return Outcome.RESUME if last > cue.end_s + YIELDED_S or old.status == "completed" else Outcome.DROPPED
    if new[0].audible[0][0] < cue.end_s - TOUCH_S:
        return Outcome.CUT_OFF
    return Outcome.TALKED_OVER if last - cue.start_s > YIELDED_S else Outcome.RESPOND


def _of_nothing(record: Record, old: Reply | None, new: list[Reply]) -> Outcome:
    if old is None:
        return Outcome.VOID
    if new:
        return Outcome.RESPOND
    if record.details.get("over") == "False":
        return Outcome.IGNORED
    said = words(_said(record, old.number))
    return Outcome.RESUME if len(heard_words(old)) >= WHOLE * len(said) else Outcome.DROPPED


def _latency(outcome: Outcome, cue: Cued | None, new: list[Reply]) -> float | None:
    if cue is None or outcome not in (Outcome.HELD, Outcome.TAKEN, Outcome.RESPOND):
        return None
    return round(new[0].audible[0][0] - cue.end_s, 4)


def _stop(cue: Cued, old: Reply) -> float:
    """Return how long the old reply went on; 0 if it was between two sentences and did not begin the next."""
    return round(max(0.0, old.audible[-1][1] - cue.start_s), 4)


def _duplicates(cue: Cued, new: list[Reply]) -> int:
    """Return how many replies followed the first that followed the cue."""
    after = [reply for reply in new if reply.audible[0][0] >= cue.end_s - TOUCH_S]
    return max(0, len(after) - 1)


# -- words --------------------------------------------------------------------------------------


def heard_words(reply: Reply) -> list[str]:
    """Return the words of ``reply`` of which the middle was played."""
    found: list[str] = []
    for word in reply.words:
        middle = (word.start_ms + word.end_ms) / 2
        if any(0 <= middle - piece.first_ms < (piece.end_s - piece.start_s) * 1000 for piece in reply.played):
            found += words(word.text)
    return found


def history_error(record: Record, old: Reply, new: Reply) -> int | None:
    """Return how many words more of ``old`` the model was told than were heard; None if it cannot be known."""
    request = next((asked for asked in record.asked if asked.number == new.number), None)
    if request is None or old.number is None:
        return None
    kept = [part for role, text in request.messages if role == "assistant" for part in told(text)]
    mine = [part for part in kept if number_of(part) in (old.number, None)]
    return len(words(mine[-1])) - len(heard_words(old)) if mine else -len(heard_words(old))


def _said(record: Record, number: int | None) -> str:
    return next((asked.said for asked in record.asked if asked.number == number), "")
