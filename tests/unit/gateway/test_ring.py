"""The last seconds of input."""

from __future__ import annotations

from natter_gateway.ring import Ring
from natter_protocol.audio import INPUT_FRAME, AudioFrame


def test_the_oldest_gives_way() -> None:
    ring = Ring(seconds=0.1)
    for index in range(8):
        ring.add(AudioFrame(bytes(2 * INPUT_FRAME), index * INPUT_FRAME))
    assert [frame.first_sample // INPUT_FRAME for frame in ring.between(0)] == [3, 4, 5, 6, 7]


def test_a_range_includes_frames_that_hold_any_of_it() -> None:
    ring = Ring()
    for index in range(5):
        ring.add(AudioFrame(bytes(2 * INPUT_FRAME), index * INPUT_FRAME))
    assert [frame.first_sample for frame in ring.between(330, 650)] == [320, 640]
    assert [frame.first_sample for frame in ring.between(1279)] == [960, 1280]
