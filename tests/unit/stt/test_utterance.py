from __future__ import annotations

import pytest

from natter_protocol.turn import TurnProbability
from natter_stt.engine import NOTHING, Hypothesis
from natter_stt.pace import Pace
from natter_stt.utterance import LEAD_IN, MS, Utterance

PACE = Pace(partial=320 * MS, pause_ms=120, tail=200 * MS)
SECOND = 1000 * MS


def begun(start_sample: int = SECOND, previous_end: int = 0) -> Utterance:
    return Utterance.begin(turn=1, rev=0, start_sample=start_sample, previous_end=previous_end)


def silence(ms: int, after: int) -> TurnProbability:
    return TurnProbability(
        turn=1, at_sample=after + ms * MS, speech=0.0, silence_ms=ms, last_speech_sample=after, trace="t"
    )


def said(text: str) -> Hypothesis:
    return Hypothesis(text, (1,), 0.9, 0.5)


@pytest.mark.parametrize(
    ("start", "previous_end", "first"),
    [
        (SECOND, 0, SECOND - LEAD_IN),
        (100, 0, 0),
        (SECOND, SECOND - 50 * MS, SECOND - 50 * MS),
        (SECOND, SECOND + 50 * MS, SECOND),
    ],
)
def test_the_audio_leads_in_but_not_into_the_turn_before(start: int, previous_end: int, first: int) -> None:
    assert begun(start, previous_end).segment_start == first


def test_a_partial_is_due_after_enough_new_audio() -> None:
    utterance = begun()
    assert not utterance.wants_partial(SECOND + 319 * MS, PACE.partial)
    assert utterance.wants_partial(SECOND + 320 * MS, PACE.partial)
    utterance.heard(said("one"), utterance.segment_start, SECOND + 320 * MS)
    assert not utterance.wants_partial(SECOND + 600 * MS, PACE.partial)
    assert utterance.wants_partial(SECOND + 640 * MS, PACE.partial)


def test_audio_that_could_not_be_decoded_is_not_tried_again_at_once() -> None:
    utterance = begun()
    utterance.pass_over(SECOND + 320 * MS)
    assert not utterance.wants_partial(SECOND + 330 * MS, PACE.partial)
    assert utterance.transcript == NOTHING


def test_no_partial_is_begun_in_a_lull() -> None:
    utterance = begun()
    utterance.note(silence(96, after=2 * SECOND))
    assert not utterance.wants_partial(2 * SECOND + 100 * MS, PACE.partial)


def test_a_lull_that_is_not_repeated_is_over() -> None:
    utterance = begun()
    utterance.note(silence(96, after=2 * SECOND))
    assert utterance.wants_partial(2 * SECOND + 400 * MS, PACE.partial)


def test_a_final_is_due_once_per_pause_when_its_audio_is_there() -> None:
    utterance = begun()
    utterance.note(silence(96, after=2 * SECOND))
    assert not utterance.wants_final(3 * SECOND, PACE)
    utterance.note(silence(128, after=2 * SECOND))
    assert not utterance.wants_final(2 * SECOND + 100 * MS, PACE)
    assert utterance.wants_final(2 * SECOND + 120 * MS, PACE)
    utterance.finalized = utterance.last_speech
    utterance.note(silence(400, after=2 * SECOND))
    assert not utterance.wants_final(3 * SECOND, PACE)
    utterance.note(silence(128, after=3 * SECOND))
    assert utterance.wants_final(4 * SECOND, PACE)


def test_a_closed_one_wants_nothing_until_it_is_reopened() -> None:
    utterance = begun()
    utterance.note(silence(128, after=2 * SECOND))
    utterance.close()
    assert not utterance.wants_final(4 * SECOND, PACE)
    assert not utterance.wants_partial(4 * SECOND, PACE.partial)
    utterance.reopen(rev=2)
    assert utterance.rev == 2
    assert utterance.wants_partial(4 * SECOND, PACE.partial)
    assert not utterance.wants_final(4 * SECOND, PACE)


def test_the_transcript_is_what_was_settled_and_what_is_heard_now() -> None:
    utterance = begun()
    utterance.heard(said("One two."), utterance.segment_start, 2 * SECOND)
    utterance.settle(2 * SECOND)
    assert utterance.transcript.text == "One two."
    utterance.heard(said("three"), 2 * SECOND, 3 * SECOND)
    assert utterance.transcript.text == "One two three"


def test_a_result_about_a_settled_segment_is_refused() -> None:
    utterance = begun()
    before = utterance.segment_start
    utterance.heard(said("One."), before, 2 * SECOND)
    utterance.settle(2 * SECOND)
    assert not utterance.heard(said("One two."), before, 3 * SECOND)
    assert utterance.transcript.text == "One."


def paused_after(length: int) -> tuple[Utterance, int]:
    utterance = begun()
    end = utterance.segment_start + length
    utterance.note(silence(128, after=end))
    utterance.finalized = utterance.final_heard = end
    utterance.heard(said("A long story."), utterance.segment_start, end + 128 * MS)
    return utterance, end


def test_a_long_pause_settles_a_long_segment_and_leaves_a_lead_in() -> None:
    utterance, end = paused_after(9 * SECOND)
    utterance.note(silence(384, after=end))
    assert utterance.segment_start < end
    utterance.note(silence(416, after=end))
    assert utterance.segment_start == end + 100 * MS
    assert utterance.latest == NOTHING
    assert utterance.transcript.text == "A long story."


def test_a_short_segment_is_not_settled() -> None:
    utterance, end = paused_after(5 * SECOND)
    utterance.note(silence(900, after=end))
    assert utterance.settled == []


def test_nothing_is_settled_before_its_final_is_made() -> None:
    utterance, end = paused_after(9 * SECOND)
    utterance.final_heard = 0
    utterance.note(silence(900, after=end))
    assert utterance.settled == []


def test_audio_that_is_lost_leaves_what_was_heard_of_it() -> None:
    utterance = begun()
    utterance.heard(said("Heard."), utterance.segment_start, 3 * SECOND)
    utterance.lose_before(2 * SECOND)
    assert utterance.transcript.text == "Heard."
    assert utterance.segment_start == 3 * SECOND
    for sample in range(4 * SECOND, 5 * SECOND, SECOND // 10):
        utterance.lose_before(sample)
    assert utterance.segment_start == 4 * SECOND + 9 * SECOND // 10
    assert len(utterance.settled) == 1


def test_audio_that_is_there_is_not_lost() -> None:
    utterance = begun()
    utterance.lose_before(0)
    assert utterance.segment_start == SECOND - LEAD_IN
