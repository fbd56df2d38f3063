"""The fold: from a session's facts, in any order and with repeats, to its state (rule R3). Pure.

Facts are ordered by (publisher, claim, seq); publishers are joined by the coordinates turn, rev and
epoch, never by arrival. So every interleaving of publishers gives the same state.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from natter_protocol.audio import AudioStarted
from natter_protocol.base import Message
from natter_protocol.conversation import Author, ConversationAdded
from natter_protocol.reply import Outcome, ReplyFinished, ReplyHeard, ReplyProgress, ReplyStarted, ReplyWanted
from natter_protocol.session import SessionAssigned, SessionClosed, SessionConfigured, SessionOpened, SessionProgress
from natter_protocol.tool import ToolCalled, ToolOutcome, ToolReturned
from natter_protocol.turn import (
    Cause,
    TurnCommitted,
    TurnEager,
    TurnEmpty,
    TurnFact,
    TurnGranted,
    TurnReopened,
    TurnStarted,
)
from natter_runtime.state import CallState, Entry, ReplyState, Role, SessionState, TurnState, TurnStatus, Wish
from natter_runtime.voids import Voids

M = TypeVar("M", bound=Message)


def fold(facts: Iterable[Message]) -> SessionState:
    """Return the state that ``facts`` amount to."""
    unique = {fact.id: fact for fact in facts}
    ordered = sorted(unique.values(), key=lambda fact: (fact.by, fact.claim, fact.seq))
    voids = Voids()
    for fact in ordered:
        voids.note(fact)
    turns = _turns(_of(ordered, TurnFact))
    replies = _replies(ordered, turns, voids)
    calls = _calls(ordered)
    opened = next(iter(_of(ordered, SessionOpened)), None)
    configured = max(_of(ordered, SessionConfigured), key=lambda fact: (fact.version, fact.claim), default=None)
    closed = next(iter(_of(ordered, SessionClosed)), None)
    progress = max(_of(ordered, SessionProgress), key=lambda fact: (fact.claim, fact.seq), default=None)
    return SessionState(
        session=ordered[0].session if ordered else "",
        opened=opened is not None,
        dialect=opened.dialect if opened else "",
        owner=opened.owner if opened else "",
        opened_at=opened.opened_at if opened else 0.0,
        agent=opened.agent if opened else "",
        max_s=opened.max_s if opened else 0.0,
        trace=opened.trace if opened else "",
        version=configured.version if configured else 0,
        settings=configured.settings if configured else SessionState().settings,
        assigned={
            fact.service: fact.instance
            for fact in sorted(_of(ordered, SessionAssigned), key=lambda fact: (fact.after, fact.seq))
        },
        turns=turns,
        replies=replies,
        calls=calls,
        wishes=_wishes(ordered),
        conversation=_conversation(turns, replies, calls, _of(ordered, ConversationAdded)),
        last_turn=max(turns, default=0),
        last_epoch=max((*(fact.epoch for fact in ordered), voids.through, *voids.only), default=0),
        void_through=voids.through,
        void_only=voids.only,
        input_at_ms=next((fact.at_ms for fact in _of(ordered, AudioStarted)), None),
        input_sample=progress.sample if progress else 0,
        input_received=progress.received if progress else 0,
        connected=progress.connected if progress else True,
        closed=closed.reason if closed else None,
    )


def _of(facts: Iterable[Message], kind: type[M]) -> list[M]:
    return [fact for fact in facts if isinstance(fact, kind)]


def _turns(facts: list[TurnFact]) -> dict[int, TurnState]:
    """Each turn at its highest revision; of two facts about the same revision the later claim's counts."""
    turns: dict[int, TurnState] = {}
    for fact in sorted((f for f in facts if f.turn), key=lambda f: (f.turn, f.rev, f.claim, f.seq)):
        known = turns.get(fact.turn, TurnState(fact.turn))
        if isinstance(fact, TurnStarted):
            known = replace(known, rev=fact.rev, start_sample=known.start_sample or fact.start_sample)
        elif isinstance(fact, TurnCommitted):
            known = replace(
                known,
                rev=fact.rev,
                status=TurnStatus.COMMITTED,
                text=fact.text,
                epoch=fact.epoch,
                start_sample=fact.start_sample,
                end_sample=fact.end_sample,
            )
        elif isinstance(fact, TurnReopened):
            known = replace(known, rev=fact.rev, status=TurnStatus.OPEN, text="", epoch=0, end_sample=0)
        elif isinstance(fact, TurnEmpty):
            known = replace(known, rev=fact.rev, status=TurnStatus.EMPTY, end_sample=fact.end_sample)
        turns[fact.turn] = replace(known, trace=known.trace or fact.trace)
    return turns


def _replies(facts: list[Message], turns: dict[int, TurnState], voids: Voids) -> dict[int, ReplyState]:
    replies: dict[int, ReplyState] = {}

    def known(epoch: int) -> ReplyState:
        return replies.get(epoch, ReplyState(epoch, void=epoch in voids))

    wishes = {wish.request: wish for wish in _of(facts, ReplyWanted)}
    for granted in _of(facts, TurnGranted):
        wish = wishes.get(granted.request)
        replies[granted.epoch] = replace(
            known(granted.epoch),
            cause=granted.cause,
            request=granted.request,
            instructions=granted.instructions or (wish.instructions if wish else ""),
        )
    for eager in _of(facts, TurnEager):
        replies[eager.epoch] = replace(known(eager.epoch), turn=eager.turn)
    for turn in turns.values():
        if turn.status is TurnStatus.COMMITTED:
            replies[turn.epoch] = replace(known(turn.epoch), cause=Cause.USER, turn=turn.turn)
    for fact in facts:
        if isinstance(fact, ReplyStarted):
            replies[fact.epoch] = known(fact.epoch)
        elif isinstance(fact, ReplyFinished):
            replies[fact.epoch] = replace(known(fact.epoch), generated=fact.text)
        elif isinstance(fact, ReplyProgress):
            reply = replies[fact.epoch] = replace(known(fact.epoch), begun=True)
            if reply.outcome is None and fact.sample >= reply.progress_sample:
                replies[fact.epoch] = replace(reply, progress_sample=fact.sample, heard=fact.text)
        elif isinstance(fact, ToolCalled):
            replies[fact.epoch] = replace(known(fact.epoch), begun=True)
        elif isinstance(fact, ReplyHeard):
            replies[fact.epoch] = replace(known(fact.epoch), heard=fact.text, outcome=fact.outcome)
    return dict(sorted(replies.items()))


def _calls(facts: list[Message]) -> dict[str, CallState]:
    calls = {
        fact.call: CallState(fact.call, fact.name, fact.arguments, fact.epoch, fact.turn, hosted=fact.hosted)
        for fact in _of(facts, ToolCalled)
    }
    for result in sorted(_of(facts, ToolReturned), key=lambda fact: (fact.claim, fact.seq), reverse=True):
        known = calls.get(result.call)
        if known is not None and known.outcome is not ToolOutcome.TIMED_OUT:
            # The first result counts, so it is written last; but a call that timed out stays so.
            calls[result.call] = replace(known, result=result.result, outcome=result.outcome)
    return calls


def _wishes(facts: list[Message]) -> tuple[Wish, ...]:
    granted = {fact.request for fact in _of(facts, TurnGranted)}
    return tuple(
        Wish(wish.request, wish.cause, wish.instructions)
        for wish in _of(facts, ReplyWanted)
        if wish.request not in granted
    )


def _conversation(
    turns: dict[int, TurnState],
    replies: dict[int, ReplyState],
    calls: dict[str, CallState],
    added: list[ConversationAdded],
) -> tuple[Entry, ...]:
    """By epoch: what the user said, what was heard of the answer, what tools were called, what the client added."""
    entries: list[tuple[int, int, Entry]] = []
    for turn in turns.values():
        if turn.status is TurnStatus.COMMITTED and turn.text:
            entries.append((turn.epoch, 0, Entry(Role.USER, turn.epoch, turn.text, turn.turn)))
    for reply in replies.values():
        if reply.heard:
            interrupted = reply.outcome in (Outcome.INTERRUPTED, Outcome.FAILED)
            entries.append((reply.epoch, 1, Entry(Role.AGENT, reply.epoch, reply.heard, reply.turn, interrupted)))
    for call in calls.values():
        entries.append((call.epoch, 2, Entry(Role.TOOL, call.epoch, turn=call.turn, call=call)))
    for message in added:
        role = Role.USER if message.author is Author.USER else Role.SYSTEM
        entries.append((message.epoch, 3, Entry(role, message.epoch, message.text)))
    entries.sort(key=lambda entry: entry[:2])
    return tuple(entry for _, _, entry in entries)
