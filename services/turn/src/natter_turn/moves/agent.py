"""The agent's reply: it gets the floor, is heard, is over. Pure."""

from __future__ import annotations

from natter_protocol.turn import Scope, TurnCancel, TurnGranted
from natter_turn.actions import Action
from natter_turn.memory import Memory, Reply
from natter_turn.moves.common import next_epoch, void


def grant(memory: Memory, now: float) -> list[Action]:
    """Give the floor to the reply that was wished for first."""
    wish = memory.wishes.popleft()
    epoch = next_epoch(memory)
    memory.reply = Reply(epoch, wish.cause, since=now)
    return [
        TurnGranted(epoch=epoch, cause=wish.cause, request=wish.request, instructions=wish.instructions, **void(memory))
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
