"""Is the turn over?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from natter_turn.asked import Asked, Kind
from natter_turn.endpointing import PATIENCE_MS, Evidence, decide, estimate, features, needed_ms
from natter_turn.language import Value
from natter_turn.learned import WEIGHTS
from natter_turn.policy import Policy
from natter_turn.values import Expected

POLICY = Policy(min_silence_ms=300, max_silence_ms=2000)
COMPLETE = Evidence(400, "Where can I park my car?", sound=0.98, ends_sentence=0.99, reads_complete=0.5)
CUT = Evidence(400, "I think it was um", sound=0.05, ends_sentence=0.2, reads_complete=0.01)


def test_what_is_complete_takes_less_silence_than_what_is_not() -> None:
    sure, unsure = decide(COMPLETE, POLICY), decide(CUT, POLICY)
    assert sure.probability > 0.8 > 0.2 > unsure.probability
    assert POLICY.min_silence_ms <= sure.needed_ms < unsure.needed_ms <= POLICY.max_silence_ms


def test_a_decision_waits_for_the_silence_it_calls_for() -> None:
    needed = decide(COMPLETE, POLICY).needed_ms
    assert not decide(replace(COMPLETE, silence_ms=needed - 1), POLICY).over
    assert decide(replace(COMPLETE, silence_ms=needed), POLICY).over


def test_the_longest_silence_ends_any_turn() -> None:
    decision = decide(replace(CUT, silence_ms=POLICY.max_silence_ms), POLICY)
    assert (decision.over, decision.rule) == (True, "max_silence")


def test_the_sound_is_waited_for_but_not_for_ever() -> None:
    deaf = replace(COMPLETE, sound=None, silence_ms=PATIENCE_MS - 1)
    assert decide(deaf, replace(POLICY, min_silence_ms=50)).rule == "listening"
    assert not decide(deaf, replace(POLICY, min_silence_ms=50)).over
    assert decide(replace(deaf, silence_ms=PATIENCE_MS), replace(POLICY, min_silence_ms=50)).rule != "listening"
    assert decide(deaf, replace(POLICY, min_silence_ms=50, waits_for_sound=False)).rule != "listening"


@pytest.mark.parametrize("name", ["sound", "ends_sentence", "reads_complete"])
def test_each_piece_of_evidence_speaks_for_the_end_the_more_the_higher_it_is(name: str) -> None:
    high, low = (estimate(replace(COMPLETE, **{name: value})) for value in (0.95, 0.05))
    unknown = estimate(replace(COMPLETE, **{name: None}))
    assert high.probability > low.probability
    assert unknown.parts[name] == 0.0


def test_every_feature_has_a_weight() -> None:
    assert list(features(COMPLETE)) == list(WEIGHTS)


def test_silence_goes_from_bound_to_bound_with_the_probability() -> None:
    needed = [needed_ms(number / 10, CUT, POLICY) for number in range(11)]
    assert needed == sorted(needed, reverse=True)
    assert needed[0] == pytest.approx(POLICY.max_silence_ms, abs=20)
    assert needed[-1] == pytest.approx(POLICY.min_silence_ms, abs=20)
    assert needed_ms(POLICY.certainty, CUT, POLICY) == (POLICY.min_silence_ms + POLICY.max_silence_ms) / 2


def test_the_more_certainty_is_wanted_the_longer_it_takes() -> None:
    hasty, patient = (needed_ms(0.6, CUT, replace(POLICY, certainty=certainty)) for certainty in (0.3, 0.8))
    assert hasty < needed_ms(0.6, CUT, POLICY) < patient


def test_a_speaker_of_long_pauses_is_given_them() -> None:
    assert needed_ms(0.8, CUT, POLICY) < 500
    slow = replace(CUT, usual_pause_ms=1100)
    assert needed_ms(0.8, slow, POLICY) == 1250
    assert needed_ms(0.95, slow, POLICY) < 500
    assert needed_ms(0.8, replace(CUT, usual_pause_ms=5000), POLICY) == POLICY.max_silence_ms


def test_who_has_stopped_the_agent_is_answered_sooner() -> None:
    interruption = replace(CUT, interrupts=True)
    assert needed_ms(0.45, interruption, POLICY) < 0.7 * needed_ms(0.45, CUT, POLICY)
    assert needed_ms(0.02, interruption, POLICY) > 1700  # what breaks off does not end sooner


def test_an_open_value_overrules_everything() -> None:
    value = replace(COMPLETE, text="My order number is 471.")
    assert estimate(value).rule == "value_open"
    assert estimate(value).probability < 0.1
    whole = replace(CUT, text="My phone number is 202 555 0146")
    assert estimate(whole).rule == "value_whole"
    assert estimate(whole).probability > 0.9


def test_a_tool_that_waits_for_a_code_makes_digits_its_beginning() -> None:
    digits = replace(COMPLETE, text="It is 4711")
    assert estimate(replace(digits, wanted=(Expected(Value.CODE, "\\d{8}"),))).rule == "value_open"
    assert estimate(replace(digits, wanted=(Expected(Value.CODE, "\\d{4}"),))).rule == "value_whole"


def test_what_was_asked_makes_short_answers_complete() -> None:
    yes = Evidence(300, "Yes", sound=0.2, ends_sentence=0.2, reads_complete=0.05)
    assert estimate(replace(yes, asked=Asked(Kind.YES_OR_NO))).rule == "answers_yes_or_no"
    blue = replace(yes, text="the blue")
    assert estimate(replace(blue, asked=Asked(Kind.CHOICE, options=frozenset({"blue", "red"})))).rule == "chooses"
    assert estimate(yes).rule == "evidence"
    name = Evidence(300, "Maria Lopez.", sound=0.2, ends_sentence=0.7, reads_complete=0.05, asked=Asked(Kind.OPEN))
    assert estimate(name).rule == "answers"
    for other in ("My name is Maria Lopez", "Maria and"):
        assert estimate(replace(name, text=other)).rule != "answers"
    assert estimate(replace(name, ends_sentence=0.2)).rule == "evidence"


def test_words_that_break_off_are_believed_over_the_sound() -> None:
    broken = replace(COMPLETE, text="I would like to")
    assert estimate(broken).rule == "words_break_off"
    assert estimate(broken).probability < 0.2
