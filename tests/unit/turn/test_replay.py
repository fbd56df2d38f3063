"""A recorded call's decisions, made again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from natter_protocol import evidence as told
from natter_protocol.turn import Step, TurnDecided
from natter_turn.asked import Kind
from natter_turn.endpointing import Evidence, decide
from natter_turn.language import Value
from natter_turn.policy import Policy
from natter_turn.replay import Change, evidence_of, overlap_of, replay
from tests.support import turn_script

POLICY = Policy(min_silence_ms=300, max_silence_ms=1500)
DOUBTFUL = told.EndEvidence("We could go there", sound=0.5, ends_sentence=0.6, reads_complete=0.1)
NEEDED = decide(evidence_of(DOUBTFUL, 0), POLICY).needed_ms


def decided(step: Step, silence_ms: int, end: told.EndEvidence = DOUBTFUL) -> TurnDecided:
    return TurnDecided(turn=1, step=step, rule="evidence", silence_ms=silence_ms, needed_ms=NEEDED, end=end)


@pytest.mark.parametrize(
    ("fact", "policy", "change"),
    [
        (decided(Step.WENT_ON, NEEDED - 100), POLICY, Change.SAME),
        (decided(Step.WENT_ON, NEEDED - 100), replace(POLICY, max_silence_ms=400), Change.CUTS_OFF),
        (decided(Step.REOPENED, NEEDED + 100), POLICY, Change.SAME),
        (decided(Step.REOPENED, NEEDED + 100), replace(POLICY, min_silence_ms=1400), Change.WAITS),
        (decided(Step.COMMITTED, NEEDED), POLICY, Change.SAME),
        (decided(Step.COMMITTED, NEEDED), replace(POLICY, max_silence_ms=500), Change.EARLIER),
        (decided(Step.COMMITTED, NEEDED), replace(POLICY, max_silence_ms=4000), Change.LATER),
    ],
)
def test_what_changes(fact: TurnDecided, policy: Policy, change: Change) -> None:
    (again,) = replay([fact], policy)
    assert again.change is change
    assert again.then_ms == NEEDED


def test_steps_on_the_way_are_no_decisions() -> None:
    assert replay([decided(step, 200) for step in (Step.WEIGHED, Step.BEGAN, Step.HELD, Step.DROPPED)], POLICY) == []


def test_an_overlap_is_judged_again() -> None:
    content = told.OverlapEvidence(voiced_ms=600, elapsed_ms=650, text="what about the other one", confidence=0.9)
    stopped = TurnDecided(turn=2, step=Step.INTERRUPTED, rule="content", overlap=content)
    assert replay([stopped], POLICY)[0].change is Change.SAME
    grunt = replace_overlap(stopped, text="mm-hm", final=True, silence_ms=200, voiced_ms=300)
    assert replay([grunt], POLICY)[0].change is Change.OTHERWISE


def replace_overlap(fact: TurnDecided, **changes: object) -> TurnDecided:
    import msgspec

    assert fact.overlap is not None
    return msgspec.structs.replace(fact, overlap=msgspec.structs.replace(fact.overlap, **changes))


def test_evidence_comes_back_as_it_was() -> None:
    end = told.EndEvidence("blue", 0.5, asked="choice", options=("blue", "red"), usual_pause_ms=700)
    back = evidence_of(end, 400)
    assert back == Evidence(
        400, "blue", 0.5, asked=replace(back.asked, kind=Kind.CHOICE), usual_pause_ms=700, language=back.language
    )
    assert back.asked.options == {"blue", "red"}
    value = evidence_of(told.EndEvidence(asked="value", expected="code", pattern="\\d{6}"), 0).asked.expected
    assert value is not None
    assert (value.kind, value.pattern) == (Value.CODE, "\\d{6}")
    assert overlap_of(told.OverlapEvidence(text="hm", far=True)).far


def test_under_its_own_policy_every_scripted_conversation_decides_the_same() -> None:
    tables = Path(__file__).parent / "tables"
    checked = 0
    for path in sorted(tables.glob("*.yaml")):
        for title, script in turn_script.load(path):
            if any("policy" in step for step in script["steps"]):
                continue
            script = script | {"steps": [step for step in script["steps"] if "decided" not in step]}
            conversation = turn_script.play(script)
            for again in replay(conversation.decided, conversation.machine.memory.policy):
                checked += 1
                assert again.change is Change.SAME, f"{path.stem}: {title}: {again}"
    assert checked > 50
