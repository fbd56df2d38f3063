"""How well the stt service hears: ``python -m benchmarks.hearing``.

Drives the real service (see ``bench/hearing_drive.py``) with recordings of people and with synthetic voices, and
writes ``docs/hearing.md`` and ``benchmarks/results/hearing.json``. Needs the corpus (``NATTER_TEST_AUDIO`` or
``--audio``) and the engine's model. Everything is seeded. The held-out half (speakers, voices, items, seeds) is
what no rule or threshold was looked at with.

    python -m benchmarks.hearing                                   # the embedded model
    python -m benchmarks.hearing --engine faster_whisper --model small.en
    python -m benchmarks.hearing --quick --out /tmp/hearing.md     # a few minutes, for a look
"""

from __future__ import annotations

import argparse
import json
import os
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any, Final

import natter_runtime.threads  # noqa: F401  before numpy: one thread each, as in the services
from benchmarks.bench import hearing_runs, hearing_tables

ROOT: Final = Path(__file__).parents[1]
HALVES: Final = {"tuned": False, "held out": True}


def measure(half: hearing_runs.Half, what: str) -> tuple[Any, float]:
    """Make one measurement on one half; return it, and the seconds that it took."""
    began = time.monotonic()
    return hearing_runs.plan(half)[what](), time.monotonic() - began


def main() -> None:
    """Measure, and write the tables."""
    options = _options()
    halves = {
        name: hearing_runs.Half(held_out, options.audio, options.engine, options.model, options.quick)
        for name, held_out in HALVES.items()
    }
    known = json.loads(options.json.read_text()) if options.json.is_file() else {}
    key = f"{options.engine} {options.model}".strip()
    if not options.tables_only:
        results = known.setdefault(key, {name: {} for name in halves})
        with ProcessPoolExecutor(options.processes) as pool:
            futures = {
                pool.submit(measure, half, what): (name, what)
                for what in options.only or hearing_runs.plan(next(iter(halves.values())))
                for name, half in halves.items()
            }
            for future in as_completed(futures):
                name, what = futures[future]
                results[name][what], seconds = future.result()
                print(f"{name}: {what} ({seconds:.0f} s)", flush=True)
                options.json.parent.mkdir(parents=True, exist_ok=True)
                options.json.write_text(json.dumps(known, indent=1) + "\n")
    text = hearing_tables.page(known)
    if options.out.is_file() and hearing_tables.BEGIN in options.out.read_text():
        before, _, rest = options.out.read_text().partition(hearing_tables.BEGIN)
        text = before + hearing_tables.BEGIN + "\n" + text + hearing_tables.END + rest.partition(hearing_tables.END)[2]
    options.out.write_text(text)
    print(f"written to {options.out}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    corpus = os.environ.get("NATTER_TEST_AUDIO") or ROOT.parent / "shared" / "audio"
    parser.add_argument("--audio", type=Path, default=Path(corpus), help="folder with refs.tsv")
    parser.add_argument("--engine", default="moonshine", choices=("moonshine", "faster_whisper"))
    parser.add_argument("--model", default="", help="a name or an absolute path; empty is the engine's default")
    parser.add_argument("--quick", action="store_true", help="a fraction of everything")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="make these measurements anew")
    parser.add_argument("--processes", type=int, default=2, help="halves measured side by side")
    parser.add_argument("--tables-only", action="store_true", help="write the page from the results that are there")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "hearing.md")
    parser.add_argument("--json", type=Path, default=ROOT / "benchmarks" / "results" / "hearing.json")
    options = parser.parse_args()
    if not (options.audio / "refs.tsv").is_file():
        parser.error(f"no corpus in {options.audio}: give --audio or NATTER_TEST_AUDIO a folder with refs.tsv")
    return options


if __name__ == "__main__":
    main()
