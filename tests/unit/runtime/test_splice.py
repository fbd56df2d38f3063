"""One unbroken stream of input out of what comes."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natter_protocol.audio import INPUT_FRAME, INPUT_RATE, AudioFrame
from natter_runtime.splice import ASK_ABOVE, LONGEST, PATIENCE, Splicer


def frame(number: int, samples: int = INPUT_FRAME) -> AudioFrame:
    """The frame that begins at ``number`` frames; each sample holds its frame's number."""
    return AudioFrame((number % 256).to_bytes(2, "little") * samples, INPUT_FRAME * number, seq=number)


def pushed(splicer: Splicer, *numbers: int) -> list[int]:
    """Push frames; return the numbers of those that came out, -1 for silence."""
    out = [ready for number in numbers for ready in splicer.push(frame(number))]
    return [-1 if ready.filled else ready.first_sample // INPUT_FRAME for ready in out]


def test_frames_in_order_pass() -> None:
    splicer = Splicer(0)
    assert pushed(splicer, 0, 1, 2) == [0, 1, 2]
    assert splicer.position == 3 * INPUT_FRAME
    assert splicer.wanted() is None


def test_a_stream_begins_with_what_comes_first_or_where_it_is_told_to() -> None:
    assert pushed(Splicer(), 7, 8) == [7, 8]
    assert pushed(Splicer(8 * INPUT_FRAME), 6, 7, 8) == [8]


def test_repeats_are_dropped() -> None:
    assert pushed(Splicer(0), 0, 1, 0, 1, 2, 2) == [0, 1, 2]


def test_a_short_gap_is_filled_with_silence_at_once() -> None:
    splicer = Splicer(0)
    assert pushed(splicer, 0, 4) == [0, -1, 4]
    assert splicer.lost == 3 * INPUT_FRAME == ASK_ABOVE
    assert pushed(splicer, 2) == []  # too late: audio is never back-dated


def test_a_longer_gap_is_asked_for_once_and_closed_by_the_answer() -> None:
    splicer = Splicer(0)
    assert pushed(splicer, 0, 5) == [0]
    assert splicer.wanted() == (INPUT_FRAME, 5 * INPUT_FRAME)
    assert splicer.wanted() is None
    assert pushed(splicer, 6) == []
    assert splicer.wanted() is None
    assert pushed(splicer, 1, 2, 3, 4) == [1, 2, 3, 4, 5, 6]
    assert splicer.lost == 0


def test_a_second_gap_is_asked_for_too() -> None:
    splicer = Splicer(0)
    pushed(splicer, 0, 5)
    splicer.wanted()
    pushed(splicer, 1, 2, 3, 4)
    assert pushed(splicer, 12) == []
    assert splicer.wanted() == (6 * INPUT_FRAME, 12 * INPUT_FRAME)


def test_a_gap_is_given_up_when_enough_newer_audio_waits() -> None:
    splicer = Splicer(0)
    pushed(splicer, 0)
    waiting = PATIENCE // INPUT_FRAME
    assert pushed(splicer, *range(10, 10 + waiting - 1)) == []
    assert pushed(splicer, 10 + waiting - 1) == [-1, *range(10, 10 + waiting)]
    assert splicer.lost == 9 * INPUT_FRAME


def test_a_gap_longer_than_the_ring_is_skipped() -> None:
    splicer = Splicer(0)
    far = LONGEST // INPUT_FRAME + 10
    assert pushed(splicer, 0, *range(far, far + PATIENCE // INPUT_FRAME))[:2] == [0, far]
    assert splicer.lost == (far - 1) * INPUT_FRAME


def test_frames_that_overlap_are_cut() -> None:
    splicer = Splicer(0)
    splicer.push(AudioFrame(bytes(2 * 500), 0))
    (rest,) = splicer.push(AudioFrame(b"\x01\x00" * 500, 300, seq=9, claim=4, filled=True))
    assert (rest.first_sample, rest.samples, rest.pcm) == (500, 300, b"\x01\x00" * 300)
    assert (rest.seq, rest.claim, rest.filled) == (9, 4, True)


def test_an_empty_frame_is_nothing() -> None:
    splicer = Splicer()
    assert splicer.push(AudioFrame(b"", 5, end=True)) == []


@given(
    rng=st.randoms(use_true_random=False),
    count=st.integers(1, 120),
    loss=st.sampled_from([0.0, 0.1, 0.5]),
    reach=st.sampled_from([0, 2, 10]),
)
def test_whatever_is_lost_repeated_or_reordered_the_stream_is_unbroken(
    rng: random.Random, count: int, loss: float, reach: int
) -> None:
    """Contiguous, of the right length, and what did come in time is in its place."""
    sent = [frame(number) for number in range(count)]
    came = [sent[0]]
    came += [each for each in sent[1:] for _ in range(rng.choice((1, 1, 2))) if rng.random() >= loss]
    order = sorted(range(len(came)), key=lambda place: place + rng.randint(0, reach))
    splicer = Splicer(0)
    out = [ready for place in order for ready in splicer.push(came[place])]
    position = 0
    for ready in out:
        assert ready.first_sample == position
        if not ready.filled:
            assert ready.pcm in sent[position // INPUT_FRAME].pcm
        position = ready.next_sample
    assert splicer.position == position
    newest = max(each.next_sample for each in came)
    assert position <= newest
    wanted = splicer.wanted()
    assert position == newest or wanted is not None or newest - position < PATIENCE + INPUT_RATE
    silence = sum(ready.samples for ready in out if ready.filled)
    assert silence == splicer.lost


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 400)), max_size=60))
def test_frames_of_any_place_and_length(places: list[tuple[int, int]]) -> None:
    splicer = Splicer(0)
    position = 0
    for first, samples in places:
        for ready in splicer.push(AudioFrame(bytes(2 * samples), first)):
            assert ready.first_sample == position
            assert ready.samples > 0
            position = ready.next_sample
    assert splicer.position == position


@pytest.mark.parametrize("lengths", [(100, 320), (320, 100)])
def test_of_two_frames_with_one_beginning_the_longer_counts(lengths: tuple[int, int]) -> None:
    splicer = Splicer(0)
    for samples in lengths:
        splicer.push(frame(10, samples))
    out = [ready for number in range(10) for ready in splicer.push(frame(number))]
    assert out[-1].next_sample == 10 * INPUT_FRAME + 320
