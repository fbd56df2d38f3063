"""What recording a call costs: on the event loop, on the thread that writes, and at the end.

::

    .venv/bin/python benchmarks/recording.py [--minutes 10]

Sound is noise that is shaped like speech in loudness (syllables and pauses), the worst that FLAC and Opus get.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from natter_gateway.records.axis import Axis
from natter_gateway.records.folder import Folder
from natter_gateway.records.mixdown import mixdown
from natter_gateway.records.recorder import TapeRecorder
from natter_gateway.records.shelf import Shelf
from natter_gateway.records.tape import Chunk
from natter_protocol.audio import INPUT_FRAME, INPUT_RATE, AudioFrame

RATE = 24_000
SESSION = "sess_benchmark"


def speech(seconds: float, rate: int, seed: int) -> np.ndarray:
    """Return noise with the loudness of speech."""
    rng = np.random.default_rng(seed)
    count = int(seconds * rate)
    syllables = np.abs(np.sin(np.arange(count) * 2 * np.pi * 2.5 / rate))
    talking = np.repeat(rng.random(int(seconds) + 1) < 0.6, rate)[:count]
    return (rng.standard_normal(count) * 2500 * syllables * talking).astype("<i2")


def timed(work: Callable[[], object]) -> float:
    """Return how long ``work`` takes, in seconds of CPU."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    seconds = parser.parse_args().minutes * 60
    user, agent = speech(seconds, INPUT_RATE, 1).tobytes(), speech(seconds, RATE, 2).tobytes()
    chunks: list[Chunk] = []
    axis = Axis(0.0)
    recorder = TapeRecorder(axis, RATE, 0.0, chunks.append)

    def record() -> None:
        for number in range(int(seconds * 50)):
            now, at, sent = number * 0.02, number * INPUT_FRAME, number * RATE // 50
            frame = AudioFrame(user[2 * at : 2 * (at + INPUT_FRAME)], at)
            axis.hear(frame.first_sample, frame.next_sample, now)
            recorder.user(frame)
            recorder.agent(agent[2 * sent : 2 * (sent + RATE // 50)], RATE // 15, None, now)
        recorder.close()

    def write() -> None:
        for chunk in chunks:
            shelf.put(SESSION, 1, chunk)

    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Folder(Path(folder)))
        loop = timed(record)
        writing = timed(write)
        kept = sum(path.stat().st_size for path in (Path(folder) / SESSION).iterdir())
        mixing = timed(lambda: mixdown(shelf, SESSION))
        recording = shelf.recording(SESSION)
        size = recording.size if recording else 0
    for what, value in (
        ("event loop", f"{1000 * loop / seconds:.2f} ms for a second of a call"),
        ("writing chunks", f"{1000 * writing / seconds:.2f} ms for a second of a call, on a thread"),
        ("chunks on disk", f"{kept / seconds / 1000:.0f} kB for a second of a call"),
        ("putting together", f"{seconds / mixing:.0f} times as fast as it was spoken, on a thread"),
        ("recording", f"{size * 60 / seconds / 1000:.0f} kB for a minute"),
    ):
        print(f"{what:18}{value}")


if __name__ == "__main__":
    main()
