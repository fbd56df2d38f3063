"""The user's turn: it begins, pauses, goes on, is over, or comes to nothing. Pure."""

from __future__ import annotations

from typing import Final

from natter_protocol.turn import Cause, Step, TurnCommitted, TurnEager, TurnProbability, TurnStarted
from natter_turn import guards
from natter_turn.actions import Action, Ask
from natter_turn.asked import NOTHING
from natter_turn.endpointing import ASK_MS, PATIENCE_MS
from natter_turn.memory import Memory, OpenTurn, Reply, Speculation
from natter_turn.moves.common import drop_speculation, empty, explained, next_epoch, pause_ms, void, went_on
from natter_turn.weighing import decision
from natter_turn.wording import same

FINAL_WAIT_S: Final = 0.3
"""How long the recogniser's last word is waited for (architecture, a turn end to end)."""
LAST_WAIT_S: Final = 1.5
"""The same when there are no words yet, or only those of the beginning: better late than deaf."""


def start_turn(memory: Memory, now: float) -> list[Action]:
    """A new turn of the user begins."""
    over = memory.reply.epoch if memory.reply is not None and memory.reply.audible else 0
    memory.last_turn += 1
    memory.turn = OpenTurn(
        memory.last_turn,
        0,
        memory.activity.start_sample,
        over,
        asked=memory.asked,
        voiced_before=memory.activity.total_voiced - memory.activity.voiced,
    )
    return [
        TurnStarted(
            turn=memory.turn.turn,
            rev=0,
            start_sample=memory.turn.start_sample,
            over_epoch=over,
            **void(memory),
        )
    ]


def start_turn_late(memory: Memory, now: float) -> list[Action]:
    """The user has been speaking over a reply that could not be interrupted; what counts begins now."""
    memory.reply = None
    memory.activity.start_sample = memory.position
    return start_turn(memory, now)


# -- the pause ------------------------------------------------------------------------------------


def look(memory: Memory, now: float) -> list[Action]:
    """Report how the pause stands; ask once per pause how the turn sounds, and tell once how it was weighed."""
    turn, activity = memory.turn, memory.activity
    assert turn is not None
    judged = turn.sound_sample == activity.last_speech_sample
    actions: list[Action] = [
        TurnProbability(
            turn=turn.turn,
            rev=turn.rev,
            at_sample=memory.position,
            speech=0.0,
            silence_ms=memory.silence_ms,
            last_speech_sample=activity.last_speech_sample,
            complete=turn.sound if judged else None,
        )
    ]
    if memory.silence_ms >= ASK_MS and turn.asked_sample != activity.last_speech_sample:
        turn.asked_sample = activity.last_speech_sample
        actions.append(Ask(turn.turn, turn.rev, activity.last_speech_sample))
    complete = memory.final_covers and (judged or memory.silence_ms >= PATIENCE_MS)
    if complete and turn.weighed_sample != activity.last_speech_sample:
        turn.weighed_sample = activity.last_speech_sample
        turn.weighed = explained(memory, Step.WEIGHED, decision(memory))
        actions.append(turn.weighed)
    return actions


def go_on(memory: Memory, now: float) -> list[Action]:
    """The user goes on within the same turn; what was begun for it is void."""
    turn = memory.turn
    assert turn is not None
    memory.closing_until = None
    paused = pause_ms(memory, turn)
    memory.habits.note(paused)
    if memory.speculation is not None:
        turn.rev += 1
    dropped = drop_speculation(memory, "user_went_on")
    return [*dropped, *went_on(memory, turn, Step.WENT_ON, paused)]


def speculate(memory: Memory, now: float) -> list[Action]:
    """The turn is likely over: its answer may be begun, and is held back until it surely is."""
    turn = memory.turn
    assert turn is not None
    turn.speculations += 1
    epoch, end = next_epoch(memory), memory.activity.last_speech_sample
    memory.speculation = Speculation(epoch, memory.text, end)
    return [
        TurnEager(turn=turn.turn, rev=turn.rev, epoch=epoch, text=memory.text, end_sample=end, **void(memory)),
        explained(memory, Step.BEGAN, decision(memory)),
    ]


def withdraw(memory: Memory, now: float) -> list[Action]:
    """The recogniser has heard other words than those that are being answered."""
    return drop_speculation(memory, "other_words")


# -- the end --------------------------------------------------------------------------------------


def close(memory: Memory, now: float) -> list[Action]:
    """The turn is over, but the recogniser's last word is not there yet: wait for it."""
    memory.closing_rule = decision(memory).rule
    memory.closing_until = now + (FINAL_WAIT_S if guards.has_most_text(memory, now) else LAST_WAIT_S)
    return []


def close_endless(memory: Memory, now: float) -> list[Action]:
    """Nobody speaks for so long: take what there is."""
    memory.closing_rule = "longest_turn"
    memory.closing_until = now + FINAL_WAIT_S
    return []


def close_stalled(memory: Memory, now: float) -> list[Action]:
    """No audio comes any more, not even silence: take what there is."""
    memory.closing_rule = "no_audio"
    memory.closing_until = now + FINAL_WAIT_S
    return []


def commit_now(memory: Memory, now: float) -> list[Action]:
    """The turn is over and its text is there: close and commit in one."""
    memory.closing_rule = decision(memory).rule
    return commit(memory, now)


def commit(memory: Memory, now: float) -> list[Action]:
    """The turn is over: its words enter the history, and its answer gets a number.

    An answer that was begun is adopted if it answers these words; else it is void.
    """
    turn = memory.turn
    assert turn is not None
    text, found = memory.text, decision(memory)
    explanation = explained(memory, Step.COMMITTED, found, rule=memory.closing_rule)
    actions: list[Action] = []
    if memory.speculation is not None and same(memory.speculation.text, text):
        epoch, memory.speculation = memory.speculation.epoch, None
    else:
        actions += drop_speculation(memory, "other_words")
        epoch = next_epoch(memory)
    memory.caller = memory.caller.joined(memory.timbre)
    memory.ignored = 0
    memory.reply = Reply(epoch, Cause.USER, turn, since=now)
    memory.turn = None
    memory.asked = NOTHING
    memory.closing_until = None
    memory.wishes.clear()  # the answer to the user speaks for all that was wished for before
    committed = TurnCommitted(
        turn=turn.turn,
        rev=turn.rev,
        epoch=epoch,
        text=text,
        start_sample=turn.start_sample,
        end_sample=memory.activity.last_speech_sample,
        rule=memory.closing_rule,
        silence_ms=memory.silence_ms,
        probability=round(found.probability, 4),
        **void(memory),
    )
    return [*actions, committed, explanation]


def drop_turn(memory: Memory, now: float) -> list[Action]:
    """There were no words: the turn comes to nothing."""
    return [explained(memory, Step.DROPPED, decision(memory), rule="no_words"), *empty(memory, "no_words")]


def ignore(memory: Memory, now: float) -> list[Action]:
    """What was said was not said to us."""
    reason = guards.not_for_us(memory)
    memory.ignored += 1
    memory.ignored_until = memory.activity.last_speech_sample
    return [explained(memory, Step.DROPPED, decision(memory), rule=reason), *empty(memory, reason)]
