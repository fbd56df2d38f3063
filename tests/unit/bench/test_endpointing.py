"""What the ways to end a turn make of a pause: made-up evidence, so that every time is known."""

from __future__ import annotations

import pytest

from benchmarks.bench import natter_policy
from benchmarks.bench.endpointing import (
    ASKED_MS,
    BLIND_MS,
    PATIENCE_MS,
    Point,
    by_score,
    by_silence,
    frontier,
    judge,
    latency_at,
    measure,
    reading_scores,
    sound_scores,
)
from benchmarks.bench.evidence import Evidence, Heard, Pause, Sound, pauses_of
from natter_protocol.settings import TurnPolicy

MS = 16


def pause(
    at_ms: int, until_ms: int | None = None, *, complete: float = 0.9, ends: float = 0.9, text: str = "Two of them."
) -> Pause:
    """Return a silence in which all models answer the same whenever they are asked."""
    sound = [Sound(ms, complete) for ms in (96, 160, 320, 640) if until_ms is None or at_ms + ms <= until_ms]
    heard = [Heard(tail, text, 50.0, {"ends_sentence": ends}) for tail in (0, 120, 400)]
    return Pause(at_ms * MS, None if until_ms is None else until_ms * MS, sound, heard)


def item(*pauses: Pause, end_ms: int = 3000, hole: bool = True) -> Evidence:
    return Evidence(
        version=1,
        id="pause-t-000",
        digest="",
        half="tuned",
        kind="pause" if hole else "turn",
        variant="clause",
        synthetic=True,
        text="",
        asked="",
        start=0,
        end=end_ms * MS,
        hole=(1000 * MS, 2000 * MS) if hole else None,
        speech=[],
        levels=[],
        pauses=list(pauses),
    )


PAUSED = item(pause(1000, 2000), pause(3032))
TURN = item(pause(3032), hole=False)


def test_silence_alone_cuts_off_whoever_pauses_for_longer() -> None:
    assert judge(PAUSED, by_silence(800)).cut
    assert not judge(PAUSED, by_silence(1100)).cut


def test_latency_counts_from_the_true_end_and_is_the_same_whether_it_was_cut_off_or_not() -> None:
    assert judge(PAUSED, by_silence(800)).latency_ms == 832  # 800 of silence, to the window, after 32 unheard
    assert judge(TURN, by_silence(800)).latency_ms == 832


def test_an_end_that_nobody_notices_takes_as_long_as_the_item() -> None:
    assert judge(item(pause(1000, 2000)), by_silence(300)).latency_ms == PATIENCE_MS


def test_a_score_ends_the_turn_when_it_is_there_and_not_before_the_least_silence() -> None:
    sure = by_score(sound_scores, 0.5, 200, 2000)
    assert judge(TURN, sure).latency_ms == 32 + 224  # asked at 96, there at 176, least 200, to the window
    patient = by_score(sound_scores, 0.5, 600, 2000)
    assert judge(TURN, patient).latency_ms == 32 + 608


def test_a_score_that_is_not_sure_waits_for_the_time_out() -> None:
    unsure = item(pause(3032, complete=0.2), hole=False)
    assert judge(unsure, by_score(sound_scores, 0.5, 200, 1500)).latency_ms == 32 + 1504


def test_the_recognisers_final_takes_its_time() -> None:
    ready = [at for at, _ in reading_scores(PAUSED.pauses[0])]
    assert ready == [120 + ASKED_MS, 400 + ASKED_MS]


def test_natter_is_asked_as_the_turn_machine_asks() -> None:
    """More silence is needed the less complete the turn is, within the bounds; nothing before the final is there."""
    policy = natter_policy.decided(TurnPolicy(min_silence_ms=300, max_silence_ms=1500))
    sure = judge(TURN, policy).latency_ms
    unsure = judge(item(pause(3032, complete=0.1, ends=0.1, text="Two of the"), hole=False), policy).latency_ms
    assert 32 + 120 + ASKED_MS <= sure < unsure <= 32 + 1500 + 300
    assert not judge(item(pause(1000, 1000 + BLIND_MS), pause(3032)), policy).cut


def test_a_point_counts_pauses_and_turns_apart() -> None:
    point = measure("800", by_silence(800), [PAUSED, TURN, item(pause(1000, 2000), pause(3032), hole=False)])
    assert (point.cut, point.paused, point.turns_cut) == (1, 1, 1)
    assert point.rate == 1.0
    assert point.p50_ms == 832


def test_the_frontier_is_what_nothing_beats() -> None:
    def point(cut: int, mean_ms: float) -> Point:
        return Point("", cut, 100, 0, mean_ms, mean_ms, mean_ms)

    slow, beaten, fast = point(2, 900), point(8, 950), point(9, 500)
    assert frontier([beaten, fast, slow]) == [slow, fast]
    assert latency_at([slow, fast], 0.05) == slow
    assert latency_at([slow, fast], 0.10) == fast
    assert latency_at([slow, fast], 0.01) is None


def test_pauses_are_those_the_turn_service_notices() -> None:
    speech = [0.1] * 4 + [0.9] * 10 + [0.1] * 2 + [0.9] * 5 + [0.1] * 6 + [0.9] * 4 + [0.1] * 8
    assert pauses_of(speech, [-30.0] * len(speech)) == [
        (4 * 512, 21 * 512, 27 * 512),  # two windows of silence are not enough
        (4 * 512, 31 * 512, None),
    ]


@pytest.mark.parametrize("speech", [[], [0.1] * 50, [0.9, 0.1] * 20])
def test_where_nobody_speaks_there_is_no_pause(speech: list[float]) -> None:
    assert pauses_of(speech, [-30.0] * len(speech)) == []
