"""From what the machine remembers to the evidence on which it decides. Pure."""

from __future__ import annotations

from natter_protocol.audio import INPUT_RATE
from natter_turn import overlap
from natter_turn.asked import Kind, asked
from natter_turn.crowd import is_crowd
from natter_turn.endpointing import Decision, Evidence, decide
from natter_turn.memory import Memory
from natter_turn.overlap import Overlap, OverlapEvidence
from natter_turn.voice import is_far


def evidence(memory: Memory) -> Evidence:
    """Return what is known about the open turn in its present pause."""
    turn = memory.turn
    assert turn is not None
    judged = turn.sound_sample == memory.activity.last_speech_sample
    final = turn.final if memory.final_covers else None
    return Evidence(
        silence_ms=memory.silence_ms,
        text=memory.text,
        sound=turn.sound if judged else None,
        ends_sentence=final.ends_sentence if final else None,
        reads_complete=final.reads_complete if final else None,
        asked=turn.asked,
        wanted=memory.wanted,
        usual_pause_ms=memory.habits.usual_ms,
        interrupts=turn.over_epoch > 0 and memory.reply is None,
        language=memory.language,
    )


def decision(memory: Memory) -> Decision:
    """Return what the evidence of the present pause amounts to."""
    return decide(evidence(memory), memory.policy)


def overlap_evidence(memory: Memory) -> OverlapEvidence:
    """Return what is known about the present overlap."""
    turn, activity, reply = memory.turn, memory.activity, memory.reply
    assert turn is not None
    final = turn.final if memory.final_covers else None
    return OverlapEvidence(
        voiced_ms=memory.voiced_ms,
        silence_ms=0 if activity.speaking else memory.silence_ms,
        elapsed_ms=(memory.position - turn.start_sample) * 1000 // INPUT_RATE,
        text=memory.text,
        final=memory.final_covers,
        recognised=turn.heard is not None,
        confidence=turn.heard.confidence if turn.heard is not None else None,
        backchannel=final.backchannel if final is not None else None,
        far=is_far(memory.timbre, memory.caller),
        crowd=is_crowd(memory.dynamics, activity.room_db),
        echoes=memory.echoes,
        said=reply.text if reply is not None else "",
        answering=is_answering(memory),
        language=memory.language,
    )


def judgement(memory: Memory) -> tuple[Overlap, str]:
    """Return what the present overlap is, and by which rule."""
    return overlap.judge(overlap_evidence(memory), memory.policy)


def is_answering(memory: Memory) -> bool:
    """Whether what is said now answers a question of which only the last words are still to be heard."""
    reply = memory.reply
    if reply is None or not reply.near_end:
        return False
    return asked(reply.text, memory.wanted, memory.language).kind is not Kind.NOTHING
