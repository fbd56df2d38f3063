"""What the spans of one call must look like."""

from __future__ import annotations

from typing import Any

EXPECTED = {
    ("natter-gateway", "call"),
    ("natter-turn", "turn"),
    ("natter-stt", "stt.final"),
    ("natter-llm", "llm.generate"),
    ("natter-tts", "tts.synthesize"),
    ("natter-gateway", "playout"),
}


def check_one_trace(spans: list[dict[str, Any]]) -> None:
    """Fail unless ``spans`` are one trace with all five services in it and no orphan."""
    assert {(span["service"], span["name"]) for span in spans} >= EXPECTED
    assert len({span["trace"] for span in spans}) == 1
    by_id = {span["span"]: span for span in spans}
    roots = [span for span in spans if not span["parent"]]
    assert [root["name"] for root in roots] == ["call"]
    orphans = [span["name"] for span in spans if span["parent"] and span["parent"] not in by_id]
    assert orphans == []
    for span in spans:
        assert span["end"] >= span["start"]
        if span["name"] in ("stt.final", "llm.generate", "tts.synthesize", "playout"):
            assert by_id[span["parent"]]["name"] in ("turn", "llm.generate", "call"), span
