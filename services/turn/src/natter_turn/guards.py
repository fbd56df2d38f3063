"""The conditions of the turn machine's table: questions to its memory, nothing else. Pure."""

from __future__ import annotations

from typing import Final

from natter_protocol.audio import INPUT_RATE
from natter_turn import overlap
from natter_turn.endpointing import Decision, Evidence, decide
from natter_turn.memory import Memory
from natter_turn.overlap import Overlap, OverlapEvidence
from natter_turn.wording import words

LONGEST_TURN_S: Final = 120
"""Speech that never ends (hold music, a radio) is answered after this."""
REOPEN_VOICED: Final = INPUT_RATE * 200 // 1000
"""Samples of speech after a commit that show that the user goes on."""


def decision(memory: Memory) -> Decision:
    """Return what the evidence of the present pause amounts to."""
    turn = memory.turn
    assert turn is not None
    judged = turn.sound_sample == memory.activity.last_speech_sample
    final = turn.final if memory.final_covers else None
    evidence = Evidence(
        silence_ms=memory.silence_ms,
        text=memory.text,
        sound=turn.sound if judged else None,
        ends_sentence=final.ends_sentence if final else None,
    )
    return decide(evidence, memory.policy)


def is_over(memory: Memory, now: float) -> bool:
    """The turn is over."""
    return decision(memory).over


def is_over_and_heard(memory: Memory, now: float) -> bool:
    """The turn is over, and the recogniser's last word on it is there."""
    return memory.final_covers and bool(words(memory.text)) and is_over(memory, now)


def is_empty(memory: Memory, now: float) -> bool:
    """What was taken for a turn has no words."""
    final = memory.turn.final if memory.turn else None
    if not memory.final_covers or final is None or words(final.text):
        return False
    return memory.silence_ms >= memory.policy.min_silence_ms


def has_text(memory: Memory, now: float) -> bool:
    """There are words, even if not the recogniser's last."""
    return bool(words(memory.text))


def covers(memory: Memory, now: float) -> bool:
    """The recogniser's last word on all of the turn is there, with words in it."""
    return memory.final_covers and has_text(memory, now)


def covers_nothing(memory: Memory, now: float) -> bool:
    """The recogniser's last word on all of the turn is there, and has no words."""
    return memory.final_covers and not has_text(memory, now)


def is_endless(memory: Memory, now: float) -> bool:
    """The user has been speaking for longer than anybody does."""
    turn = memory.turn
    return turn is not None and memory.position - turn.start_sample > LONGEST_TURN_S * INPUT_RATE


def is_interruptible(memory: Memory, now: float) -> bool:
    """The reply that is being spoken may be interrupted."""
    reply = memory.reply
    if reply is None or not memory.policy.interrupt_response:
        return reply is None
    return reply.cause.value not in memory.policy.uninterruptible


def is_reopenable(memory: Memory, now: float) -> bool:
    """Nothing of the answer was heard, and nothing was done for it."""
    return memory.reply is not None and memory.reply.reopenable


def is_going_on(memory: Memory, now: float) -> bool:
    """The user has said enough after the commit to be going on."""
    return memory.activity.voiced >= REOPEN_VOICED


def has_wish(memory: Memory, now: float) -> bool:
    """Somebody wants the agent to speak."""
    return bool(memory.wishes)


def is_speaking(memory: Memory, now: float) -> bool:
    """The user speaks now."""
    return memory.activity.speaking


def judgement(memory: Memory) -> tuple[Overlap, str]:
    """Return what the present overlap is, and by which rule."""
    turn, activity = memory.turn, memory.activity
    assert turn is not None
    return overlap.judge(
        OverlapEvidence(
            voiced_ms=memory.voiced_ms,
            silence_ms=0 if activity.speaking else memory.silence_ms,
            elapsed_ms=(memory.position - turn.start_sample) * 1000 // INPUT_RATE,
            text=memory.text,
            final=memory.final_covers,
        ),
        memory.policy,
    )


def is_interruption(memory: Memory, now: float) -> bool:
    """The overlap is an interruption."""
    return judgement(memory)[0] is Overlap.INTERRUPTION


def is_interruption_made(memory: Memory, now: float) -> bool:
    """The overlap was an interruption, and the user has stopped speaking."""
    return not memory.activity.speaking and is_interruption(memory, now)


def is_nothing(memory: Memory, now: float) -> bool:
    """The overlap was nothing."""
    return judgement(memory)[0] is Overlap.NOTHING


def is_unheard(memory: Memory, now: float) -> bool:
    """Nothing of the reply has been heard yet."""
    return memory.reply is not None and not memory.reply.audible


def is_nothing_yet_unheard(memory: Memory, now: float) -> bool:
    """The overlap was nothing, and the reply has not been heard yet."""
    return is_unheard(memory, now) and is_nothing(memory, now)
