"""The turn machine as a table: in this state, on this, if so, do that, and be there. Data.

Read it as the book of the conversation: the user speaks, pauses, is understood to be done; the agent
answers, is heard, is spoken over. For each pair of state and happening the first row whose condition
holds is taken; a pair without rows cannot happen and is ignored. The diagram in the documentation is
drawn from this table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from natter_turn import guards, moves
from natter_turn.actions import Action
from natter_turn.memory import Memory

Guard = Callable[[Memory, float], bool]
Move = Callable[[Memory, float], list[Action]]


class State(StrEnum):
    """Who has the floor."""

    LISTENING = "listening"
    """Nobody speaks; the user may."""
    SPEAKING = "speaking"
    """The user speaks."""
    PAUSED = "paused"
    """The user is silent within a turn: is it over?"""
    CLOSING = "closing"
    """The turn is over; the recogniser's last word is awaited."""
    ANSWERING = "answering"
    """A reply is on its way; nothing of it is heard yet."""
    DOUBT = "doubt"
    """The user makes a sound before the reply is heard: does the turn go on?"""
    REPLYING = "replying"
    """The agent speaks."""
    OVERLAP = "overlap"
    """The user makes a sound while the agent speaks; the reply is held: is it an interruption?"""


class Happening(StrEnum):
    """What can happen."""

    SPEECH = "speech"
    """The user begins to speak."""
    SILENCE = "silence"
    """The user stops speaking."""
    TIME = "time"
    """A window of audio has passed, or something became known."""
    DEADLINE = "deadline"
    """The state has lasted as long as it may."""
    AUDIBLE = "audible"
    """The reply is being heard."""
    ENDED = "ended"
    """The reply is over."""
    UNWANTED = "unwanted"
    """The client wants no more of the reply."""
    WISH = "wish"
    """Somebody wants the agent to speak."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: if ``guard`` holds (None: always), do ``move`` and be in ``to``."""

    to: State
    move: Move
    guard: Guard | None = None


_S, _H = State, Happening

TABLE: Final[dict[tuple[State, Happening], tuple[Row, ...]]] = {
    (_S.LISTENING, _H.SPEECH): (Row(_S.SPEAKING, moves.start_turn),),
    (_S.LISTENING, _H.WISH): (Row(_S.ANSWERING, moves.grant),),
    #
    (_S.SPEAKING, _H.SILENCE): (Row(_S.PAUSED, moves.look),),
    (_S.SPEAKING, _H.TIME): (Row(_S.CLOSING, moves.close_endless, guards.is_endless),),
    (_S.SPEAKING, _H.DEADLINE): (Row(_S.CLOSING, moves.close_stalled),),
    #
    (_S.PAUSED, _H.SPEECH): (Row(_S.SPEAKING, moves.go_on),),
    (_S.PAUSED, _H.TIME): (
        Row(_S.LISTENING, moves.drop_turn, guards.is_empty),
        Row(_S.LISTENING, moves.ignore, guards.is_not_for_us),
        Row(_S.ANSWERING, moves.commit_now, guards.is_over_and_heard),
        Row(_S.CLOSING, moves.close, guards.is_over),
        Row(_S.PAUSED, moves.withdraw, guards.is_speculation_stale),
        Row(_S.PAUSED, moves.speculate, guards.is_worth_a_speculation),
        Row(_S.PAUSED, moves.look),
    ),
    (_S.PAUSED, _H.DEADLINE): (Row(_S.CLOSING, moves.close_stalled),),
    #
    (_S.CLOSING, _H.SPEECH): (Row(_S.SPEAKING, moves.go_on),),
    (_S.CLOSING, _H.TIME): (
        Row(_S.LISTENING, moves.ignore, guards.is_not_for_us),
        Row(_S.ANSWERING, moves.commit, guards.covers),
        Row(_S.LISTENING, moves.drop_turn, guards.covers_nothing),
    ),
    (_S.CLOSING, _H.DEADLINE): (
        Row(_S.LISTENING, moves.ignore, guards.is_aside),
        Row(_S.ANSWERING, moves.commit, guards.has_text),
        Row(_S.LISTENING, moves.drop_turn),
    ),
    #
    (_S.ANSWERING, _H.AUDIBLE): (Row(_S.REPLYING, moves.be_heard),),
    (_S.ANSWERING, _H.SPEECH): (
        Row(_S.DOUBT, moves.hold_unheard, guards.is_reopenable),
        Row(_S.OVERLAP, moves.hold, guards.is_interruptible),
        Row(_S.ANSWERING, moves.nothing),
    ),
    (_S.ANSWERING, _H.ENDED): (
        Row(_S.SPEAKING, moves.start_turn_late, guards.is_speaking),
        Row(_S.LISTENING, moves.end_reply),
    ),
    (_S.ANSWERING, _H.UNWANTED): (Row(_S.ANSWERING, moves.cancel_for_client),),
    (_S.ANSWERING, _H.DEADLINE): (Row(_S.LISTENING, moves.give_up_reply),),
    #
    (_S.DOUBT, _H.TIME): (Row(_S.SPEAKING, moves.reopen, guards.is_going_on),),
    (_S.DOUBT, _H.SILENCE): (Row(_S.ANSWERING, moves.let_go_unheard),),
    (_S.DOUBT, _H.DEADLINE): (Row(_S.ANSWERING, moves.let_go_unheard),),
    (_S.DOUBT, _H.AUDIBLE): (Row(_S.OVERLAP, moves.hold_late),),
    (_S.DOUBT, _H.UNWANTED): (Row(_S.DOUBT, moves.cancel_for_client),),
    (_S.DOUBT, _H.ENDED): (Row(_S.SPEAKING, moves.start_turn_late),),
    #
    (_S.REPLYING, _H.SPEECH): (
        Row(_S.REPLYING, moves.nothing, guards.is_far_voice),
        Row(_S.OVERLAP, moves.hold, guards.is_interruptible),
        Row(_S.REPLYING, moves.nothing),
    ),
    (_S.REPLYING, _H.ENDED): (
        Row(_S.SPEAKING, moves.start_turn_late, guards.is_speaking),
        Row(_S.LISTENING, moves.end_reply),
    ),
    (_S.REPLYING, _H.UNWANTED): (Row(_S.REPLYING, moves.cancel_for_client),),
    (_S.REPLYING, _H.DEADLINE): (Row(_S.LISTENING, moves.give_up_reply),),
    #
    (_S.OVERLAP, _H.TIME): (
        Row(_S.PAUSED, moves.interrupt, guards.is_interruption_made),
        Row(_S.SPEAKING, moves.interrupt, guards.is_interruption),
        Row(_S.ANSWERING, moves.let_go, guards.is_nothing_yet_unheard),
        Row(_S.REPLYING, moves.let_go, guards.is_nothing),
        Row(_S.OVERLAP, moves.look),
    ),
    (_S.OVERLAP, _H.DEADLINE): (
        Row(_S.ANSWERING, moves.let_go, guards.is_unheard),
        Row(_S.REPLYING, moves.let_go),
    ),
    (_S.OVERLAP, _H.UNWANTED): (Row(_S.OVERLAP, moves.cancel_for_client),),
    (_S.OVERLAP, _H.AUDIBLE): (Row(_S.OVERLAP, moves.be_heard),),
    (_S.OVERLAP, _H.ENDED): (
        Row(_S.SPEAKING, moves.outlive_reply, guards.is_speaking),
        Row(_S.PAUSED, moves.outlive_reply),
    ),
}
