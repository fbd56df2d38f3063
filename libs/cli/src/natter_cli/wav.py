"""WAV files of any rate, width and number of channels in; 16-bit mono out."""

from __future__ import annotations

import struct
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import soxr
from numpy.typing import NDArray

from natter_runtime.errors import UsageError

_PCM, _FLOAT, _ALAW, _MULAW, _EXTENSIBLE = 0x0001, 0x0003, 0x0006, 0x0007, 0xFFFE
"""Format tags (RFC 2361; WAVEFORMATEXTENSIBLE carries the real one in its sub-format)."""
_FULL: Final = 32768.0


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono audio: float32 in -1 to 1, and its samples per second."""

    samples: NDArray[np.float32]
    rate: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate


def read(path: Path) -> Sound:
    """Return what is in a WAV file, its channels mixed to one.

    Raises:
        UsageError: no such file, not a WAV, or a coding other than PCM, float, A-law and mu-law.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    try:
        return _parse(data)
    except (ValueError, struct.error) as error:
        raise UsageError(f"{path}: not a WAV file that can be read ({error})") from error


def to_pcm16(sound: Sound, rate: int) -> bytes:
    """Return ``sound`` as little-endian 16-bit samples at ``rate``."""
    samples = sound.samples
    if sound.rate != rate:
        samples = np.asarray(soxr.resample(samples, sound.rate, rate))
    pcm: bytes = np.clip(np.rint(samples * _FULL), -_FULL, _FULL - 1).astype("<i2").tobytes()
    return pcm


def write(path: Path, pcm: bytes, rate: int) -> None:
    """Write 16-bit mono samples as a WAV file.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        with path.open("wb") as out, wave.open(out, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(pcm)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def _parse(data: bytes) -> Sound:
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError("no RIFF WAVE header")
    chunks = _chunks(data)
    if "fmt " not in chunks or "data" not in chunks:
        raise ValueError("no format or no data")
    form = chunks["fmt "]
    tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", form)
    if tag == _EXTENSIBLE:
        (tag,) = struct.unpack_from("<H", form, 24)
    if not channels or not rate:
        raise ValueError(f"{channels} channels at {rate} Hz")
    samples = _decode(chunks["data"], tag, bits)
    whole = len(samples) // channels * channels
    return Sound(samples[:whole].reshape(-1, channels).mean(axis=1, dtype=np.float32), rate)


def _chunks(data: bytes) -> dict[str, bytes]:
    """Return the chunks by name; a length that goes beyond the file (as in a stream) ends with it."""
    found: dict[str, bytes] = {}
    at = 12
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        found.setdefault(name.decode("latin-1"), data[at + 8 : at + 8 + length])
        at += 8 + length + length % 2
    return found


def _decode(data: bytes, tag: int, bits: int) -> NDArray[np.float32]:
    width = bits // 8
    data = data[: len(data) // width * width] if width else b""
    if tag == _PCM and width == 1:
        return (np.frombuffer(data, "u1").astype(np.float32) - np.float32(128)) / np.float32(128)
    if tag == _PCM and width == 3:
        octets = np.frombuffer(data, "u1").reshape(-1, 3).astype(np.uint32)
        high = (octets[:, 0] << 8 | octets[:, 1] << 16 | octets[:, 2] << 24).view(np.int32)
        return (high / 2.0**31).astype(np.float32)
    if tag == _PCM and width in (2, 4):
        return (np.frombuffer(data, f"<i{width}") / 2.0 ** (bits - 1)).astype(np.float32)
    if tag == _FLOAT and width in (4, 8):
        return np.frombuffer(data, f"<f{width}").astype(np.float32)
    if tag in (_ALAW, _MULAW) and width == 1:
        table = _alaw() if tag == _ALAW else _mulaw()
        return np.asarray(table[np.frombuffer(data, "u1")])
    raise ValueError(f"coding {tag} with {bits} bits")


def _mulaw() -> NDArray[np.float32]:
    """All 256 codes of ITU-T G.711 mu-law as samples."""
    code = ~np.arange(256, dtype=np.uint8)
    exponent, mantissa = (code >> 4 & 7).astype(np.int32), (code & 15).astype(np.int32)
    size = ((mantissa << 3) + 0x84 << exponent) - 0x84
    return (np.where(code & 0x80, -size, size) / _FULL).astype(np.float32)


def _alaw() -> NDArray[np.float32]:
    """All 256 codes of ITU-T G.711 A-law as samples."""
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    exponent, mantissa = (code >> 4 & 7).astype(np.int32), (code & 15).astype(np.int32)
    size = np.where(exponent == 0, (mantissa << 4) + 8, (mantissa << 4) + 0x108 << np.maximum(exponent - 1, 0))
    return (np.where(code & 0x80, size, -size) / _FULL).astype(np.float32)
