"""How long the user waited for answers in a call, from the ledgers in its facts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from natter_protocol.base import Message
from natter_protocol.reply import ReplyMeasured
from natter_protocol.turn import TurnCommitted, TurnEager


def ledger_of(measured: ReplyMeasured) -> dict[str, Any]:
    """Return the ledger of one answer, in milliseconds: its steps and what is unaccounted for add up to the total."""
    return {
        "total_ms": measured.total_ms,
        "steps": [{"name": step.name, "owner": step.owner, "ms": step.ms} for step in measured.steps],
        "unaccounted_ms": measured.unaccounted_ms,
        "speculations": measured.speculations,
        "ahead_ms": measured.ahead_ms,
    }


def latency_of(facts: Iterable[Message]) -> dict[str, Any] | None:
    """Return the ledgers of a call summed up; None if no answer of it was measured.

    Of every duration the median, the 95th percentile and the worst, in milliseconds; and how many answers were
    begun before the turn was surely over (``speculations``) and given (``kept``).
    """
    unique = list({fact.id: fact for fact in facts}.values())
    measured = [fact for fact in unique if isinstance(fact, ReplyMeasured)]
    if not measured:
        return None
    steps: dict[tuple[str, str], list[float]] = {}
    for fact in measured:
        for step in fact.steps:
            steps.setdefault((step.name, step.owner), []).append(step.ms)
    begun = {fact.epoch for fact in unique if isinstance(fact, TurnEager)}
    return {
        "answers": len(measured),
        "total": _spread([fact.total_ms for fact in measured]),
        "steps": [{"name": name, "owner": owner, **_spread(times)} for (name, owner), times in steps.items()],
        "unaccounted": _spread([fact.unaccounted_ms for fact in measured]),
        "speculations": len(begun),
        "kept": len({fact.epoch for fact in unique if isinstance(fact, TurnCommitted)} & begun),
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)

    def at(part: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(part * len(ordered)))], 1)

    return {"p50_ms": at(0.5), "p95_ms": at(0.95), "worst_ms": round(ordered[-1], 1)}
