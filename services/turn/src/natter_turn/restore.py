"""The turn machine of a session that another worker served before: from the fold of its facts. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from natter_protocol.audio import INPUT_RATE
from natter_protocol.turn import Cause
from natter_runtime.state import ReplyState, SessionState
from natter_turn.activity import Activity
from natter_turn.inputs import Wanted
from natter_turn.memory import Memory, OpenTurn, Reply
from natter_turn.policy import resolve
from natter_turn.table import State

LEAD_IN: Final = INPUT_RATE // 5


@dataclass(frozen=True, slots=True)
class Restored:
    """Where a machine goes on."""

    memory: Memory
    state: State
    position: int | None
    """From which sample the input is wanted again; None: from whatever comes next."""


def restore(state: SessionState) -> Restored:
    """Return the machine's memory and state for a session as the log knows it.

    A turn that is open goes on as spoken: its audio is heard again from its start. A reply that was
    granted and is not over has the floor.
    """
    settings = state.settings.input
    memory = Memory(
        policy=resolve(settings.turn, settings.mode),
        last_turn=state.last_turn,
        last_epoch=state.last_epoch,
        void_through=state.void_through,
        void_only=set(state.void_only),
        wishes=deque(Wanted(wish.request, wish.cause, wish.instructions) for wish in state.wishes),
    )
    turn = state.open_turn
    if turn is not None:
        memory.turn = OpenTurn(turn.turn, turn.rev, turn.start_sample)
        memory.activity = Activity(speaking=True, start_sample=turn.start_sample, last_speech_sample=turn.start_sample)
        return Restored(memory, State.SPEAKING, max(0, turn.start_sample - LEAD_IN))
    reply = _running(state)
    if reply is not None:
        audible = reply.progress_sample > 0
        memory.reply = Reply(reply.epoch, reply.cause or Cause.USER, text=reply.generated or "", audible=audible)
        memory.reply.tool_ran = any(call.epoch == reply.epoch for call in state.calls.values())
        return Restored(memory, State.REPLYING if audible else State.ANSWERING, None)
    return Restored(memory, State.LISTENING, None)


def _running(state: SessionState) -> ReplyState | None:
    """Return the reply that has the floor: granted, not void, not over."""
    running = [
        reply
        for reply in state.replies.values()
        if reply.cause is not None and reply.outcome is None and not reply.void
    ]
    return running[0] if running else None
