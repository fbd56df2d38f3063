"""When is a turn over? False cut-offs against latency, on recorded evidence, without a call being made.

    .venv/bin/python benchmarks/endpoints.py                  # gather evidence (kept), print the tables
    .venv/bin/python benchmarks/endpoints.py --plot           # and draw docs/images/endpoints.svg
    .venv/bin/python benchmarks/endpoints.py --misses 12      # and what Natter's default cut off

For every pause and turn item of the listening benchmark the services' own models are run once: Silero on
every window; Smart Turn and Moonshine at several moments of every silence (the format is at the top of
``bench/evidence.py``). On that evidence four ways to end a turn are compared: voice activity alone, Smart
Turn alone, the recogniser's belief that a sentence ends alone, and Natter's decision
(``bench/natter_policy.py``). Each is swept over all its settings; those that nothing beats on the half
``tuned`` are its frontier, and the same settings are then measured on the half ``held_out``.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a file

from natter_runtime import threads

assert threads  # before numpy is imported

from benchmarks.bench import endpointing, evidence, natter_policy
from benchmarks.bench.endpointing import Point, Policy, frontier, latency_at, measure
from benchmarks.bench.evidence import Evidence
from benchmarks.bench.plot import Axis, Curve, chart
from benchmarks.bench.scenario import HALVES, Kind
from benchmarks.bench.scenarios import SEED, recipes
from benchmarks.bench.stats import Share

PLOT: Final = Path(__file__).parents[1] / "docs" / "images" / "endpoints.svg"
RATES: Final = (0.05, 0.10)
DEFAULT: Final = "balanced"


def main() -> None:
    """Gather, compare, print."""
    given = _arguments()
    halves = HALVES if given.half == "both" else (given.half,)
    items = _gather(given, halves)
    by_half = {half: [item for item in items if item.half == half] for half in halves}
    frontiers = _frontiers(by_half)
    print(_counts(by_half))
    print(_table(frontiers, halves))
    print(_presets(by_half))
    if given.misses:
        for half in halves:
            print(_misses(by_half[half], given.misses))
    if given.plot:
        PLOT.parent.mkdir(parents=True, exist_ok=True)
        PLOT.write_text(_chart(frontiers), encoding="utf-8")
        print(f"drawn: {PLOT}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the items ({SEED})")
    parser.add_argument("--half", choices=[*HALVES, "both"], default="both")
    parser.add_argument("--limit", type=int, help="at most so many items of each kind and half")
    parser.add_argument("--plot", action="store_true", help="draw the curves of the held-out half")
    parser.add_argument("--misses", type=int, default=0, metavar="N", help="list N items that Natter's default cut off")
    return parser.parse_args()


def _gather(given: argparse.Namespace, halves: Sequence[str]) -> list[Evidence]:
    found = recipes([Kind.PAUSE, Kind.TURN], halves, given.seed, limit=given.limit)
    path = evidence.FOLDER / f"evidence-{given.seed}.jsonl"
    began = time.monotonic()

    def progress(done: int, total: int) -> None:
        if sys.stderr.isatty() or done == total or done % 50 == 0:
            print(f"\revidence {done}/{total}, {time.monotonic() - began:.0f} s ", end="", file=sys.stderr, flush=True)

    known = evidence.gather([recipe.build() for recipe in found], path, evidence.Analyst().analyse, progress)
    print(file=sys.stderr)
    return [known[recipe.id] for recipe in found]


def _sweeps() -> dict[str, dict[str, Policy]]:
    return {
        "Natter": natter_policy.sweep(),
        "Smart Turn alone": endpointing.score_sweep(endpointing.sound_scores),
        "recogniser alone": endpointing.score_sweep(endpointing.reading_scores),
        "voice activity alone": endpointing.silence_sweep(),
    }


def _frontiers(by_half: dict[str, list[Evidence]]) -> dict[str, dict[str, list[Point]]]:
    """Return, for each way and half, the points of the settings that nothing beats on the tuned half."""
    chooser = by_half.get("tuned") or next(iter(by_half.values()))
    out = {}
    for way, policies in _sweeps().items():
        best = frontier(measure(name, policy, chooser) for name, policy in policies.items())
        out[way] = {
            half: [measure(point.name, policies[point.name], items) for point in best]
            for half, items in by_half.items()
        }
    return out


# -- what is printed ----------------------------------------------------------------------------


def _counts(by_half: dict[str, list[Evidence]]) -> str:
    lines = []
    for half, items in by_half.items():
        paused = [item for item in items if item.hole]
        people = sum(not item.synthetic for item in items)
        lines.append(f"{half}: {len(paused)} pauses, {len(items) - len(paused)} turns; {people} spoken by people")
    return "\n".join([*lines, ""])


def _table(frontiers: dict[str, dict[str, list[Point]]], halves: Sequence[str]) -> str:
    lines = [
        "Mean time from the end of speech to the decision, at the most false cut-offs allowed (settings in brackets):",
        "",
        "| | " + " | ".join(f"{half}, {rate:.0%}" for half in halves for rate in RATES) + " |",
        "|---|" + "---|" * (len(halves) * len(RATES)),
    ]
    for way, points in frontiers.items():
        cells = [_cell(latency_at(points[half], rate)) for half in halves for rate in RATES]
        lines.append(f"| {way} | " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


def _cell(point: Point | None) -> str:
    if point is None:
        return "not reached"
    return f"{point.mean_ms:.0f} ms, p50 {point.p50_ms:.0f}, p95 {point.p95_ms:.0f} ({point.name})"


def _presets(by_half: dict[str, list[Evidence]]) -> str:
    lines = ["| Natter | half | cut off | turns cut | mean | p50 | p95 |", "|---|---|---|---|---|---|---|"]
    for name, policy in natter_policy.presets().items():
        for half, items in by_half.items():
            point = measure(name, policy, items)
            latency = f"{point.mean_ms:.0f} ms | {point.p50_ms:.0f} ms | {point.p95_ms:.0f} ms"
            lines.append(f"| {name} | {half} | {Share(point.cut, point.paused)} | {point.turns_cut} | {latency} |")
    return "\n".join([*lines, ""])


def _misses(items: Sequence[Evidence], most: int) -> str:
    """Return what Natter's default cut off, with what it knew."""
    policy = natter_policy.presets()[DEFAULT]
    cut = [item for item in items if endpointing.judge(item, policy).cut][:most]
    lines = []
    for item in cut:
        pauses = ", ".join(
            f"[after {round(after or 0)} ms of {((pause.resumes or 0) - pause.last_speech) // 16} ms: "
            f"{pause.heard[-1].text!r} ends {pause.heard[-1].ends_sentence}, "
            f"sounds {pause.sound[min(2, len(pause.sound) - 1)].complete if pause.sound else None}]"
            for pause in item.pauses
            if pause.resumes is not None and (after := policy(item, pause)) is not None
        )
        lines.append(f"{item.id} ({item.variant}): {item.text} {pauses}")
    return "\n".join([*lines, ""])


def _chart(frontiers: dict[str, dict[str, list[Point]]]) -> str:
    half = "held_out" if "held_out" in next(iter(frontiers.values())) else "tuned"
    curves = [
        Curve(way, sorted((point.mean_ms, 100 * point.rate) for point in points[half]), dashed=way != "Natter")
        for way, points in frontiers.items()
    ]
    x = Axis("mean time from the end of speech to the decision, ms", 0, 2500, range(0, 2501, 250))
    y = Axis("false cut-offs, % of pauses of 0.6 to 2.0 s", 0, 100, range(0, 101, 20))
    title = f"When is a turn over? Items of the half {'nothing was tuned on' if half == 'held_out' else half}"
    return chart(title, x, y, curves)


if __name__ == "__main__":
    main()
