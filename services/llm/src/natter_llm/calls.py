"""The rules of the tool state machine (rule R8), as questions to the session's state. Pure.

::

    called ──► returned | failed | timed_out

A call exists from the moment its ``tool.called`` is stored; its first result is its only one, and the
fold keeps both. So the state of the machine *is* the session's state: nothing here remembers anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from natter_protocol.reply import Outcome
from natter_protocol.settings import ExecutionMode
from natter_protocol.turn import Cause
from natter_runtime.state import CallState, ReplyState, SessionState


def pending(state: SessionState) -> list[CallState]:
    """Return the calls that have no result yet."""
    return [call for call in state.calls.values() if call.outcome is None]


def is_open(state: SessionState, call: str) -> bool:
    """Whether ``call`` exists and still waits for its result."""
    known = state.calls.get(call)
    return known is not None and known.outcome is None


def holding(state: SessionState) -> bool:
    """Whether a tool runs that holds the conversation: nobody is answered until it has returned."""
    return any(_is_hold(state, call) for call in pending(state))


def _is_hold(state: SessionState, call: CallState) -> bool:
    return any(tool.name == call.name and tool.mode is ExecutionMode.HOLD for tool in state.settings.tools)


def filler(epoch: int) -> str:
    """Return the id under which a few words are wished for while the calls of reply ``epoch`` run."""
    return f"filler_{epoch}"


def is_stale_filler(state: SessionState, request: str) -> bool:
    """Whether the granted wish ``request`` was for words to fill a time that is over."""
    made = [call for call in state.calls.values() if filler(call.epoch) == request]
    return bool(made) and all(call.outcome is not None for call in made)


def running(state: SessionState, name: str, arguments: Mapping[str, Any]) -> bool:
    """Whether the very same call is running already."""
    return any(call.name == name and call.arguments == arguments for call in pending(state))


def follow_up_due(state: SessionState, epoch: int) -> bool:
    """Whether the agent should now speak about what the calls of reply ``epoch`` brought.

    So it is when every one has its result and the reply itself has said all it had to say. A reply that
    was interrupted gets no follow-up once the user says something new: the answer to that has the results
    in its history. Unless the tool held the conversation: then there was no such answer.
    """
    calls = [call for call in state.calls.values() if call.epoch == epoch]
    reply = state.replies.get(epoch)
    if not calls or reply is None or state.closed is not None:
        return False
    if any(call.outcome is None for call in calls):
        return False
    if _is_dead(reply):
        answered = any(turn.epoch > epoch for turn in state.turns.values())
        return state.open_turn is None and (not answered or any(_is_hold(state, call) for call in calls))
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
