from __future__ import annotations

import asyncio

import numpy as np
import pytest

from natter_protocol.audio import AudioFrame
from natter_runtime.tasks import spawn
from natter_tts.engine import Samples
from natter_tts.outlet import RING_S, Converter, Outlet

RATE = 16_000
FRAME = RATE // 50


def ramp(count: int, start: int = 0) -> Samples:
    """Return samples that can be told apart."""
    return ((np.arange(count) + start) % 30_000).astype(np.int16)


class Sink:
    """Where frames go."""

    def __init__(self) -> None:
        self.frames: list[AudioFrame] = []

    async def play(self, frame: AudioFrame) -> None:
        self.frames.append(frame)

    def samples(self) -> Samples:
        return np.frombuffer(b"".join(frame.pcm for frame in self.frames), "<i2").astype(np.int16)


def outlet(sink: Sink, *, rate_out: int = RATE, first: int = 0, credit: int = 10**9) -> Outlet:
    """Return an outlet of reply 7."""
    return Outlet(7, RATE, rate_out, first, credit, sink.play)


async def test_samples_leave_in_frames_and_the_last_one_is_marked() -> None:
    sink = Sink()
    out = outlet(sink, first=500)
    out.push(ramp(FRAME + 100))
    out.push(ramp(FRAME, FRAME + 100))
    out.end()
    await out.run()
    assert [frame.first_sample for frame in sink.frames] == [500, 500 + FRAME, 500 + 2 * FRAME]
    assert [frame.samples for frame in sink.frames] == [FRAME, FRAME, 100]
    assert [frame.end for frame in sink.frames] == [False, False, True]
    assert {frame.epoch for frame in sink.frames} == {7}
    assert np.array_equal(sink.samples(), ramp(2 * FRAME + 100))


async def test_it_waits_for_credit_and_for_audio() -> None:
    sink = Sink()
    out = outlet(sink, credit=2 * FRAME)
    out.push(ramp(4 * FRAME))
    async with asyncio.TaskGroup() as group:
        task = spawn(group, out.run(), "out")
        await asyncio.sleep(0.01)
        assert out.sent == 2 * FRAME
        assert out.backlog == 2 * FRAME
        out.grant(3 * FRAME)
        out.grant(FRAME)
        await asyncio.sleep(0.01)
        assert out.sent == 3 * FRAME
        out.grant(100 * FRAME)
        await asyncio.sleep(0.01)
        assert out.sent == 4 * FRAME
        assert not task.done()
        out.end()
    assert sink.frames[-1].end


async def test_drained_returns_when_little_waits() -> None:
    sink = Sink()
    out = outlet(sink, credit=0)
    await out.drained(FRAME)
    out.push(ramp(4 * FRAME))
    async with asyncio.TaskGroup() as group:
        spawn(group, out.run(), "out")
        waiting = spawn(group, out.drained(2 * FRAME), "drained")
        out.grant(2 * FRAME)
        await asyncio.sleep(0.01)
        assert not waiting.done()
        out.grant(3 * FRAME)
        await asyncio.sleep(0.01)
        assert waiting.done()
        out.grant(10 * FRAME)
        out.end()


async def test_what_was_sent_can_be_sent_again() -> None:
    sink = Sink()
    out = outlet(sink)
    out.push(ramp(5 * FRAME))
    out.end()
    await out.run()
    sent, sink.frames = sink.frames, []
    await out.resend(FRAME + 1, 3 * FRAME)
    assert sink.frames == sent[1:3]
    sink.frames = []
    await out.resend(4 * FRAME, 6 * FRAME)
    assert sink.frames == sent[4:]
    assert sink.frames[-1].end


async def test_only_the_last_seconds_are_kept() -> None:
    sink = Sink()
    out = outlet(sink)
    out.push(ramp(10 * RATE))
    out.end()
    await out.run()
    sink.frames = []
    await out.resend(0, 10 * RATE)
    kept = sum(frame.samples for frame in sink.frames)
    assert RING_S * RATE <= kept <= RING_S * RATE + FRAME


async def test_positions_are_those_of_the_output_rate() -> None:
    sink = Sink()
    out = outlet(sink, rate_out=24_000, first=100)
    assert out.at() == 100
    out.push(ramp(RATE))
    assert out.at() == 100 + 24_000
    assert out.at(160) == 100 + 24_000 + 240


@pytest.mark.parametrize(
    ("rate_in", "rate_out"), [(16_000, 24_000), (24_000, 8_000), (22_050, 24_000), (24_000, 24_000)]
)
def test_a_tone_keeps_its_length_place_and_loudness(rate_in: int, rate_out: int) -> None:
    converter = Converter(rate_in, rate_out)
    time = np.arange(rate_in) / rate_in
    tone = np.round(10_000 * np.sin(2 * np.pi * 440 * time)).astype(np.int16)
    parts = [converter.feed(tone[start : start + 441]) for start in range(0, len(tone), 441)]
    out = np.concatenate([*parts, converter.finish()])
    assert len(out) == pytest.approx(rate_out, abs=2)
    expected = 10_000 * np.sin(2 * np.pi * 440 * np.arange(len(out)) / rate_out)
    middle = slice(len(out) // 4, 3 * len(out) // 4)
    assert np.abs(out[middle] - expected[middle]).max() < 50
