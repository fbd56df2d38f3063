"""How sound is coded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from natter_gateway.records.sound import RATE, OpusFile, from_flac, to_flac


def sine(hertz: float, seconds: float, rate: int = RATE) -> np.ndarray:
    return (np.sin(np.arange(int(seconds * rate)) * 2 * np.pi * hertz / rate) * 8000).astype(np.int16)


def test_flac_loses_nothing_and_silence_takes_no_room() -> None:
    pcm = sine(440, 1.0, 16_000).astype("<i2").tobytes()
    samples, rate = from_flac(to_flac(pcm, 16_000))
    assert (samples.astype("<i2").tobytes(), rate) == (pcm, 16_000)
    assert len(to_flac(bytes(2 * 160_000), 16_000)) < 2000


@pytest.mark.parametrize("damaged", [b"", b"nonsense", to_flac(bytes(200), 8000)[:20]])
def test_what_is_no_flac_is_refused(damaged: bytes) -> None:
    with pytest.raises(OSError, match="FLAC"):
        from_flac(damaged)


def test_opus_keeps_the_channels_apart_and_their_length(tmp_path: Path) -> None:
    path = tmp_path / "a.ogg"
    with OpusFile(path) as file:
        for _ in range(2):
            file.write(sine(440, 1.0), np.zeros(RATE, np.int16))
    info = soundfile.info(path)
    assert (info.format, info.subtype, info.channels, info.samplerate) == ("OGG", "OPUS", 2, RATE)
    samples, _ = soundfile.read(path)
    assert abs(len(samples) - 2 * RATE) < 100
    assert np.abs(samples[:, 0]).max() > 0.2
    assert np.abs(samples[:, 1]).max() < 0.001


def test_a_file_that_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"a\.ogg"):
        OpusFile(tmp_path / "nowhere" / "a.ogg")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_an_error_of_the_file() -> None:
    with pytest.raises(OSError), OpusFile(Path("/dev/full")) as file:  # noqa: PT012
        for _ in range(20):
            file.write(sine(440, 1.0), sine(220, 1.0))
