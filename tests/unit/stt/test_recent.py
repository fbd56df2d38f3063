from __future__ import annotations

import numpy as np

from natter_protocol.audio import AudioFrame
from natter_stt.recent import LIMIT, RecentAudio


def frame(first_sample: int, *values: int) -> AudioFrame:
    return AudioFrame(np.array(values, "<i2").tobytes(), first_sample)


def test_what_follows_is_added() -> None:
    recent = RecentAudio()
    recent.append(frame(0, 1, 2))
    recent.append(frame(2, 3))
    assert (recent.start, recent.end) == (0, 3)
    assert (recent.passage(0, 3).samples * 32768).tolist() == [1, 2, 3]


def test_full_scale_is_between_minus_one_and_one() -> None:
    recent = RecentAudio()
    recent.append(frame(0, -32768, 16384))
    samples = recent.passage(0, 2).samples
    assert samples.dtype == np.float32
    assert samples.tolist() == [-1.0, 0.5]


def test_what_does_not_follow_begins_anew() -> None:
    recent = RecentAudio()
    recent.append(frame(0, 1, 2))
    recent.append(frame(10, 3, 4))
    assert (recent.start, recent.end) == (10, 12)


def test_a_passage_is_what_is_there_of_it() -> None:
    recent = RecentAudio()
    recent.append(frame(10, 1, 2, 3))
    passage = recent.passage(0, 12)
    assert (passage.first_sample, passage.end_sample) == (10, 12)
    assert len(recent.passage(50, 60).samples) == 0
    assert len(recent.passage(12, 11).samples) == 0


def test_what_is_forgotten_is_gone_and_the_rest_keeps_its_place() -> None:
    recent = RecentAudio()
    recent.append(frame(0, 1, 2, 3, 4))
    recent.forget_before(2)
    recent.forget_before(1)
    assert (recent.start, recent.end) == (2, 4)
    assert (recent.passage(2, 4).samples * 32768).tolist() == [3, 4]
    recent.forget_before(100)
    assert (recent.start, recent.end) == (4, 4)


def test_no_more_than_the_limit_is_kept() -> None:
    recent = RecentAudio()
    second = np.zeros(16_000, "<i2").tobytes()
    for index in range(70):
        recent.append(AudioFrame(second, index * 16_000))
    assert recent.end == 70 * 16_000
    assert recent.end - recent.start == LIMIT
