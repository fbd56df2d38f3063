"""Both sides' audio, as the turn machine is told of it."""

from __future__ import annotations

import numpy as np

from natter_protocol.audio import INPUT_FRAME, AudioFrame
from natter_protocol.playback import PlaybackProgress, PlaybackState
from natter_turn.activity import WINDOW
from natter_turn.ears import Ears
from natter_turn.engines.energy import Energy


def ears(position: int | None = None) -> Ears:
    return Ears(Energy().open(), 24_000, position)


def frame(number: int, value: int = 3000) -> AudioFrame:
    return AudioFrame(np.full(INPUT_FRAME, value, "<i2").tobytes(), number * INPUT_FRAME)


def test_frames_become_windows() -> None:
    listening = ears()
    heard = [window for number in range(8) for window in listening.hear_user(frame(number))]
    assert [window.end_sample for window in heard] == [WINDOW * (index + 1) for index in range(5)]
    assert all(window.speech > 0.9 and window.echo == 0.0 for window in heard)
    assert heard[0].level_db is not None
    assert -22 < heard[0].level_db < -18


def test_what_was_heard_can_be_heard_again() -> None:
    listening = ears()
    for number in range(10):
        listening.hear_user(frame(number, number * 100))
    again = listening.between(3 * INPUT_FRAME, 5 * INPUT_FRAME)
    np.testing.assert_allclose(again[[0, -1]] * 32768, [300, 400], atol=0.1)


def test_a_gap_is_asked_for() -> None:
    listening = ears()
    listening.hear_user(frame(0))
    listening.hear_user(frame(10))
    assert listening.wanted() == (INPUT_FRAME, 10 * INPUT_FRAME)
    assert listening.position == INPUT_FRAME


def test_a_session_may_be_heard_from_the_middle() -> None:
    listening = ears(5 * INPUT_FRAME)
    assert listening.hear_user(frame(3)) == []
    assert listening.position == 5 * INPUT_FRAME


def test_the_last_words_of_a_reply_are_noticed() -> None:
    listening = ears()
    listening.hear_agent(AudioFrame(bytes(2 * 24_000), 0, epoch=1, end=True))

    def heard(samples: int) -> PlaybackProgress:
        return PlaybackProgress(epoch=1, state=PlaybackState.PLAYING, heard=samples, sent=samples, credit=0)

    assert not listening.playback(heard(1000))
    assert listening.playback(heard(20_000))
