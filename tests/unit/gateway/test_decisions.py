"""Decisions about turns, as a client is told of them."""

from __future__ import annotations

import pytest

from natter_gateway import decisions
from natter_protocol.evidence import EndEvidence, OverlapEvidence, Part, Wait
from natter_protocol.turn import Step, TurnDecided


def test_the_end_of_a_turn_is_told_with_all_it_was_weighed_on() -> None:
    message = TurnDecided(
        turn=3,
        step=Step.COMMITTED,
        rule="answers_yes_or_no",
        silence_ms=320,
        needed_ms=300,
        probability=0.97,
        parts=(Part("sound", 1.5),),
        waits=(Wait("ivr", 200), Wait("clinical", 900)),
        end=EndEvidence(text="Yes, please.", sound=0.9, asked="yes_or_no"),
    )
    told = decisions.told(message)
    assert (told.turn, told.decision, told.rule, told.text) == (3, "commit", "answers_yes_or_no", "Yes, please.")
    assert (told.silence_ms, told.needed_ms, told.probability) == (320, 300, 0.97)
    assert told.evidence == {"sound": 0.9, "asked": "yes_or_no", "log_odds": {"sound": 1.5}}
    assert told.presets == {"ivr": 200, "clinical": 900}
    assert told.reason == "The turn is over after 0.32 s of silence (97% likely over): it answers the question."


def test_an_overlap_is_told_with_what_was_said() -> None:
    overlap = OverlapEvidence(voiced_ms=400, text="mm-hm")
    told = decisions.told(TurnDecided(turn=4, epoch=2, step=Step.RESUMED, rule="backchannel", overlap=overlap))
    assert (told.decision, told.text, told.needed_ms) == ("resume", "mm-hm", None)
    assert told.evidence == {"voiced_ms": 400}
    assert told.reason == "The agent goes on: that was only a sign of listening (“mm-hm”)."


def test_a_rule_without_words_of_its_own_is_told_by_its_name() -> None:
    told = decisions.told(TurnDecided(turn=1, step=Step.DROPPED, rule="some_new_rule"))
    assert told.reason == "Nothing came of it: some new rule."


@pytest.mark.parametrize("step", Step)
def test_every_step_has_a_name_and_a_sentence(step: Step) -> None:
    told = decisions.told(TurnDecided(turn=1, step=step, rule="evidence"))
    assert told.decision in decisions.NAMES.values()
    assert told.reason.endswith(".")
