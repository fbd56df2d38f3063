"""What the spans of one call must look like."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

Spans = list[dict[str, Any]]

SERVICES = {"natter-gateway", "natter-turn", "natter-stt", "natter-llm", "natter-tts"}
OWNERS = {
    "call": "natter-gateway",
    "turn": "natter-turn",
    "turn.endpointing": "natter-turn",
    "turn.speculation": "natter-turn",
    "stt.final": "natter-stt",
    "llm.generate": "natter-llm",
    "tool": "natter-llm",
    "tts.synthesize": "natter-tts",
    "playout": "natter-gateway",
}
"""Which service each kind of span comes from."""


def kind(span: dict[str, Any]) -> str:
    """Return what a span is of, without its number or its name: ``turn 3`` is a ``turn``."""
    return re.sub(r"^(turn|tool) .+$", r"\1", str(span["name"]))


def of(spans: Iterable[dict[str, Any]], wanted: str) -> Spans:
    """Return the spans of one kind, in the order in which they began."""
    return sorted((span for span in spans if kind(span) == wanted), key=lambda span: span["start"])


def check_one_trace(spans: Spans) -> None:
    """Fail unless ``spans`` are one trace with all five services in it, each span where it belongs."""
    assert {span["service"] for span in spans} == SERVICES
    assert len({span["trace"] for span in spans}) == 1
    assert len({span["span"] for span in spans}) == len(spans), "a span was told of twice"
    by_id = {span["span"]: span for span in spans}
    roots = [span for span in spans if not span["parent"]]
    assert [root["name"] for root in roots] == ["call"]
    orphans = [span["name"] for span in spans if span["parent"] and span["parent"] not in by_id]
    assert orphans == []
    for span in spans:
        assert span["service"] == OWNERS[kind(span)], span
        assert span["end"] >= span["start"], span
        if kind(span) == "turn":
            assert by_id[span["parent"]]["name"] == "call", span
        elif kind(span) in ("turn.endpointing", "turn.speculation", "stt.final", "tool"):
            assert kind(by_id[span["parent"]]) == "turn", span
        elif kind(span) != "call":  # an answer hangs below the turn, a greeting below the call
            assert kind(by_id[span["parent"]]) in ("turn", "call"), span


def check_a_turn(spans: Spans, turn: dict[str, Any]) -> None:
    """Fail unless an answered turn has everything that makes an answer below it."""
    below = [span for span in spans if span["parent"] == turn["span"]]
    kinds = {kind(span) for span in below}
    assert kinds >= {"turn.endpointing", "stt.final", "llm.generate", "tts.synthesize", "playout"}, kinds
    generate = made_in_the_end(below)[0]
    speak = next(span for span in of(below, "tts.synthesize") if "cancel" not in names_of(span["events"]))
    assert generate["attributes"]["natter.llm.first_token_ms"] >= 0
    assert "gen_ai.usage.output_tokens" in generate["attributes"]
    assert generate["attributes"]["gen_ai.request.model"]
    assert speak["attributes"]["natter.tts.first_audio_ms"] >= 0
    assert turn["attributes"]["natter.ledger.total_ms"] > 0
    ahead = of(below, "turn.speculation")
    assert turn["attributes"]["natter.speculation.count"] == len(ahead)
    given_up = [span["span"] for span in ahead if not span["attributes"]["natter.speculation.kept"]]
    linked = [link for decision in of(below, "turn.endpointing") for link in decision["links"]]
    assert sorted(set(linked)) == sorted(given_up)


def made_in_the_end(spans: Iterable[dict[str, Any]]) -> Spans:
    """Return the ``llm.generate`` that were not begun in vain."""
    return [span for span in of(spans, "llm.generate") if not span["attributes"].get("natter.speculation.discarded")]


def names_of(events: Iterable[dict[str, Any]]) -> list[str]:
    """Return what happened, in order."""
    return [event["name"] for event in events]
