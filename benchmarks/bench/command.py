"""The arguments of ``listening.py``, and what is done with them."""

from __future__ import annotations

import argparse
import asyncio
import datetime
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.bench import presets, report
from benchmarks.bench.model import FIRST_S, TOKEN_S, ScriptedModel
from benchmarks.bench.presets import Preset
from benchmarks.bench.run import Meta, Progress, Results, missing, run
from benchmarks.bench.scenario import HALVES, Kind, Scenario
from benchmarks.bench.scenarios import SEED, recipes
from benchmarks.bench.systems import Unavailable
from benchmarks.bench.systems.registry import SYSTEMS, Setup
from benchmarks.bench.timeline import timeline

ROOT: Final = Path(__file__).parents[2]
RESULTS: Final = ROOT / "benchmarks" / ".results"
PARALLEL: Final = 3
UNDONE_BY_DEMO: Final = ("answer",)
"""Variants that need the scripted model: the demo does not ask what it is told to ask."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run what ``argv`` asks for; return the exit code."""
    given = _parser().parse_args(argv)
    if given.show:
        runs = [Results.read(path) for path in given.report or [given.out]]
        found_records = [record for run in runs for record in run.records.values() if record.id in given.show]
        print("\n\n".join(timeline(record) for record in found_records))
        return 0 if found_records else 1
    if given.report:
        return report.show([Results.read(path) for path in given.report], write_docs=given.write_docs)
    try:
        chosen = presets.named(given.presets)
        kinds = [Kind(name) for name in given.kinds.split(",")] if given.kinds else list(Kind)
        _known(given.systems.split(","))
    except ValueError as error:
        print(f"listening: {error}", file=sys.stderr)
        return 2
    found = recipes(
        kinds, HALVES if given.half == "both" else [given.half], given.seed, quick=given.quick, limit=given.limit
    )
    if given.llm == "demo":
        found = [recipe for recipe in found if recipe.kind is Kind.TURN and recipe.variant not in UNDONE_BY_DEMO]
    if given.only:
        found = [recipe for recipe in found if recipe.id in given.only]
    print(f"making {len(found)} items", file=sys.stderr)
    items = [recipe.build() for recipe in found]
    results = Results.read(given.out)
    results.write(_meta(given, argv))
    failed = asyncio.run(_run(given, chosen, items, results))
    report.show([results], write_docs=False)
    print(f"records: {given.out}", file=sys.stderr)
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="listening", description=__doc__, epilog="Kinds: " + ", ".join(kind.value for kind in Kind)
    )
    now = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
    parser.add_argument("--systems", default="natter", help=f"comma-separated, of {', '.join(SYSTEMS)}")
    parser.add_argument("--presets", default=presets.DEFAULT, help="of Natter: names, or all, or sweep")
    parser.add_argument("--kinds", default="", help="comma-separated; default: all")
    parser.add_argument("--half", choices=[*HALVES, "both"], default="both")
    parser.add_argument("--quick", action="store_true", help="some items of each kind")
    parser.add_argument("--limit", type=int, metavar="N", help="at most N items of each kind and half")
    parser.add_argument("--only", nargs="+", metavar="ID", help="only these items")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the items ({SEED})")
    parser.add_argument("--parallel", type=int, default=PARALLEL, metavar="N", help=f"calls side by side ({PARALLEL})")
    parser.add_argument("--llm", choices=["scripted", "demo"], default="scripted", help="what answers")
    parser.add_argument("--first-ms", type=float, default=FIRST_S * 1000, help="of the scripted model's first token")
    parser.add_argument("--token-ms", type=float, default=TOKEN_S * 1000, help="of each further one")
    parser.add_argument("--in-process", action="store_true", help="Natter's services in one process, without NATS")
    parser.add_argument("--out", type=Path, default=RESULTS / f"listening-{now}.jsonl", help="file of the records")
    parser.add_argument("--report", type=Path, nargs="+", metavar="FILE", help="print the tables of these files")
    parser.add_argument("--show", nargs="+", metavar="ID", help="with --report: these items as timelines instead")
    parser.add_argument("--write-docs", action="store_true", help="with --report: put them into docs/listening.md")
    return parser


def _known(names: Sequence[str]) -> None:
    unknown = [name for name in names if name not in SYSTEMS]
    if unknown:
        raise ValueError(f"system {unknown[0]!r}: expected one of {', '.join(SYSTEMS)}")


def _meta(given: argparse.Namespace, argv: Sequence[str] | None) -> Meta:
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    return Meta(
        started=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        commit=commit,
        machine=f"{platform.machine()}, {_cores()} cores, Python {platform.python_version()}",
        arguments=list(sys.argv[1:] if argv is None else argv),
        seed=given.seed,
        parallel=given.parallel,
        model={"llm": given.llm, "first_ms": given.first_ms, "token_ms": given.token_ms},
    )


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


async def _run(
    given: argparse.Namespace, chosen: Sequence[Preset], items: Sequence[Scenario], results: Results
) -> bool:
    """Run every system and preset; return whether one of them could not be run."""
    failed = False
    model = ScriptedModel(time.monotonic, given.first_ms / 1000, given.token_ms / 1000)
    async with model.serving() as url:
        setup = Setup(
            url if given.llm == "scripted" else "", chosen, _logs(given.out), given.parallel, given.in_process
        )
        for name in given.systems.split(","):
            try:
                async with SYSTEMS[name](setup) as started:
                    for system, preset in started:
                        progress = Progress(f"{system.name}/{preset}", missing(system.name, preset, items, results))
                        await run(system, preset, items, model, results, given.parallel, progress)
            except Unavailable as error:
                failed = True
                print(f"{name} is skipped: {error}", file=sys.stderr)
    return failed


def _logs(out: Path) -> Path:
    """Return the folder for what the systems print."""
    folder = out.with_suffix(".logs")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
