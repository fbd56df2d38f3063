"""What several moves need: numbering replies, repeating what is void, telling of a decision. Pure."""

from __future__ import annotations

from typing import TypedDict

from msgspec.structs import replace

from natter_protocol import evidence as told
from natter_protocol.audio import INPUT_RATE
from natter_protocol.turn import Scope, Step, TurnCancel, TurnDecided, TurnEmpty
from natter_turn.actions import Action
from natter_turn.endpointing import Decision, needed_ms
from natter_turn.memory import Memory, OpenTurn
from natter_turn.policy import PRESETS
from natter_turn.voice import distance
from natter_turn.weighing import evidence, overlap_evidence


class Void(TypedDict):
    """What every fact about a turn repeats."""

    void_through: int
    void_only: tuple[int, ...]


def void(memory: Memory) -> Void:
    """Return what is void, for a fact to repeat."""
    return {"void_through": memory.void_through, "void_only": tuple(sorted(memory.void_only))}


def next_epoch(memory: Memory) -> int:
    """Hand out the number of a reply."""
    memory.last_epoch += 1
    return memory.last_epoch


def nothing(memory: Memory, now: float) -> list[Action]:
    """Take note, and do nothing."""
    return []


def drop_speculation(memory: Memory, reason: str) -> list[Action]:
    """The answer that was begun answers nothing any more."""
    speculation, turn = memory.speculation, memory.turn
    if speculation is None or turn is None:
        return []
    memory.speculation = None
    memory.void(speculation.epoch)
    return [TurnCancel(turn=turn.turn, rev=turn.rev, epoch=speculation.epoch, scope=Scope.ONLY, reason=reason)]


def empty(memory: Memory, reason: str) -> list[Action]:
    """The open turn comes to nothing."""
    dropped = drop_speculation(memory, reason)
    turn = memory.turn
    assert turn is not None
    memory.turn = None
    memory.closing_until = None
    end = memory.activity.last_speech_sample
    return [*dropped, TurnEmpty(turn=turn.turn, rev=turn.rev, reason=reason, end_sample=end, **void(memory))]


def pause_ms(memory: Memory, turn: OpenTurn) -> int:
    """Return how long the pause was that new speech has just ended; 0 if its beginning is not known."""
    if turn.final is None:
        return 0
    return max(0, memory.activity.start_sample - turn.final.end_sample) * 1000 // INPUT_RATE


def went_on(memory: Memory, turn: OpenTurn, step: Step, paused_ms: int) -> list[TurnDecided]:
    """Tell that the user went on after a pause, with what had been thought of it."""
    weighed, turn.weighed = turn.weighed, None
    if weighed is None:
        return []
    changed = replace(weighed, rev=turn.rev, step=step, silence_ms=paused_ms, at_sample=memory.position)
    return [changed]


def explained(memory: Memory, step: Step, decision: Decision, *, rule: str = "") -> TurnDecided:
    """Tell of a decision about the open turn's end, with the evidence."""
    turn = memory.turn
    assert turn is not None
    found = evidence(memory)
    expected = found.asked.expected
    return TurnDecided(
        turn=turn.turn,
        rev=turn.rev,
        step=step,
        rule=rule or decision.rule,
        at_sample=memory.position,
        silence_ms=memory.silence_ms,
        needed_ms=decision.needed_ms,
        probability=round(decision.probability, 4),
        parts=tuple(told.Part(name, round(part, 3)) for name, part in decision.parts.items()),
        waits=tuple(
            told.Wait(preset.value, needed_ms(decision.probability, found, policy))
            for preset, policy in PRESETS.items()
        ),
        end=told.EndEvidence(
            text=found.text,
            sound=found.sound,
            ends_sentence=found.ends_sentence,
            reads_complete=found.reads_complete,
            asked=found.asked.kind.name.lower(),
            options=tuple(sorted(found.asked.options)),
            expected=expected.kind.value if expected is not None else "",
            pattern=expected.pattern if expected is not None else "",
            usual_pause_ms=found.usual_pause_ms,
            interrupts=found.interrupts,
            language=found.language.code,
        ),
    )


def explained_overlap(memory: Memory, step: Step, rule: str) -> TurnDecided:
    """Tell of a decision about the present overlap, with the evidence."""
    turn = memory.turn
    assert turn is not None
    found = overlap_evidence(memory)
    softer, duller = distance(memory.timbre, memory.caller) or (None, None)
    return TurnDecided(
        turn=turn.turn,
        rev=turn.rev,
        epoch=turn.over_epoch,
        step=step,
        rule=rule,
        at_sample=memory.position,
        silence_ms=found.silence_ms,
        overlap=told.OverlapEvidence(
            voiced_ms=found.voiced_ms,
            silence_ms=found.silence_ms,
            elapsed_ms=found.elapsed_ms,
            text=found.text,
            final=found.final,
            recognised=found.recognised,
            confidence=found.confidence,
            backchannel=found.backchannel,
            far=found.far,
            softer_db=softer,
            duller_db=duller,
            crowd=found.crowd,
            echoes=found.echoes,
            answering=found.answering,
            said=found.said,
            language=found.language.code,
        ),
    )
