"""How sound is coded: chunks as FLAC, recordings as OGG/Opus. The only file that imports soundfile. Blocking.

libsndfile (inside the wheel of soundfile, 4 MB) writes both; PyAV would bring 100 MB of FFmpeg for the same.
"""

from __future__ import annotations

import io
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
import soundfile
from numpy.typing import NDArray

from natter_protocol.audio import INPUT_RATE

Samples = NDArray[np.int16]

USER_RATE: Final = INPUT_RATE
RATE: Final = 24_000
"""Of a finished recording: the rate of the agent's voice, and one that Opus takes as it is."""


def to_flac(pcm: bytes, rate: int) -> bytes:
    """Return PCM16 mono as FLAC: nothing is lost, and silence takes no room."""
    file = io.BytesIO()
    soundfile.write(file, np.frombuffer(pcm, "<i2"), rate, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def from_flac(data: bytes) -> tuple[Samples, int]:
    """Return the samples in ``data`` and their rate.

    Raises:
        OSError: it is no FLAC, or damaged.
    """
    try:
        samples, rate = soundfile.read(io.BytesIO(data), dtype="int16")
    except soundfile.LibsndfileError as error:
        raise OSError(f"no FLAC: {error}") from error
    return samples, int(rate)


class OpusFile:
    """A stereo OGG/Opus file that is being written; use as ``with``.

    Raises:
        OSError: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = soundfile.SoundFile(
                path, "w", samplerate=RATE, channels=2, format="OGG", subtype="OPUS", compression_level=0.85
            )
        except soundfile.LibsndfileError as error:
            raise OSError(f"{path.name}: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, left: Samples, right: Samples) -> None:
        """Add samples of both channels, equally many of each.

        Raises:
            OSError: they cannot be written.
        """
        try:
            self._file.write(np.stack((left, right), axis=1))
        except (soundfile.LibsndfileError, AssertionError) as error:  # a full disk: it asserts that all was written
            raise OSError(f"recording not written: {error}") from error
