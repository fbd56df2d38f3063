"""The rules of the tool state machine (rule R8), as questions to the session's state. Pure.

::

    called ──► returned | failed | timed_out

A call exists from the moment its ``tool.called`` is stored; its first result is its only one, and the
fold keeps both. So the state of the machine *is* the session's state: nothing here remembers anything.
"""

from __future__ import annotations

from natter_protocol.reply import Outcome
from natter_protocol.turn import Cause
from natter_runtime.state import CallState, ReplyState, SessionState


def pending(state: SessionState) -> list[CallState]:
    """Return the calls that have no result yet."""
    return [call for call in state.calls.values() if call.outcome is None]


def is_open(state: SessionState, call: str) -> bool:
    """Whether ``call`` exists and still waits for its result."""
    known = state.calls.get(call)
    return known is not None and known.outcome is None


def follow_up_due(state: SessionState, epoch: int) -> bool:
    """Whether the agent should now speak about what the calls of reply ``epoch`` brought.

    So it is when every one has its result and the reply itself has said all it had to say. A reply that
    was interrupted gets no follow-up once the user says something new: the answer to that has the results
    in its history.
    """
    calls = [call for call in state.calls.values() if call.epoch == epoch]
    reply = state.replies.get(epoch)
    if not calls or reply is None or state.closed is not None:
        return False
    if any(call.outcome is None for call in calls):
        return False
    if _is_dead(reply):
        return state.open_turn is None and not any(turn.epoch > epoch for turn in state.turns.values())
    return reply.generated is not None or reply.outcome is not None


def steps_without_user(state: SessionState, epoch: int) -> int:
    """Return how many replies in a row, up to ``epoch``, answered nothing but results of tools."""
    steps = 0
    for number in sorted((known for known in state.replies if known <= epoch), reverse=True):
        cause = state.replies[number].cause
        if cause is Cause.TOOL_RESULT:
            steps += 1
        elif number == epoch or cause in (Cause.USER, Cause.REPLY_CREATE, Cause.IDLE):
            break
    return steps


def _is_dead(reply: ReplyState) -> bool:
    """Whether the reply was stopped; a later void of what was heard to its end says nothing."""
    over = reply.outcome in (Outcome.INTERRUPTED, Outcome.UNHEARD)
    return over or (reply.void and reply.outcome is not Outcome.COMPLETED)
