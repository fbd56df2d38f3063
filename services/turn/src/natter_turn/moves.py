"""What the turn machine does: each move changes its memory and returns what is to be said. Pure.

Replies get their numbers here and nowhere else (rule R2), and every fact about a turn repeats what
is void, so that a lost cancel is repaired.
"""

from __future__ import annotations

from typing import Final, TypedDict

from natter_protocol.turn import (
    Cause,
    Scope,
    TurnCancel,
    TurnCommitted,
    TurnEmpty,
    TurnGranted,
    TurnHold,
    TurnProbability,
    TurnReopened,
    TurnResume,
    TurnStarted,
)
from natter_turn import guards
from natter_turn.actions import Action, Ask
from natter_turn.endpointing import ASK_MS
from natter_turn.inputs import Heard
from natter_turn.memory import Memory, OpenTurn, Reply

FINAL_WAIT_S: Final = 0.3
"""How long the recogniser's last word is waited for (architecture, a turn end to end)."""
LAST_WAIT_S: Final = 1.5
"""The same when there are no words at all yet: better late than deaf."""
HOLD_MARGIN_MS: Final = 1500
"""A hold outlives the longest look at an overlap by this, then ends by itself."""


class _Void(TypedDict):
    void_through: int
    void_only: tuple[int, ...]


def _void(memory: Memory) -> _Void:
    return {"void_through": memory.void_through, "void_only": tuple(sorted(memory.void_only))}


def _next_epoch(memory: Memory) -> int:
    memory.last_epoch += 1
    return memory.last_epoch


def nothing(memory: Memory, now: float) -> list[Action]:
    """Take note, and do nothing."""
    return []


# -- the user's turn ----------------------------------------------------------------------------


def start_turn(memory: Memory, now: float) -> list[Action]:
    """A new turn of the user begins."""
    over = memory.reply.epoch if memory.reply is not None and memory.reply.audible else 0
    memory.last_turn += 1
    before = memory.activity.total_voiced - memory.activity.voiced
    memory.turn = OpenTurn(memory.last_turn, 0, memory.activity.start_sample, over, voiced_before=before)
    return [
        TurnStarted(
            turn=memory.turn.turn,
            rev=0,
            start_sample=memory.turn.start_sample,
            over_epoch=over,
            **_void(memory),
        )
    ]


def start_turn_late(memory: Memory, now: float) -> list[Action]:
    """The user has been speaking over a reply that could not be interrupted; what counts begins now."""
    memory.reply = None
    memory.activity.start_sample = memory.position
    return start_turn(memory, now)


def pause(memory: Memory, now: float) -> list[Action]:
    """The user has fallen silent."""
    return look(memory, now)


def look(memory: Memory, now: float) -> list[Action]:
    """Report how the pause stands; ask once per pause how the turn sounds."""
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
    return actions


def go_on(memory: Memory, now: float) -> list[Action]:
    """The user goes on within the same turn; what was begun for it is void."""
    turn = memory.turn
    assert turn is not None
    memory.closing_until = None
    if memory.speculation is None:
        return []
    epoch = memory.speculation.epoch
    memory.speculation = None
    memory.void(epoch)
    turn.rev += 1
    return [TurnCancel(turn=turn.turn, rev=turn.rev, epoch=epoch, scope=Scope.ONLY, reason="user_went_on")]


def close(memory: Memory, now: float) -> list[Action]:
    """The turn is over, but the recogniser's last word is not there yet: wait for it."""
    decided = guards.decision(memory)
    memory.closing_rule, memory.closing_probability = decided.rule, decided.probability
    memory.closing_until = now + (FINAL_WAIT_S if guards.has_text(memory, now) else LAST_WAIT_S)
    return []


def close_endless(memory: Memory, now: float) -> list[Action]:
    """Nobody speaks for so long: take what there is."""
    memory.closing_rule, memory.closing_probability = "longest_turn", None
    memory.closing_until = now + FINAL_WAIT_S
    return []


def close_stalled(memory: Memory, now: float) -> list[Action]:
    """No audio comes any more, not even silence: take what there is."""
    memory.closing_rule, memory.closing_probability = "no_audio", None
    memory.closing_until = now + FINAL_WAIT_S
    return []


def commit_now(memory: Memory, now: float) -> list[Action]:
    """The turn is over and its text is there: close and commit in one."""
    decided = guards.decision(memory)
    memory.closing_rule, memory.closing_probability = decided.rule, decided.probability
    return commit(memory, now)


def commit(memory: Memory, now: float) -> list[Action]:
    """The turn is over: its words enter the history, and its answer gets a number."""
    turn = memory.turn
    assert turn is not None
    text, epoch = memory.text, _next_epoch(memory)
    memory.reply = Reply(epoch, Cause.USER, turn, since=now)
    memory.turn = None
    memory.closing_until = None
    memory.wishes.clear()  # the answer to the user speaks for all that was wished for before
    return [
        TurnCommitted(
            turn=turn.turn,
            rev=turn.rev,
            epoch=epoch,
            text=text,
            start_sample=turn.start_sample,
            end_sample=memory.activity.last_speech_sample,
            rule=memory.closing_rule,
            silence_ms=memory.silence_ms,
            probability=memory.closing_probability,
            **_void(memory),
        )
    ]


def drop_turn(memory: Memory, now: float) -> list[Action]:
    """There were no words: the turn comes to nothing."""
    return _empty(memory, "no_words")


def _empty(memory: Memory, reason: str) -> list[Action]:
    turn = memory.turn
    assert turn is not None
    memory.turn = None
    memory.closing_until = None
    return [
        TurnEmpty(
            turn=turn.turn,
            rev=turn.rev,
            reason=reason,
            end_sample=memory.activity.last_speech_sample,
            **_void(memory),
        )
    ]


# -- the agent's reply --------------------------------------------------------------------------


def grant(memory: Memory, now: float) -> list[Action]:
    """Give the floor to the reply that was wished for first."""
    wish = memory.wishes.popleft()
    epoch = _next_epoch(memory)
    memory.reply = Reply(epoch, wish.cause, since=now)
    return [
        TurnGranted(
            epoch=epoch, cause=wish.cause, request=wish.request, instructions=wish.instructions, **_void(memory)
        )
    ]


def be_heard(memory: Memory, now: float) -> list[Action]:
    """The reply is audible: from here on it cannot be taken back unheard."""
    assert memory.reply is not None
    memory.reply.audible = True
    return []


def end_reply(memory: Memory, now: float) -> list[Action]:
    """The reply is over."""
    memory.reply = None
    return []


def give_up_reply(memory: Memory, now: float) -> list[Action]:
    """Nothing of the reply has come for too long: it is void."""
    reply = memory.reply
    assert reply is not None
    memory.reply = None
    memory.void(reply.epoch)
    return [TurnCancel(epoch=reply.epoch, scope=Scope.ONLY, reason="no_reply")]


def cancel_for_client(memory: Memory, now: float) -> list[Action]:
    """The client wants no more of the reply: it is void; that it has ended is told by the gateway."""
    reply = memory.reply
    assert reply is not None
    memory.void(reply.epoch)
    return [TurnCancel(epoch=reply.epoch, scope=Scope.ONLY, reason="client")]


# -- both at once -------------------------------------------------------------------------------


def hold(memory: Memory, now: float) -> list[Action]:
    """The user speaks while the agent does: stop the sound, and look."""
    return [_hold(memory), *start_turn(memory, now)]


def hold_unheard(memory: Memory, now: float) -> list[Action]:
    """The user may be going on before the answer is heard: keep it back, and look."""
    return [_hold(memory)]


def hold_late(memory: Memory, now: float) -> list[Action]:
    """The reply became audible while it was in doubt: look at it as at any overlap."""
    return [*be_heard(memory, now), *hold(memory, now)]


def _hold(memory: Memory) -> TurnHold:
    memory.holds += 1
    epoch = memory.reply.epoch if memory.reply is not None else 0
    ttl = memory.policy.interruption_delay_ms + HOLD_MARGIN_MS
    return TurnHold(epoch=epoch, hold=memory.holds, ttl_ms=ttl)


def let_go_unheard(memory: Memory, now: float) -> list[Action]:
    """It was nothing: the answer may be heard."""
    return [TurnResume(hold=memory.holds)]


def let_go(memory: Memory, now: float) -> list[Action]:
    """The overlap was nothing: the reply goes on from the very sample."""
    _, rule = guards.judgement(memory)
    return [TurnResume(hold=memory.holds), *_empty(memory, rule)]


def interrupt(memory: Memory, now: float) -> list[Action]:
    """The overlap is an interruption: everything handed out so far is over."""
    _, rule = guards.judgement(memory)
    memory.reply = None
    memory.void_all(memory.last_epoch)
    assert memory.turn is not None
    cancel = TurnCancel(
        turn=memory.turn.turn,
        epoch=memory.last_epoch,
        scope=Scope.THROUGH,
        reason=f"barge_in:{rule}",
        start_sample=memory.turn.start_sample,
    )
    return [cancel] if memory.activity.speaking else [cancel, *look(memory, now)]


def outlive_reply(memory: Memory, now: float) -> list[Action]:
    """The reply ended during the overlap: what the user says is a turn like any other."""
    memory.reply = None
    return [] if memory.activity.speaking else look(memory, now)


def reopen(memory: Memory, now: float) -> list[Action]:
    """The user goes on before anything of the answer was heard: the commit does not count."""
    reply = memory.reply
    assert reply is not None
    assert reply.turn is not None
    turn = reply.turn
    turn.rev += 1
    turn.final = None
    memory.turn, memory.reply = turn, None
    memory.void(reply.epoch)
    return [
        TurnCancel(turn=turn.turn, rev=turn.rev, epoch=reply.epoch, scope=Scope.ONLY, reason="reopened"),
        TurnReopened(
            turn=turn.turn,
            rev=turn.rev,
            epoch=reply.epoch,
            start_sample=memory.activity.start_sample,
            **_void(memory),
        ),
    ]


def stay_heard(turn: OpenTurn, heard: Heard) -> None:
    """Keep the newest text of the open turn; text of another revision's audio is still its text."""
    if heard.turn != turn.turn:
        return
    if turn.heard is None or heard.final or heard.end_sample >= turn.heard.end_sample:
        turn.heard = heard
    if heard.final and (turn.final is None or heard.end_sample >= turn.final.end_sample):
        turn.final = heard
