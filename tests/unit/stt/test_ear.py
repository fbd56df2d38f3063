from __future__ import annotations

from natter_protocol.audio import INPUT_FRAME, AudioReplay
from natter_stt.ear import Ear
from tests.support.stt_audio import MS, frames, noise


def test_frames_in_order_become_one_passage() -> None:
    ear = Ear()
    sound = noise(200)
    assert [ear.take(frame) for frame in frames(sound)] == [None] * 10
    assert (ear.start, ear.end) == (0, 200 * MS)
    assert abs(ear.passage(0, ear.end).samples - sound).max() < 1e-3


def test_a_session_that_is_joined_late_is_heard_from_there() -> None:
    ear = Ear()
    ear.take(frames(noise(20), 48_000)[0])
    assert (ear.start, ear.end) == (48_000, 48_000 + INPUT_FRAME)


def test_a_long_gap_is_asked_for_once_and_closed_by_the_answer() -> None:
    ear = Ear()
    sound = frames(noise(400))
    ear.take(sound[0])
    assert ear.take(sound[10]) == AudioReplay(first_sample=20 * MS, end_sample=200 * MS)
    assert ear.take(sound[11]) is None
    assert ear.end == 20 * MS
    for frame in sound[1:10]:
        ear.take(frame)
    assert ear.end == 240 * MS


def test_reaching_back_asks_for_all_since_then_at_the_next_frame() -> None:
    ear = Ear()
    sound = frames(noise(1000))
    ear.take(sound[40])
    ear.reach_back(100 * MS)
    assert ear.take(sound[41]) == AudioReplay(first_sample=100 * MS, end_sample=820 * MS)
    for frame in sound[5:42]:
        ear.take(frame)
    assert (ear.start, ear.end) == (100 * MS, 840 * MS)


def test_what_is_forgotten_is_gone() -> None:
    ear = Ear()
    for frame in frames(noise(100)):
        ear.take(frame)
    ear.forget_before(60 * MS)
    assert ear.start == 60 * MS


def test_audio_that_never_comes_is_counted_and_silent() -> None:
    ear = Ear()
    sound = frames(noise(1000))
    for frame in (*sound[:5], *sound[15:]):
        ear.take(frame)
    assert ear.lost == 200 * MS
    assert ear.end == 1000 * MS
    assert not ear.passage(100 * MS, 300 * MS).samples.any()
