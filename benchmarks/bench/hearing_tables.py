"""The page's tables, from the results. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from benchmarks.bench.hearing_audio import CONDITIONS
from benchmarks.bench.hearing_items import KINDS, is_written

BEGIN: Final = "<!-- tables: python -m benchmarks.hearing -->"
END: Final = "<!-- end of tables -->\n"
REFERENCE: Final = {
    "clean": "4.4",
    "babble 20 dB": "7.5",
    "babble 10 dB": "15",
    "babble 5 dB": "33",
    "white 20 dB": "8.8",
    "white 10 dB": "19",
    "white 5 dB": "31",
}
"""Measured before, on 86 utterances, most of which are not in the corpus any more, and another mixture."""
PREFIX: Final = "errors "

Halves = dict[str, dict[str, Any]]


def page(known: dict[str, Halves]) -> str:
    """Return the tables of every engine and model that was measured."""
    return "\n".join("\n\n".join(_engine(name, halves)) + "\n" for name, halves in known.items())


def _engine(name: str, halves: Halves) -> Iterable[str]:
    yield f"## {name}"
    yield "### Word error rate\n\n" + _errors(halves)
    yield "### Exact matches (synthetic voices)\n\n" + _exact(halves)
    yield "### Time and steadiness\n\n" + _times(halves) + "\n\n" + _partials(halves)
    yield "### What nobody said\n\n" + _phantoms(halves)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _errors(halves: Halves) -> str:
    runs = [run for run in next(iter(halves.values())) if run.startswith(PREFIX)]
    runs.sort(key=lambda run: ["as in", "min_l", "balan", "max_a"].index(run[len(PREFIX) :][:5]))
    columns = [(f"{run[len(PREFIX) :]}, {half}", [halves[half][run]]) for run in runs for half in halves]
    columns.append(("balanced, both halves", [half[f"{PREFIX}balanced"] for half in halves.values()]))
    rows = [
        [condition, *(_rate(parts, condition) for _, parts in columns), REFERENCE.get(condition, "")]
        for condition in CONDITIONS
    ]
    words = [str(sum(part["errors"]["clean"]["words"] for part in parts)) for _, parts in columns]
    cpu = [_cpu(parts) for _, parts in columns]
    head = ["", *(name for name, _ in columns), "models.md"]
    return table(head, [*rows, ["words", *words, ""], ["processor per second of speech, ms", *cpu, ""]])


def _rate(parts: Sequence[dict[str, Any]], condition: str) -> str:
    scores = [part["errors"][condition] for part in parts if condition in part["errors"]]
    words = sum(score["words"] for score in scores)
    return f"{100 * sum(score['wrong'] for score in scores) / words:.1f} %" if words else ""


def _cpu(parts: Sequence[dict[str, Any]]) -> str:
    times = [part["times"] for part in parts]
    return f"{sum(time['cpu_all'] for time in times) / sum(time['audio_s'] for time in times):.0f}"


def _exact(halves: Halves) -> str:
    rows = []
    for kind in KINDS:
        cells = [kind]
        for results in halves.values():
            for keyterms in (False, True):
                hits = [_hit(r) for r in results["exact"] if r["kind"] == kind and r["keyterms"] is keyterms]
                cells.append(f"{sum(hits)}/{len(hits)}" if hits else "")
        rows.append(cells)
    head = ["", *(f"{half}{with_terms}" for half in halves for with_terms in ("", ", keyterms"))]
    voices = {half: sorted({r["voice"] for r in results["exact"]}) for half, results in halves.items()}
    by_voice = [
        [half, voice, f"{sum(hits)}/{len(hits)}"]
        for half, results in halves.items()
        for voice in voices[half]
        if (hits := [_hit(r) for r in results["exact"] if r["voice"] == voice and not r["keyterms"]])
    ]
    false = ", ".join(
        f"{half} {r['false keyterms']['replaced']} of {r['false keyterms']['finals']}" for half, r in halves.items()
    )
    return (
        table(head, rows)
        + "\n\n"
        + table(["", "voice (all kinds, no keyterms)", "exact"], by_voice)
        + f"\n\nFinals that a keyterm nobody said was put into, of twenty given: {false}."
    )


def _hit(row: dict[str, str]) -> bool:
    return is_written(row["written"], row["text"])


def _times(halves: Halves) -> str:
    named = {
        "from the last partial (min_latency)": "errors min_latency",
        "from the last partial, again in doubt (balanced)": "partials",
        "cold, again in doubt (max_accuracy)": "errors max_accuracy",
    }
    rows = []
    for label, run in named.items():
        cpu = [ms for half in halves.values() for ms in half[run]["times"]["cpu"]]
        wall = [ms for half in halves.values() for ms in half[run]["times"]["wall"]]
        rows.append([label, *(f"{np.percentile(ms, at):.0f}" for ms in (cpu, wall) for at in (50, 95))])
    return table(["the final's decode, clean speech, ms", "cpu p50", "cpu p95", "wall p50", "wall p95"], rows)


def _partials(halves: Halves) -> str:
    rows = []
    for label, run in {"partials": "partials", "partials, continuous": "partials continuous"}.items():
        jumps = [half[run]["jumps"] for half in halves.values()]
        last = [half[run]["last"] for half in halves.values()]
        shown, took = sum(j["partials"] for j in jumps), sum(j["took_back"] for j in jumps)
        changed, finals = sum(j["changed"] for j in jumps), sum(j["partials"] for j in last)
        rows.append(
            [
                label,
                str(shown),
                f"{changed / max(1, shown):.2f}",
                f"{100 * took / max(1, shown):.1f} %",
                f"{sum(j['changed'] for j in last) / max(1, finals):.2f}",
            ]
        )
    head = ["", "count", "words changed per partial", "partials that took a word back", "words a final changes"]
    return table(head, rows)


def _phantoms(halves: Halves) -> str:
    kinds = next(iter(halves.values()))["phantoms"]
    rows = []
    for kind in kinds:
        cells = [kind]
        for results in halves.values():
            row = results["phantoms"][kind]
            cells += [f"{len(row['texts'])}/{row['sounds']}", "; ".join(row["texts"])]
        rows.append(cells)
    return table(["sound", *(f"{half}{what}" for half in halves for what in (": became text", ": which"))], rows)
