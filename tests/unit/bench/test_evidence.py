"""Evidence is gathered once, and again only when it would be another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.bench import evidence
from benchmarks.bench.evidence import Analyst, Evidence, Heard, Pause, Sound, gather, load
from benchmarks.bench.scenario import Cue, Finish, Kind, Scenario, When
from tests.support import e2e_stack


def item(level: float = 0.1) -> Scenario:
    cue = Cue("speech", np.full(8000, level, np.float32), When(), "hello")
    return Scenario("turn-t-000", Kind.TURN, "long", "tuned", True, "s", (cue,), ("short",), Finish(1, 3.0))


def known(scenario: Scenario, **scores: float | None) -> Evidence:
    told = scores or dict.fromkeys(evidence.SCORES, 0.5)
    pause = Pause(16_000, None, [Sound(160, 0.9)], [Heard(0, "Hello.", 40.0, told)])
    return Evidence(
        evidence.VERSION,
        scenario.id,
        scenario.digest,
        "tuned",
        "turn",
        "long",
        True,
        "hello",
        "",
        8000,
        16_000,
        None,
        [],
        [],
        [pause],
    )


class Counting:
    def __init__(self, **scores: float | None) -> None:
        self.asked: list[str] = []
        self.scores = scores

    def __call__(self, scenario: Scenario) -> Evidence:
        self.asked.append(scenario.id)
        return known(scenario, **self.scores)


def test_it_is_kept_and_read_again(tmp_path: Path) -> None:
    path, analyse = tmp_path / "evidence.jsonl", Counting()
    first = gather([item()], path, analyse, lambda done, total: None)
    again = gather([item()], path, analyse, lambda done, total: None)
    assert analyse.asked == ["turn-t-000"]
    assert first == again == load(path)


def test_another_sound_is_analysed_again(tmp_path: Path) -> None:
    path, analyse = tmp_path / "evidence.jsonl", Counting()
    gather([item(0.1)], path, analyse, lambda done, total: None)
    gather([item(0.2)], path, analyse, lambda done, total: None)
    assert len(analyse.asked) == 2
    assert load(path)["turn-t-000"].digest == item(0.2).digest


def test_a_recogniser_that_tells_more_is_asked_again(tmp_path: Path) -> None:
    path = tmp_path / "evidence.jsonl"
    gather([item()], path, Counting(ends_sentence=0.5), lambda done, total: None)
    analyse = Counting()
    gather([item()], path, analyse, lambda done, total: None)
    assert len(analyse.asked) == 1


def test_the_probabilities_are_those_of_the_recogniser() -> None:
    assert {"ends_sentence", "confidence"} <= set(evidence.SCORES)


@pytest.mark.models
def test_the_models_are_asked_in_each_pause() -> None:
    e2e_stack.need_models()
    rng = np.random.default_rng(0)
    cue = Cue("speech", (0.01 * rng.standard_normal(16_000)).astype(np.float32), When(), "")
    quiet = Scenario("turn-t-000", Kind.TURN, "long", "tuned", True, "s", (cue,), ("short",), Finish(1, 3.0))
    found = Analyst().analyse(quiet)
    assert found.end - found.start == 16_000
    assert len(found.speech) == (16_000 + round(4.0 * 16_000)) // 512
    assert found.pauses == []  # noise is no speech
