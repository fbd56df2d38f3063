"""Speech over the agent: an interruption, or nothing?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from natter_turn.overlap import Overlap, OverlapEvidence, judge
from natter_turn.policy import Policy

POLICY = Policy()
SPEAKING = OverlapEvidence(voiced_ms=400, silence_ms=0, elapsed_ms=450, text="", final=False, recognised=False)
OVER = OverlapEvidence(voiced_ms=300, silence_ms=200, elapsed_ms=500, text="", final=True, confidence=0.9)
CROWD = replace(SPEAKING, crowd=True, recognised=True, voiced_ms=750, elapsed_ms=800, confidence=0.5)


@pytest.mark.parametrize(
    ("evidence", "verdict", "rule"),
    [
        (replace(SPEAKING, text="wait"), Overlap.INTERRUPTION, "stop_word"),
        (replace(SPEAKING, text="what about the", voiced_ms=650), Overlap.INTERRUPTION, "content"),
        (replace(SPEAKING, text="what about the"), Overlap.UNDECIDED, "listening"),
        (replace(SPEAKING, text="okay", voiced_ms=900, elapsed_ms=900), Overlap.UNDECIDED, "listening"),
        (replace(SPEAKING, text="elephants", voiced_ms=750), Overlap.INTERRUPTION, "long_speech"),
        (replace(SPEAKING, voiced_ms=1600, elapsed_ms=1600), Overlap.INTERRUPTION, "long_speech"),
        (replace(SPEAKING, recognised=True, voiced_ms=1600, elapsed_ms=1600), Overlap.NOTHING, "time_is_up"),
        (replace(SPEAKING, far=True, text="stop"), Overlap.NOTHING, "not_for_us"),
        (replace(SPEAKING, far=True, voiced_ms=100, elapsed_ms=100), Overlap.UNDECIDED, "listening"),
        (replace(CROWD, text="He is in a position"), Overlap.UNDECIDED, "listening"),
        (replace(CROWD, text="He is in a position", voiced_ms=960, elapsed_ms=1000), Overlap.NOTHING, "many_voices"),
        (replace(CROWD, text="A gold ring will", confidence=0.85), Overlap.INTERRUPTION, "long_speech"),
        (replace(CROWD, text="A gold ring will", confidence=None), Overlap.INTERRUPTION, "long_speech"),
        (replace(CROWD, text="Stop it now"), Overlap.UNDECIDED, "listening"),
        (replace(CROWD, text="Stop it now", confidence=0.85), Overlap.INTERRUPTION, "stop_word"),
        (replace(SPEAKING, text="no", confidence=0.6), Overlap.UNDECIDED, "listening"),
        (replace(SPEAKING, text="not sure", confidence=0.7, voiced_ms=700), Overlap.UNDECIDED, "listening"),
        (replace(SPEAKING, text="not sure", confidence=0.7, voiced_ms=1050), Overlap.INTERRUPTION, "long_speech"),
        (OVER, Overlap.NOTHING, "no_words"),
        (replace(OVER, text="Right."), Overlap.NOTHING, "backchannel"),
        (replace(OVER, text="Tomorrow."), Overlap.INTERRUPTION, "words"),
        (replace(OVER, text="Tomorrow.", confidence=0.6), Overlap.UNDECIDED, "listening"),
        (replace(OVER, text="Tomorrow.", confidence=0.6, silence_ms=400), Overlap.NOTHING, "unclear"),
        (replace(OVER, text="Five.", voiced_ms=128), Overlap.UNDECIDED, "listening"),
        (replace(OVER, text="Stop.", voiced_ms=128), Overlap.INTERRUPTION, "stop_word"),
        (replace(OVER, text="No.", confidence=0.6), Overlap.INTERRUPTION, "stop_word"),
        (replace(OVER, text="Hold up.", confidence=0.6, backchannel=-8.0), Overlap.INTERRUPTION, "words"),
        (replace(OVER, text="Sold up.", confidence=0.3, backchannel=-8.0), Overlap.UNDECIDED, "listening"),
        (replace(OVER, text="Not sure.", confidence=0.85, backchannel=-1.0), Overlap.UNDECIDED, "listening"),
        (replace(OVER, text="No.", backchannel=-0.2, silence_ms=400), Overlap.NOTHING, "unclear"),
        (replace(OVER, text="Right.", answering=True), Overlap.INTERRUPTION, "answer"),
        (replace(OVER, text="Right.", answering=True, backchannel=0.0), Overlap.INTERRUPTION, "answer"),
        (replace(OVER, text="from nine to five", said="We open from nine to five."), Overlap.NOTHING, "echo"),
        (replace(OVER, text="Item three.", echoes=True, said="Item three is a lamp."), Overlap.NOTHING, "echo"),
        (replace(OVER, text="Item three.", said="Item three is a lamp."), Overlap.INTERRUPTION, "words"),
        (replace(OVER, final=False, recognised=True, silence_ms=320), Overlap.UNDECIDED, "listening"),
        (replace(OVER, final=False, recognised=False, silence_ms=320), Overlap.UNDECIDED, "listening"),
        (replace(OVER, final=False, recognised=False, silence_ms=920), Overlap.NOTHING, "no_words"),
        (replace(OVER, final=False, recognised=False, voiced_ms=64, silence_ms=320), Overlap.NOTHING, "no_words"),
    ],
)
def test_verdict(evidence: OverlapEvidence, verdict: Overlap, rule: str) -> None:
    assert judge(evidence, POLICY) == (verdict, rule)


def test_an_overlap_is_not_looked_at_for_ever() -> None:
    late = replace(SPEAKING, text="elephants in", recognised=True, voiced_ms=500, elapsed_ms=2500)
    assert judge(late, POLICY)[0] is Overlap.INTERRUPTION
    assert judge(replace(late, text="okay"), POLICY)[0] is Overlap.NOTHING


def test_who_goes_on_speaking_unclearly_is_listened_to_for_longer() -> None:
    unclear = replace(SPEAKING, text="men the cup", recognised=True, confidence=0.3, voiced_ms=1000, elapsed_ms=1300)
    assert judge(unclear, POLICY)[0] is Overlap.UNDECIDED
    paused = replace(unclear, silence_ms=100)
    assert judge(paused, POLICY)[0] is Overlap.UNDECIDED  # the recogniser's last word is on its way
    assert judge(replace(paused, final=True), POLICY)[0] is Overlap.NOTHING
    assert judge(replace(unclear, confidence=0.6), POLICY)[0] is Overlap.INTERRUPTION
    assert judge(replace(unclear, elapsed_ms=2100), POLICY)[0] is Overlap.NOTHING


def test_long_words_that_are_a_guess_are_not_believed() -> None:
    babble = replace(SPEAKING, text="as the vehicle is also", voiced_ms=1000, elapsed_ms=1000, confidence=0.39)
    assert judge(babble, POLICY)[0] is Overlap.UNDECIDED
