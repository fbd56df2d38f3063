"""The audio header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natter_protocol.audio import (
    FRAME_MS,
    HEADER_BYTES,
    INPUT_FRAME,
    INPUT_RATE,
    AudioFrame,
    AudioReplay,
    AudioStarted,
    decode_frame,
    encode_frame,
)
from natter_protocol.base import Lane
from natter_protocol.errors import ProtocolError
from tests.support.protocol_wire import travelled

U32 = st.integers(0, 2**32 - 1)
FRAMES = st.builds(
    AudioFrame,
    pcm=st.binary(max_size=1000).map(lambda data: data[: len(data) // 2 * 2]),
    first_sample=st.integers(0, 2**64 - 1),
    seq=U32,
    claim=U32,
    epoch=U32,
    end=st.booleans(),
    filled=st.booleans(),
)


@given(FRAMES)
def test_what_is_encoded_is_decoded(frame: AudioFrame) -> None:
    data = encode_frame(frame)
    assert len(data) == HEADER_BYTES + len(frame.pcm)
    assert decode_frame(data) == frame


@given(st.binary(max_size=100))
def test_arbitrary_bytes_are_a_frame_or_a_protocol_error(data: bytes) -> None:
    try:
        frame = decode_frame(data)
    except ProtocolError:
        return
    assert frame.pcm == data[HEADER_BYTES:]


def test_a_frame_knows_its_place() -> None:
    frame = AudioFrame(bytes(2 * INPUT_FRAME), first_sample=1000)
    assert (frame.samples, frame.next_sample) == (320, 1320)
    assert INPUT_FRAME * 1000 == INPUT_RATE * FRAME_MS


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda data: data[: HEADER_BYTES - 1], "23 bytes"),
        (lambda data: b"", "0 bytes"),
        (lambda data: b"\x02" + data[1:], "version 2"),
        (lambda data: data + b"\x00", "whole 16-bit samples"),
    ],
)
def test_what_is_no_frame_is_refused(change, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ProtocolError, match=says):
        decode_frame(change(encode_frame(AudioFrame(bytes(4), 0))))


def test_unknown_flags_of_a_later_version_are_ignored() -> None:
    data = bytearray(encode_frame(AudioFrame(bytes(4), 7, end=True)))
    data[1] |= 0xF0
    assert decode_frame(bytes(data)) == AudioFrame(bytes(4), 7, end=True)


@pytest.mark.parametrize(
    "frame",
    [
        AudioFrame(b"\x00", 0),
        AudioFrame(b"", -1),
        AudioFrame(b"", 0, seq=2**32),
        AudioFrame(b"", 0, claim=-1),
        AudioFrame(b"", 0, epoch=2**32),
        AudioFrame(b"", 2**64),
    ],
)
def test_what_does_not_fit_is_not_sent(frame: AudioFrame) -> None:
    with pytest.raises(ProtocolError, match="audio frame"):
        encode_frame(frame)


def test_a_replay_is_a_command() -> None:
    asked = AudioReplay(session="s", by="stt", claim=3, seq=1, first_sample=320)
    assert asked.lane is Lane.CTL
    assert travelled(asked) == asked


def test_where_the_sample_axis_begins_is_a_fact() -> None:
    started = AudioStarted(session="s", by="gateway", claim=3, seq=1, at_ms=1200)
    assert started.lane is Lane.EVT
    assert travelled(started) == started
