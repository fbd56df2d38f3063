"""What a decision was made on travels inside ``turn.decided``."""

from __future__ import annotations

from natter_protocol import codec
from natter_protocol.evidence import EndEvidence, OverlapEvidence
from natter_protocol.turn import Step, TurnDecided


def test_evidence_goes_along_with_the_decision() -> None:
    end = EndEvidence(text="Yes", sound=0.9, asked="yes_or_no")
    overlap = OverlapEvidence(voiced_ms=300, text="mm-hm", far=True)
    for told in (
        TurnDecided(step=Step.WEIGHED, rule="evidence", end=end),
        TurnDecided(step=Step.HELD, rule="", overlap=overlap),
    ):
        assert codec.decode(codec.encode(told)) == told


def test_what_is_not_known_takes_no_room() -> None:
    data = codec.encode(TurnDecided(step=Step.WEIGHED, rule="evidence", end=EndEvidence(text="Yes")))
    assert b"sound" not in data
    assert b"overlap" not in data
