"""Between the client's audio and the bus's."""

from __future__ import annotations

import numpy as np
import pytest

from natter_gateway import g711
from natter_gateway.transcode import Decoder, Encoder
from natter_protocol.settings import AudioFormat, Encoding


def tone(rate: int, seconds: float, hertz: float = 440.0) -> np.ndarray:
    return (np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate) * 12_000).astype(np.int16)


def decoded(format: AudioFormat, data: bytes, chunk: int) -> np.ndarray:
    decoder = Decoder(format)
    frames = [frame for start in range(0, len(data), chunk) for frame in decoder.feed(data[start : start + chunk])]
    return np.frombuffer(b"".join(frames), "<i2")


@pytest.mark.parametrize("chunk", [1, 7, 480, 2400, 100_000])
def test_chunks_of_any_size_give_the_same_samples(chunk: int) -> None:
    data = tone(24_000, 0.5).tobytes()
    whole = decoded(AudioFormat(), data, len(data))
    pieces = decoded(AudioFormat(), data, chunk)
    length = min(len(whole), len(pieces))
    assert length > 7000
    assert np.max(np.abs(whole[:length].astype(int) - pieces[:length])) <= 2  # soxr dithers the last bit


def test_a_resampled_tone_is_the_same_tone() -> None:
    out = decoded(AudioFormat(), tone(24_000, 1.0).tobytes(), 960)
    spectrum = np.abs(np.fft.rfft(out.astype(float)))
    assert abs(np.argmax(spectrum) * 16_000 / len(out) - 440) < 2
    assert 0.9 < np.abs(out[2000:-2000]).max() / 12_000 < 1.1


@pytest.mark.parametrize("encoding", [Encoding.MULAW, Encoding.ALAW])
def test_telephone_audio_in(encoding: Encoding) -> None:
    encode = g711.encode_mulaw if encoding is Encoding.MULAW else g711.encode_alaw
    out = decoded(AudioFormat(encoding, 8000), encode(tone(8000, 1.0)), 160)
    assert abs(np.argmax(np.abs(np.fft.rfft(out.astype(float)))) * 16_000 / len(out) - 440) < 2


@pytest.mark.parametrize(
    ("encode", "decode", "silence"),
    [(g711.encode_mulaw, g711.decode_mulaw, 0xFF), (g711.encode_alaw, g711.decode_alaw, 0xD5)],
)
def test_g711_round_trip_is_within_its_step(encode, decode, silence) -> None:  # type: ignore[no-untyped-def]
    samples = np.arange(-32_768, 32_768, 7).astype(np.int16)
    back = decode(encode(samples)).astype(int)
    step = np.maximum(np.abs(samples.astype(int)) // 16, 16)
    clipped = np.clip(samples.astype(int), -32_635, 32_635)
    assert np.all(np.abs(back - clipped) <= step)
    assert encode(np.zeros(1, np.int16)) == bytes([silence])
    assert np.array_equal(decode(encode(decode(bytes(range(256))))), decode(bytes(range(256))))


def test_known_g711_codes() -> None:
    # ITU-T G.711, tables 1a and 2a: the largest values of each sign.
    assert g711.decode_mulaw(b"\x80")[0] == 32_124
    assert g711.decode_mulaw(b"\x00")[0] == -32_124
    assert g711.decode_alaw(b"\xaa")[0] == 32_256
    assert g711.decode_alaw(b"\x2a")[0] == -32_256


def test_output_at_half_volume() -> None:
    pcm = tone(24_000, 0.02).tobytes()
    assert Encoder(AudioFormat()).encode(pcm) == pcm
    assert Encoder(AudioFormat()).encode(pcm, 100) == pcm
    half = np.frombuffer(Encoder(AudioFormat()).encode(pcm, 50), "<i2")
    assert np.all(np.abs(half - np.frombuffer(pcm, "<i2") / 2) <= 1)
    assert not np.frombuffer(Encoder(AudioFormat()).encode(pcm, 0), "<i2").any()


def test_output_for_the_telephone() -> None:
    pcm = tone(8000, 0.02)
    assert Encoder(AudioFormat(Encoding.MULAW, 8000)).encode(pcm.tobytes()) == g711.encode_mulaw(pcm)
    assert Encoder(AudioFormat(Encoding.ALAW, 8000)).encode(pcm.tobytes()) == g711.encode_alaw(pcm)
