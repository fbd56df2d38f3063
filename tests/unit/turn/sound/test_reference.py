"""What the agent is saying, on the axis of the user's audio."""

from __future__ import annotations

import numpy as np

from natter_protocol.audio import AudioFrame
from natter_protocol.playback import PlaybackProgress, PlaybackState
from natter_turn.sound.reference import MAX_AGE, MAX_REPLIES, SILENT, Reference

RATE = 24_000


def frame(start: int, samples: int, epoch: int = 1, *, loud: bool = True, end: bool = False) -> AudioFrame:
    value = 8000 if loud else 0
    wave = (value * np.sin(np.arange(start, start + samples) / 4)).astype("<i2")
    return AudioFrame(wave.tobytes(), start, epoch=epoch, end=end)


def playing(heard: int, at: int, epoch: int = 1, state: PlaybackState = PlaybackState.PLAYING) -> PlaybackProgress:
    return PlaybackProgress(epoch=epoch, state=state, heard=heard, sent=heard, credit=0, at_sample=at)


def test_what_is_played_goes_on_between_two_reports() -> None:
    reference = Reference(RATE)
    reference.hear(frame(0, RATE, loud=False))
    reference.hear(frame(RATE, RATE))
    reference.report(playing(heard=RATE - 2400, at=16_000))
    assert (reference.at(16_000) == SILENT).all()
    assert reference.at(16_000 + 3200).max() > -40


def test_nothing_is_played_before_a_report_after_a_hold_or_long_after_the_last() -> None:
    reference = Reference(RATE)
    reference.hear(frame(0, RATE))
    assert (reference.at(0) == SILENT).all()
    reference.report(playing(heard=4800, at=100))
    assert reference.at(100).max() > -40
    assert (reference.at(100 + MAX_AGE + 1) == SILENT).all()
    assert (reference.at(50) == SILENT).all()
    reference.report(playing(heard=4800, at=100, state=PlaybackState.HELD))
    assert (reference.at(100) == SILENT).all()


def test_a_gap_is_silence_and_a_repeat_is_nothing() -> None:
    reference = Reference(RATE)
    reference.hear(frame(0, 2400))
    reference.hear(frame(0, 2400))
    reference.hear(frame(12_000, 12_000))
    reference.report(playing(heard=6000, at=0))
    assert (reference.at(0) == SILENT).all()
    reference.report(playing(heard=14_000, at=0))
    assert reference.at(0).max() > -40


def test_how_much_is_left_is_known_when_the_end_is() -> None:
    reference = Reference(RATE)
    reference.hear(frame(0, RATE))
    reference.report(playing(heard=RATE // 2, at=0))
    assert reference.left_ms(1) is None
    reference.hear(AudioFrame(b"", RATE, epoch=1, end=True))
    assert reference.left_ms(1) == 500
    assert reference.left_ms(2) is None


def test_old_replies_are_forgotten() -> None:
    reference = Reference(RATE)
    for epoch in range(1, MAX_REPLIES + 3):
        reference.hear(frame(0, 2400, epoch, end=True))
    assert set(reference.lengths) == set(range(3, MAX_REPLIES + 3))
