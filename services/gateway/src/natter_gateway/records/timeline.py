"""What happened in a call and when, from its facts. Pure.

Times are milliseconds on the session's media axis, where the recording is too: what a turn or a reply says about
itself lies on it exactly. What only the log has timed (tools, changed settings) lies on it as exactly as the
gateway's clock and the log's agree, also across pauses in which the client was gone.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec

from natter_gateway import ids
from natter_gateway.records.latency import latency_of, ledger_of
from natter_protocol.audio import INPUT_RATE, AudioStarted
from natter_protocol.base import Message
from natter_protocol.reply import Outcome, ReplyHeard, ReplyMeasured
from natter_protocol.session import SessionClosed, SessionConfigured, SessionOpened, SessionProgress
from natter_protocol.stt import SttFinal
from natter_protocol.tool import ToolCalled, ToolOutcome, ToolReturned
from natter_protocol.turn import Cause
from natter_runtime.fold import fold
from natter_runtime.state import CallState, ReplyState, SessionState

M = TypeVar("M", bound=Message)

_TRIGGERS: Final = {Cause.USER: "user_speech"}
_STATUS: Final = {
    None: "incomplete",
    Outcome.COMPLETED: "completed",
    Outcome.INTERRUPTED: "interrupted",
    Outcome.FAILED: "failed",
    Outcome.UNHEARD: "unheard",
}


@dataclass(frozen=True, slots=True)
class Timed:
    """A fact, and when the log took it: wall clock, seconds since the epoch."""

    fact: Message
    at: float


def timeline_of(timed: Sequence[Timed]) -> dict[str, Any]:
    """Return the timeline of the call of which these are the facts. Empty lists are left out."""
    return _Timeline(timed).made()


class _Timeline:
    def __init__(self, timed: Sequence[Timed]) -> None:
        self._timed = sorted({one.fact.id: one for one in timed}.values(), key=lambda one: one.at)
        self._state: SessionState = fold([one.fact for one in self._timed])
        opened = self._first(SessionOpened)
        self._opened_at = opened.opened_at if opened else (self._timed[0].at if self._timed else 0.0)
        started = self._first(AudioStarted)
        self._began = started is not None
        self._input_at_ms = started.at_ms if started else 0
        self._progress = [one for one in self._timed if isinstance(one.fact, SessionProgress)]
        self._heard = {fact.epoch: fact for fact in self._facts(ReplyHeard)}
        self._measured = {fact.epoch: fact for fact in self._facts(ReplyMeasured)}
        self._confidence = {fact.turn: fact.confidence for fact in self._facts(SttFinal)}

    def _facts(self, kind: type[M]) -> list[M]:
        return [one.fact for one in self._timed if isinstance(one.fact, kind)]

    def _first(self, kind: type[M]) -> M | None:
        return next(iter(self._facts(kind)), None)

    def made(self) -> dict[str, Any]:
        """Return the whole of it."""
        closed = self._first(SessionClosed)
        replies = [reply for _, reply in sorted(self._state.replies.items()) if reply.cause is not None]
        made: dict[str, Any] = {
            "session_id": self._state.session,
            "started_at_unix_ms": round(self._opened_at * 1000),
            "turns": [self._turn(reply) for reply in replies],
            "config_changes": self._changes(),
        }
        latency = latency_of(one.fact for one in self._timed)
        if latency is not None:
            made["latency"] = latency
        if closed is not None:
            made["ended"] = {
                "reason": closed.detail or closed.reason.value,
                "public_reason": closed.reason.value,
                "duration_seconds": round(closed.duration_s, 3),
            }
        return {name: value for name, value in made.items() if value != []}

    # -- turns ----------------------------------------------------------------------------------

    def _turn(self, reply: ReplyState) -> dict[str, Any]:
        """What was said to the agent, if anything was, and what it answered."""
        session, heard = self._state.session, self._heard.get(reply.epoch)
        cause = reply.cause or Cause.USER
        made: dict[str, Any] = {
            "turn_id": ids.reply_id(session, reply.epoch),
            "item_id": ids.agent_item(session, reply.epoch),
            "status": _STATUS[reply.outcome],
            "trigger": _TRIGGERS.get(cause, cause.value),
            "requested_instructions": (reply.instructions or None) if cause is Cause.REPLY_CREATE else None,
            **self._user(reply),
            "agent_text": reply.heard or None,
            "agent_reply_started_at_ms": heard.started_at_ms if heard else None,
            "agent_reply_ended_at_ms": heard.ended_at_ms if heard else None,
            "interrupted_at_ms": heard.ended_at_ms if heard and heard.outcome is Outcome.INTERRUPTED else None,
            "time_to_first_audio_ms": None,
            "tool_calls": self._calls(reply.epoch),
        }
        begun, stopped = made["agent_reply_started_at_ms"], made["user_speech_ended_at_ms"]
        if begun is not None and stopped is not None:
            made["time_to_first_audio_ms"] = begun - stopped
        if reply.epoch in self._measured:
            made["latency"] = ledger_of(self._measured[reply.epoch])
        if not made["tool_calls"]:
            del made["tool_calls"]
        return made

    def _user(self, reply: ReplyState) -> dict[str, Any]:
        turn = self._state.turns.get(reply.turn) if reply.cause is Cause.USER else None
        if turn is None:
            names = ("transcript", "speech_started_at_ms", "speech_ended_at_ms", "confidence")
            return {f"user_{name}": None for name in names}
        return {
            "item_id": ids.user_item(self._state.session, turn.turn),
            "user_transcript": turn.text,
            "user_speech_started_at_ms": self._input_ms(turn.start_sample),
            "user_speech_ended_at_ms": self._input_ms(turn.end_sample),
            "user_confidence": self._confidence.get(turn.turn),
        }

    def _input_ms(self, sample: int) -> int:
        return self._input_at_ms + sample * 1000 // INPUT_RATE

    # -- tools ----------------------------------------------------------------------------------

    def _calls(self, epoch: int) -> list[dict[str, Any]]:
        calls = sorted((c for c in self._state.calls.values() if c.epoch == epoch), key=lambda call: call.call)
        group = ids.reply_id(self._state.session, epoch) if len(calls) > 1 else None
        return [self._call(call, group) for call in calls]

    def _call(self, call: CallState, group: str | None) -> dict[str, Any]:
        called = self._when(ToolCalled, call.call)
        returned = self._when(ToolReturned, call.call) if call.outcome is not None else None
        return {
            "call_id": call.call,
            "name": call.name,
            "arguments": call.arguments,
            "result": call.result,
            "dispatched_at_ms": called,
            "result_received_at_ms": returned,
            "duration_ms": returned - called if returned is not None and called is not None else None,
            "is_error": call.outcome in (ToolOutcome.FAILED, ToolOutcome.TIMED_OUT),
            "timed_out": call.outcome is ToolOutcome.TIMED_OUT,
            "parallel_call_id": group,
        }

    def _when(self, kind: type[ToolCalled] | type[ToolReturned], call: str) -> int | None:
        found = (self._ms(one.at) for one in self._timed if isinstance(one.fact, kind) and one.fact.call == call)
        return next(found, None)

    def _ms(self, at: float) -> int:
        """Return where on the axis a moment of the log's clock lies: the gateway says each second where it is.

        While the client is gone the axis stands still.
        """
        index = bisect.bisect_right(self._progress, at, key=lambda one: one.at) - 1
        if index < 0 or not self._began:
            return max(0, round((at - self._opened_at) * 1000))
        last = self._progress[index]
        assert isinstance(last.fact, SessionProgress)
        here = self._input_ms(last.fact.sample)
        return here + (round((at - last.at) * 1000) if last.fact.connected else 0)

    # -- settings -------------------------------------------------------------------------------

    def _changes(self) -> list[dict[str, Any]]:
        found = [one for one in self._timed if isinstance(one.fact, SessionConfigured)]
        changes = []
        for before, after in itertools.pairwise(found):
            old, new = (msgspec.to_builtins(_settings(one)) for one in (before, after))
            changed = sorted(name for name in {**old, **new} if old.get(name) != new.get(name))
            changes.append({"at_ms": self._ms(after.at), "changed": changed})
        return changes


def _settings(one: Timed) -> Any:
    assert isinstance(one.fact, SessionConfigured)
    return one.fact.settings
