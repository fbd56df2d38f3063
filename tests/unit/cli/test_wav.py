"""WAV files of every usual kind are read as what they say."""

from __future__ import annotations

import hashlib
import struct
import wave
from pathlib import Path

import numpy as np
import pytest

from natter_cli import wav
from natter_runtime.errors import UsageError

TONE = (0.5 * np.sin(2 * np.pi * 440 * np.arange(1600) / 16_000)).astype(np.float32)


def riff(tag: int, channels: int, rate: int, bits: int, data: bytes, extension: bytes = b"") -> bytes:
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits) + extension
    junk = b"LIST\x03\x00\x00\x00abc\x00"  # an odd chunk, padded
    body = b"WAVE" + junk + b"fmt " + struct.pack("<I", len(form)) + form
    body += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def pcm24(samples: np.ndarray) -> bytes:
    values = (samples * 2**23).astype("<i4")
    return values.view("u1").reshape(-1, 4)[:, :3].tobytes()


CODINGS = {
    "8 bit": riff(1, 1, 16_000, 8, ((TONE * 128) + 128).astype("u1").tobytes()),
    "16 bit": riff(1, 1, 16_000, 16, (TONE * 32768).astype("<i2").tobytes()),
    "24 bit": riff(1, 1, 16_000, 24, pcm24(TONE)),
    "32 bit": riff(1, 1, 16_000, 32, (TONE.astype("f8") * 2**31).astype("<i4").tobytes()),
    "float": riff(3, 1, 16_000, 32, TONE.astype("<f4").tobytes()),
    "double": riff(3, 1, 16_000, 64, TONE.astype("<f8").tobytes()),
    "extensible": riff(
        0xFFFE, 1, 16_000, 16, (TONE * 32768).astype("<i2").tobytes(), struct.pack("<HHIH", 22, 16, 4, 1) + bytes(14)
    ),
}


@pytest.mark.parametrize("coding", CODINGS)
def test_codings(coding: str, tmp_path: Path) -> None:
    sound = wav.read(written(tmp_path / "a.wav", CODINGS[coding]))
    assert sound.rate == 16_000
    assert sound.seconds == pytest.approx(0.1)
    assert np.abs(sound.samples - TONE).max() < (0.009 if coding == "8 bit" else 1e-4)


@pytest.mark.parametrize(("tag", "silence", "loudest"), [(7, 0xFF, 0x80), (6, 0xD5, 0xAA)])
def test_telephone_codings(tag: int, silence: int, loudest: int, tmp_path: Path) -> None:
    sound = wav.read(written(tmp_path / "a.wav", riff(tag, 1, 8000, 8, bytes([silence, loudest, loudest ^ 0x80]))))
    assert sound.samples[0] == pytest.approx(0, abs=3e-4)
    assert sound.samples[1] == pytest.approx(0.98, abs=0.01)
    assert sound.samples[2] == -sound.samples[1]


@pytest.mark.parametrize(
    ("tag", "sha256"),
    [
        (6, "e04788d110e58ff8c70c93b8480190d973e3b67876b6119abbaec766cc75c174"),
        (7, "3dab54339e520bb2c924826e3b72a917a2b612e9fd12fc867500f1d983a75827"),
    ],
)
def test_telephone_codes_are_those_of_g711(tag: int, sha256: str, tmp_path: Path) -> None:
    """The sums are of all 256 codes as decoded by Python 3.11's audioop (alaw2lin, ulaw2lin)."""
    sound = wav.read(written(tmp_path / "a.wav", riff(tag, 1, 8000, 8, bytes(range(256)))))
    decoded = np.rint(sound.samples * 32768).astype("<i2").tobytes()
    assert hashlib.sha256(decoded).hexdigest() == sha256


def test_channels_are_mixed(tmp_path: Path) -> None:
    both = np.stack([TONE, -TONE / 2], axis=1)
    sound = wav.read(written(tmp_path / "a.wav", riff(3, 2, 48_000, 32, both.astype("<f4").tobytes())))
    assert np.allclose(sound.samples, TONE / 4)


def test_a_length_beyond_the_file(tmp_path: Path) -> None:
    content = bytearray(CODINGS["16 bit"])
    at = content.index(b"data") + 4
    content[at : at + 4] = b"\xff\xff\xff\xff"
    assert len(wav.read(written(tmp_path / "a.wav", bytes(content))).samples) == 1600


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        b"RIFF\0\0\0\0WAVE",
        riff(1, 0, 16_000, 16, b""),
        riff(85, 1, 16_000, 16, b""),
        riff(1, 1, 0, 16, b""),
    ],
)
def test_no_wav(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a\.wav: not a WAV file that can be read"):
        wav.read(written(tmp_path / "a.wav", content))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        wav.read(tmp_path / "nothing.wav")


def test_another_rate() -> None:
    pcm = np.frombuffer(wav.to_pcm16(wav.Sound(TONE, 16_000), 24_000), "<i2") / 32768
    assert len(pcm) == 2400
    expected = 0.5 * np.sin(2 * np.pi * 440 * np.arange(2400) / 24_000)
    assert np.abs(pcm - expected)[200:-200].max() < 0.01


def test_too_loud_is_clipped() -> None:
    pcm = wav.to_pcm16(wav.Sound(np.array([2.0, -2.0], dtype=np.float32), 24_000), 24_000)
    assert np.frombuffer(pcm, "<i2").tolist() == [32767, -32768]


def test_written(tmp_path: Path) -> None:
    wav.write(tmp_path / "out.wav", b"\x01\x00\x02\x00", 24_000)
    with wave.open(str(tmp_path / "out.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
        assert file.readframes(9) == b"\x01\x00\x02\x00"
    with pytest.raises(UsageError, match="No such file"):
        wav.write(tmp_path / "no" / "out.wav", b"", 24_000)
