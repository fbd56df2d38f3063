"""What the turn machine does: each move changes its memory and returns what is to be said. Pure.

Replies get their numbers here and nowhere else (rule R2), and every fact about a turn repeats what
is void, so that a lost cancel is repaired.
"""

from __future__ import annotations

from natter_turn.moves.agent import be_heard, cancel_for_client, end_reply, give_up_reply, grant
from natter_turn.moves.both import (
    hold,
    hold_late,
    hold_unheard,
    interrupt,
    let_go,
    let_go_unheard,
    outlive_reply,
    reopen,
)
from natter_turn.moves.common import nothing
from natter_turn.moves.user import (
    close,
    close_endless,
    close_stalled,
    commit,
    commit_now,
    drop_turn,
    go_on,
    ignore,
    look,
    speculate,
    start_turn,
    start_turn_late,
    withdraw,
)

__all__ = [
    "be_heard",
    "cancel_for_client",
    "close",
    "close_endless",
    "close_stalled",
    "commit",
    "commit_now",
    "drop_turn",
    "end_reply",
    "give_up_reply",
    "go_on",
    "grant",
    "hold",
    "hold_late",
    "hold_unheard",
    "ignore",
    "interrupt",
    "let_go",
    "let_go_unheard",
    "look",
    "nothing",
    "outlive_reply",
    "reopen",
    "speculate",
    "start_turn",
    "start_turn_late",
    "withdraw",
]
