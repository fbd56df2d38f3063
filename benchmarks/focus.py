"""What ``voice_focus`` does to the words that are heard, and what it costs.

::

    .venv/bin/python benchmarks/focus.py [--quick]

Recordings of people on the held-out half, in noise as ``benchmarks/hearing.py`` makes it, through the gateway's
suppressor and the embedded recogniser (one decode of each whole clip).
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a file

from natter_runtime import threads

assert threads  # before numpy is imported

import numpy as np

from benchmarks.bench.hearing_audio import heard
from benchmarks.bench.hearing_runs import Half
from benchmarks.bench.hearing_tables import table
from benchmarks.bench.hearing_words import Score
from natter_gateway.focus import Focus
from natter_protocol.audio import INPUT_FRAME
from natter_stt.engine import Passage, StreamOptions

ROOT = Path(__file__).resolve().parents[1]
CONDITIONS = ("clean", "babble 20 dB", "babble 10 dB", "babble 5 dB", "white 20 dB", "white 10 dB", "white 5 dB")
FOCUSES: tuple[tuple[str | None, float | None], ...] = (
    (None, None),
    ("far-field", None),
    ("near-field", 0.5),
    ("near-field", None),
)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    corpus = os.environ.get("NATTER_TEST_AUDIO") or ROOT.parent / "shared" / "audio"
    parser.add_argument("--audio", type=Path, default=Path(corpus), help="folder with refs.tsv")
    parser.add_argument("--quick", action="store_true", help="a quarter of the recordings")
    options = parser.parse_args()
    half = Half(True, options.audio, "moonshine", "", options.quick)
    clips, stream = half.clips, half.load().open(StreamOptions())
    others = [clip.audio for clip in clips]
    scores = {(condition, focus): Score() for condition in CONDITIONS for focus in FOCUSES}
    spent = frames = 0.0
    for number, clip in enumerate(clips):
        for condition in CONDITIONS:
            audio, _, _ = heard(clip.audio, condition, others, half.rng(number, condition))
            pcm = (np.clip(audio, -1, 1) * 32767).astype("<i2")[: len(audio) // INPUT_FRAME * INPUT_FRAME]
            for mode, threshold in FOCUSES:
                focus = Focus(mode, threshold)
                began = time.process_time()
                clean = b"".join(focus.clean(frame.tobytes()) for frame in pcm.reshape(-1, INPUT_FRAME))
                if mode is not None:
                    spent, frames = spent + time.process_time() - began, frames + len(pcm) / INPUT_FRAME
                samples = np.frombuffer(clean, "<i2").astype(np.float32) / np.float32(32768)
                scores[condition, (mode, threshold)].add(clip.text, stream.decode(Passage(samples)).text)
    head = ["word error rate, %", *(" ".join(str(part) for part in focus if part) or "off" for focus in FOCUSES)]
    rows = [[name, *(f"{scores[name, focus].percent:.1f}" for focus in FOCUSES)] for name in CONDITIONS]
    print(table(head, rows))
    print(f"{len(clips)} recordings; {1e6 * spent / frames:.0f} us of CPU for a frame of 20 ms")


if __name__ == "__main__":
    main()
