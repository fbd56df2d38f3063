"""Both at once: the user speaks while a reply is on its way or being heard. Pure."""

from __future__ import annotations

from typing import Final

from natter_protocol.audio import INPUT_RATE
from natter_protocol.turn import Scope, Step, TurnCancel, TurnHold, TurnReopened, TurnResume
from natter_turn.actions import Action
from natter_turn.asked import asked
from natter_turn.memory import Memory
from natter_turn.moves.agent import be_heard
from natter_turn.moves.common import empty, explained_overlap, pause_ms, void, went_on
from natter_turn.moves.user import look, start_turn
from natter_turn.overlap import Overlap
from natter_turn.weighing import is_answering, judgement

HOLD_MARGIN_MS: Final = 1500
"""A hold outlives the longest look at an overlap by this, then ends by itself."""
WARY: Final = 3 * INPUT_RATE
"""For so long after an overlap that was nothing it takes more to hold the reply again."""


def hold(memory: Memory, now: float) -> list[Action]:
    """The user speaks while the agent does: stop the sound, and look."""
    return [_hold(memory), *start_turn(memory, now), explained_overlap(memory, Step.HELD, "speech")]


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
    verdict, rule = judgement(memory)
    if verdict is Overlap.UNDECIDED:
        rule = "time_is_up"
    memory.wary_until = memory.position + WARY
    return [
        TurnResume(hold=memory.holds),
        explained_overlap(memory, Step.RESUMED, rule),
        *empty(memory, rule),
    ]


def interrupt(memory: Memory, now: float) -> list[Action]:
    """The overlap is an interruption: everything handed out so far is over."""
    _, rule = judgement(memory)
    explanation = explained_overlap(memory, Step.INTERRUPTED, rule)
    _learn_from_haste(memory)
    if memory.turn is not None and memory.reply is not None and is_answering(memory):
        memory.turn.asked = asked(memory.reply.text, memory.wanted, memory.language)
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
    actions: list[Action] = [cancel, explanation]
    return actions if memory.activity.speaking else [*actions, *look(memory, now)]


HASTE: Final = 3 * INPUT_RATE // 2
"""Who interrupts an answer so soon after the end of the own turn had not ended it."""


def _learn_from_haste(memory: Memory) -> None:
    """An answer that was interrupted at once came too early: the silence before it was a pause of this speaker."""
    reply, turn = memory.reply, memory.turn
    if reply is None or turn is None or reply.turn is None or reply.turn.final is None:
        return
    pause = turn.start_sample - reply.turn.final.end_sample
    if 0 < pause < HASTE:
        memory.habits.note(pause * 1000 // INPUT_RATE)


def outlive_reply(memory: Memory, now: float) -> list[Action]:
    """The reply ended during the overlap: what the user says is a turn like any other, and its answer."""
    memory.reply = None
    assert memory.turn is not None
    memory.turn.asked = memory.asked
    return [] if memory.activity.speaking else look(memory, now)


def reopen(memory: Memory, now: float) -> list[Action]:
    """The user goes on before anything of the answer was heard: the commit does not count."""
    reply = memory.reply
    assert reply is not None
    assert reply.turn is not None
    turn = reply.turn
    paused = pause_ms(memory, turn)
    memory.habits.note(paused)
    turn.rev += 1
    turn.final = None
    memory.turn, memory.reply, memory.asked = turn, None, turn.asked
    memory.void(reply.epoch)
    return [
        TurnCancel(turn=turn.turn, rev=turn.rev, epoch=reply.epoch, scope=Scope.ONLY, reason="reopened"),
        TurnReopened(
            turn=turn.turn,
            rev=turn.rev,
            epoch=reply.epoch,
            start_sample=memory.activity.start_sample,
            **void(memory),
        ),
        *went_on(memory, turn, Step.REOPENED, paused),
    ]
