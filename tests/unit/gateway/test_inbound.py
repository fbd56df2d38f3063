"""The user's audio on its way in."""

from __future__ import annotations

import itertools

import numpy as np

from natter_gateway.inbound import Inbound
from natter_protocol.audio import INPUT_FRAME, AudioFrame
from natter_protocol.settings import AudioFormat, Encoding, InputSettings

CHUNK = np.full(480, 1000, np.int16).tobytes()
"""20 ms at 24 kHz."""


class Line:
    """An inbound with its clock, and the frames it published."""

    def __init__(self) -> None:
        self.frames: list[AudioFrame] = []
        self.inbound = Inbound(AudioFormat(), self.frames.append)
        self.now = 10.0

    def speak(self, seconds: float) -> None:
        for _ in range(round(seconds * 50)):
            self.now += 0.02
            self.inbound.feed(CHUNK, self.now)
            self.inbound.tick(self.now)

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds * 50)):
            self.now += 0.02
            self.inbound.tick(self.now)


def contiguous(frames: list[AudioFrame]) -> bool:
    return all(one.next_sample == two.first_sample for one, two in itertools.pairwise(frames))


def test_audio_becomes_contiguous_frames() -> None:
    line = Line()
    line.speak(1.0)
    assert contiguous(line.frames)
    assert {frame.samples for frame in line.frames} == {INPUT_FRAME}
    assert 0.9 <= line.inbound.received_s <= 1.0


def test_nothing_is_filled_in_before_the_client_has_sent_anything() -> None:
    line = Line()
    line.wait(2.0)
    assert line.frames == []


def test_silence_is_filled_in_after_the_grace_and_makes_up_for_it() -> None:
    line = Line()
    line.speak(0.5)
    spoken = len(line.frames)
    line.wait(0.26)
    assert len(line.frames) == spoken
    line.wait(0.74)
    filled = line.frames[spoken:]
    assert all(frame.filled and not any(frame.pcm) for frame in filled)
    assert 49 <= len(filled) <= 50
    assert contiguous(line.frames)


def test_late_audio_is_appended() -> None:
    line = Line()
    line.speak(0.2)
    line.wait(1.0)
    before = line.inbound.position
    line.speak(0.2)
    assert line.frames[-1].filled is False
    assert line.frames[-1].first_sample > before
    assert contiguous(line.frames)


def test_a_slow_client_within_the_grace_gets_no_silence() -> None:
    line = Line()
    for _ in range(10):
        line.wait(0.2)
        line.inbound.feed(CHUNK * 10, line.now)
    assert not any(frame.filled for frame in line.frames)


def test_a_gateway_that_was_late_itself_does_not_take_the_client_for_silent() -> None:
    """A busy machine: nothing was read and nothing ticked for a while, and all of it is still to come."""
    line = Line()
    line.speak(0.5)
    line.now += 0.8
    line.inbound.tick(line.now)
    for _ in range(40):
        line.inbound.feed(CHUNK, line.now)
    line.speak(0.2)
    assert not any(frame.filled for frame in line.frames)
    line.wait(0.5)
    assert any(frame.filled for frame in line.frames)


def test_a_client_that_is_silent_is_taken_for_silent_by_a_gateway_that_was_late_too() -> None:
    line = Line()
    line.speak(0.5)
    line.now += 2.0
    line.inbound.tick(line.now)
    line.wait(0.26)
    assert not any(frame.filled for frame in line.frames)
    line.wait(0.1)
    assert any(frame.filled for frame in line.frames)


def test_silence_that_is_being_filled_in_follows_the_clock_whatever_happens() -> None:
    line = Line()
    line.speak(0.5)
    line.wait(1.0)
    before = len(line.frames)
    line.now += 1.0
    line.inbound.tick(line.now)
    assert len(line.frames) - before == 50


def test_the_ring_keeps_what_was_heard() -> None:
    line = Line()
    line.speak(40.0)
    kept = list(line.inbound.ring.between(0))
    assert 29.9 < len(kept) * 0.02 <= 30.0
    assert kept[-1] is line.frames[-1]
    some = list(line.inbound.ring.between(600_000, 600_640))
    assert [frame.first_sample for frame in some] == [600_000, 600_320]


def test_the_format_may_change() -> None:
    line = Line()
    line.speak(0.2)
    line.inbound.configure(InputSettings(format=AudioFormat(Encoding.MULAW, 8000)))
    before = len(line.frames)
    for _ in range(50):
        line.inbound.feed(b"\xff" * 160, line.now)
    assert 47 <= len(line.frames) - before <= 50
    assert contiguous(line.frames)


def test_while_the_client_is_away_the_axis_stands_still() -> None:
    line = Line()
    line.speak(0.5)
    before = line.inbound.position
    line.inbound.pause()
    line.wait(30.0)
    assert line.inbound.position == before
    line.inbound.go_on(line.now)
    line.wait(1.9)
    assert line.inbound.position == before  # it has a moment to begin again
    line.speak(0.5)
    assert contiguous(line.frames)
    assert not any(frame.filled for frame in line.frames)


def test_a_client_that_comes_back_and_is_silent_gets_its_silence() -> None:
    line = Line()
    line.speak(0.5)
    line.inbound.pause()
    line.inbound.go_on(line.now)
    line.wait(2.5)
    assert line.frames[-1].filled


def test_every_sample_that_was_taken_is_counted_and_half_a_one_is_forgotten() -> None:
    line = Line()
    line.inbound.feed(CHUNK + b"\x01", line.now)
    assert line.inbound.taken == 480
    line.inbound.pause()
    line.inbound.go_on(line.now)
    line.inbound.feed(CHUNK, line.now)
    assert line.inbound.taken == 960


def test_the_axis_goes_on_where_another_gateway_was() -> None:
    frames: list[AudioFrame] = []
    inbound = Inbound(AudioFormat(), frames.append, position=16_000, received=8_000)
    assert (inbound.taken, inbound.received_s) == (12_000, 0.5)
    inbound.skip(1_000)
    assert inbound.position == 16_000 + 4 * INPUT_FRAME
    inbound.feed(CHUNK * 3, 1.0)
    assert frames[0].first_sample == 17_280


def test_what_was_taken_is_counted_at_the_rate_of_today() -> None:
    inbound = Inbound(AudioFormat(), lambda frame: None, received=16_000)
    assert inbound.taken == 24_000
    inbound.configure(InputSettings(format=AudioFormat(Encoding.MULAW, 8000)))
    assert inbound.taken == 8_000


def test_noise_is_suppressed_from_the_moment_it_is_asked_for() -> None:
    frames: list[AudioFrame] = []
    inbound = Inbound(AudioFormat(Encoding.PCM16, 16_000), frames.append)
    noise = np.random.default_rng(5).normal(0, 800, 16_000).astype("<i2").tobytes()
    inbound.feed(noise, 0.0)
    assert b"".join(frame.pcm for frame in frames) == noise
    frames.clear()
    inbound.configure(InputSettings(format=AudioFormat(Encoding.PCM16, 16_000), noise_suppression="near-field"))
    inbound.feed(noise, 1.0)
    assert np.std(np.frombuffer(b"".join(frame.pcm for frame in frames), "<i2")[8_000:]) < 500
