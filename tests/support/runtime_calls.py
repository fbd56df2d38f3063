"""Calls as they happen: the facts that the services say, and what the conversation then is.

:class:`Call` stamps facts the way seats do. :func:`random_call` lets a call happen by chance: turns,
speculations, premature ends, wishes, tools, interruptions, workers that are replaced. It keeps its
own account of what was said and heard, to hold the fold against.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from natter_protocol.base import Message
from natter_protocol.conversation import Author, ConversationAdded
from natter_protocol.reply import Outcome, ReplyFinished, ReplyHeard, ReplyProgress, ReplyStarted, ReplyWanted
from natter_protocol.session import (
    CloseReason,
    SessionAssigned,
    SessionClosed,
    SessionConfigured,
    SessionOpened,
    SessionProgress,
)
from natter_protocol.settings import SessionSettings
from natter_protocol.stt import SttFinal
from natter_protocol.tool import ToolCalled, ToolOutcome, ToolReturned
from natter_protocol.tts import TtsSegment
from natter_protocol.turn import Cause, TurnCommitted, TurnEager, TurnEmpty, TurnGranted, TurnReopened, TurnStarted

M = TypeVar("M", bound=Message)

SESSION = "sess_1"
WORKERS = ("turn", "stt", "llm", "tts")


@dataclass
class Call:
    """The facts of one call, in the order in which they are said."""

    facts: list[Message] = field(default_factory=list)
    claims: dict[str, int] = field(default_factory=lambda: {"gateway": 1, "turn": 2, "stt": 3, "llm": 4, "tts": 5})
    _seqs: dict[tuple[str, int], int] = field(default_factory=dict)

    def say(self, by: str, fact: M) -> M:
        """Add ``fact`` as said by a service under its present claim; return it as stamped."""
        claim = self.claims[by]
        seq = self._seqs[by, claim] = self._seqs.get((by, claim), 0) + 1
        fact = msgspec.structs.replace(fact, session=SESSION, by=by, claim=claim, seq=seq)
        self.facts.append(fact)
        return fact

    def assign(self, service: str, instance: str, claim: int, after: int = 0) -> None:
        """The service is given to an instance, which speaks under ``claim`` from now on."""
        fact = SessionAssigned(service=service, instance=instance, after=after)
        self.facts.append(msgspec.structs.replace(fact, session=SESSION, by="gateway", seq=10_000 + claim))
        self.claims[service] = claim


@dataclass
class Account:
    """What was really said and heard, in order, and who serves the call."""

    told: list[tuple[str, str]] = field(default_factory=list)
    """``(role, text)``; for a tool its call's id."""
    assigned: dict[str, str] = field(default_factory=dict)
    pending_wishes: list[str] = field(default_factory=list)
    epoch: int = 0
    turn: int = 0


def random_call(rng: random.Random, steps: int) -> tuple[list[Message], Account]:
    """Return the facts of a call of so many steps, and the account of it."""
    story = _Story(rng)
    for _ in range(steps):
        rng.choice(
            (
                story.answered_turn,
                story.answered_turn,
                story.reopened_turn,
                story.empty_turn,
                story.wished_reply,
                story.unheard_wish,
                story.reply_with_tools,
                story.replaced_worker,
                story.new_settings,
                story.added_message,
                story.another_gateway,
            )
        )()
    if rng.random() < 0.5:
        story.call.say("gateway", SessionClosed(reason=CloseReason.CLIENT))
    return story.call.facts, story.account


class _Story:
    def __init__(self, rng: random.Random) -> None:
        self.call = Call()
        self.account = Account()
        self._rng = rng
        self._sample = 0
        self._claim = 10
        self._version = 1
        self._void_only: tuple[int, ...] = ()
        self._void_through = 0
        for number, service in enumerate(("gateway", *WORKERS), 1):
            self.call.assign(service, f"{service}-0", number)
            self.account.assigned[service] = f"{service}-0"
        self.call.say("gateway", SessionOpened(dialect="voice_agent", owner="key", opened_at=1.0))
        self.call.say("gateway", SessionConfigured(version=1, settings=SessionSettings(system_prompt="v1")))

    def _voids(self) -> dict[str, object]:
        return {"void_through": self._void_through, "void_only": self._void_only}

    def _speech(self) -> tuple[int, int]:
        start = self._sample + 320
        self._sample = start + 16_000
        return start, self._sample

    def _next_epoch(self) -> int:
        self.account.epoch += 1
        return self.account.epoch

    def _committed(self, rev: int = 0) -> int:
        """A turn that ends at revision ``rev``; return the epoch of the reply."""
        turn, account = self.account.turn, self.account
        start, end = self._speech()
        text = f"turn {turn} revision {rev}"
        self.call.say("stt", SttFinal(turn=turn, rev=rev, text=text, start_sample=start, end_sample=end))
        epoch = self._next_epoch()
        if self._rng.random() < 0.5:
            self.call.say("turn", TurnEager(turn=turn, rev=rev, epoch=epoch, text=text, end_sample=end))
            if self._rng.random() < 0.3:  # the speculation was wrong
                self._void_only += (epoch,)
                epoch = self._next_epoch()
        self.call.say(
            "turn",
            TurnCommitted(
                turn=turn,
                rev=rev,
                epoch=epoch,
                text=text,
                start_sample=start,
                end_sample=end,
                **self._voids(),  # type: ignore[arg-type]
            ),
        )
        account.told.append(("user", text))
        return epoch

    def _begin_turn(self) -> None:
        self.account.turn += 1
        self.call.say("turn", TurnStarted(turn=self.account.turn, start_sample=self._sample + 320))

    def _reply(self, epoch: int, turn: int = 0) -> None:
        """A reply is generated, and heard as far as chance has it."""
        text = f"reply {epoch} and more"
        self.call.say("llm", ReplyStarted(turn=turn, epoch=epoch))
        if self._rng.random() < 0.8:
            self.call.say("llm", ReplyFinished(turn=turn, epoch=epoch, text=text))
        self.call.say("tts", TtsSegment(epoch=epoch, segment=0, text=text, first_sample=0, words=()))
        heard, outcome = "", Outcome.UNHEARD
        if self._rng.random() < 0.8:
            heard, outcome = text, Outcome.COMPLETED
            self.call.say("gateway", ReplyProgress(epoch=epoch, sample=4000, text="reply"))
            if self._rng.random() < 0.5:
                self.call.say("gateway", ReplyProgress(epoch=epoch, sample=8000, text=f"reply {epoch}"))
        if heard and self._rng.random() < 0.4:
            heard, outcome = f"reply {epoch}", Outcome.INTERRUPTED
            self._void_through, self._void_only = epoch, ()
        if heard and self._rng.random() < 0.1:  # still playing when the call is looked at
            self.account.told.append(("agent", "reply"))
            self.call.say("gateway", ReplyProgress(epoch=epoch, sample=9000, text="reply"))
            return
        self.call.say("gateway", ReplyHeard(epoch=epoch, text=heard, ms=len(heard), outcome=outcome))
        if heard:
            self.account.told.append(("agent", heard))

    # -- what may happen ------------------------------------------------------------------------

    def answered_turn(self) -> None:
        self._begin_turn()
        epoch = self._committed()
        self._reply(epoch, self.account.turn)

    def reopened_turn(self) -> None:
        self._begin_turn()
        for rev in range(self._rng.randint(1, 2)):
            epoch = self._committed(rev)
            self.account.told.pop()
            self._void_only += (epoch,)
            self.call.say(
                "turn",
                TurnReopened(turn=self.account.turn, rev=rev + 1, start_sample=self._sample, **self._voids()),  # type: ignore[arg-type]
            )
            self.call.say("gateway", ReplyHeard(epoch=epoch, text="", ms=0, outcome=Outcome.UNHEARD))
            last = rev + 1
        epoch = self._committed(last)
        self._reply(epoch, self.account.turn)

    def empty_turn(self) -> None:
        self._begin_turn()
        _, end = self._speech()
        self.call.say("turn", TurnEmpty(turn=self.account.turn, reason="noise", end_sample=end))

    def wished_reply(self) -> None:
        request = f"wish_{len(self.call.facts)}"
        self.call.say("gateway", ReplyWanted(cause=Cause.GREETING, request=request, instructions="Hello!"))
        epoch = self._next_epoch()
        self.call.say("turn", TurnGranted(epoch=epoch, cause=Cause.GREETING, request=request, **self._voids()))  # type: ignore[arg-type]
        self._reply(epoch)

    def unheard_wish(self) -> None:
        request = f"wish_{len(self.call.facts)}"
        self.call.say("gateway", ReplyWanted(cause=Cause.IDLE, request=request))
        self.account.pending_wishes.append(request)

    def reply_with_tools(self) -> None:
        self._begin_turn()
        epoch, turn = self._committed(), self.account.turn
        calls = [f"call_{self._rng.randrange(10**6)}_{epoch}_{number}" for number in range(self._rng.randint(1, 3))]
        for call in calls:
            self.call.say("llm", ToolCalled(turn=turn, epoch=epoch, call=call, name="look_up", arguments={"n": 1}))
        self._reply(epoch, turn)
        for call in self._rng.sample(calls, len(calls)):
            if self._rng.random() < 0.8:
                self.call.say("gateway", ToolReturned(call=call, result=f"result of {call}"))
            else:
                self.call.say("llm", ToolReturned(call=call, result="", outcome=ToolOutcome.TIMED_OUT))
        self.account.told.extend(("tool", call) for call in calls)

    def replaced_worker(self) -> None:
        service = self._rng.choice(WORKERS)
        self._claim += 1
        self.call.assign(service, f"{service}-{self._claim}", self._claim, self.call.claims[service])
        self.account.assigned[service] = f"{service}-{self._claim}"

    def added_message(self) -> None:
        """The client adds something; it stands after the newest reply."""
        author = self._rng.choice(list(Author))
        text = f"added {len(self.call.facts)}"
        self.call.say("gateway", ConversationAdded(epoch=self.account.epoch, author=author, text=text))
        self.account.told.append((author.value, text))

    def another_gateway(self) -> None:
        """The client is lost and comes back elsewhere."""
        progress = {"sample": self._sample, "received": self._sample}
        self.call.say("gateway", SessionProgress(**progress, connected=False))
        self._claim += 1
        self.call.assign("gateway", f"gateway-{self._claim}", self._claim, self.call.claims["gateway"])
        self.account.assigned["gateway"] = f"gateway-{self._claim}"
        self.call.say("gateway", SessionProgress(**progress))

    def new_settings(self) -> None:
        self._version += 1
        settings = SessionSettings(system_prompt=f"v{self._version}")
        self.call.say("gateway", SessionConfigured(version=self._version, settings=settings))
