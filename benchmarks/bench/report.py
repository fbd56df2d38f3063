"""The tables of a run, as Markdown, and as data beside the records."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from benchmarks.bench.figures import ROWS, Figures, gather, summary
from benchmarks.bench.frontier import frontier
from benchmarks.bench.presets import DEFAULT, PRESETS, SWEEP
from benchmarks.bench.record import Record
from benchmarks.bench.run import Meta, Results
from benchmarks.bench.scenario import HALVES, Kind
from benchmarks.bench.stats import mean, quantile

FRONTIER: Final = Path(__file__).parents[2] / "docs" / "images" / "frontier.svg"
DOCS: Final = Path(__file__).parents[2] / "docs" / "listening.md"
DATA: Final = Path(__file__).parents[1] / "results" / "listening.json"
BEGIN: Final = "<!-- listening: begin (written by benchmarks/listening.py --report FILE... --write-docs) -->"
END: Final = "<!-- listening: end -->"
SWEPT: Final = frozenset(preset.name for preset in SWEEP)
TITLES: Final = {
    "held_out": "The half that nothing was tuned on",
    "tuned": "The half that thresholds were tuned on",
    "both": "Both halves",
}


def show(runs: Sequence[Results], *, write_docs: bool) -> int:
    """Print the tables of ``runs`` and keep the figures beside the first; return the exit code.

    With ``write_docs`` tables and plot are put into the documentation, and the figures as data into the repository.
    Of two records of the same item, the one of the later run counts.
    """
    records = list({key: record for run in runs for key, record in run.records.items()}.values())
    if not records:
        print("listening: no records", file=sys.stderr)
        return 1
    text = tables(records, [meta for run in runs for meta in run.metas])
    print(text)
    data = json.dumps(summary(gather(records)), indent=1) + "\n"
    runs[0].path.with_suffix(".json").write_text(data, encoding="utf-8")
    if write_docs:
        DATA.write_text(data, encoding="utf-8")
        DOCS.write_text(put(DOCS.read_text(encoding="utf-8"), text), encoding="utf-8")
        FRONTIER.write_text(frontier(_columns(gather(records))), encoding="utf-8")
        print(f"written: {DOCS}, {FRONTIER}", file=sys.stderr)
    return 0


def put(page: str, text: str) -> str:
    """Return ``page`` with ``text`` between its markers.

    Raises:
        ValueError: it has none.
    """
    if BEGIN not in page or END not in page:
        raise ValueError(f"expected the lines {BEGIN!r} and {END!r}")
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{text.strip()}\n\n{END}{rest.partition(END)[2]}"


def tables(records: Sequence[Record], metas: Sequence[Meta]) -> str:
    """Return all tables."""
    figures = gather(records)
    halves = _halves(figures)
    parts = [_made_with(metas)]
    for half in halves:
        columns = _columns(figures, half)
        named = [one for one in columns if one.preset not in SWEPT]
        parts += [f"#### {TITLES[half]}", _main_table(named)] if named else []
        parts += ["#### `min_silence` swept", _sweep_table(columns)] if len(named) < len(columns) else []
    finer = [one for one in _columns(figures, halves[0]) if one.preset not in SWEPT]
    parts += ["#### Finer", *_variant_tables(finer)] if finer else []
    return "\n\n".join(part for part in parts if part)


def _halves(figures: Sequence[Figures]) -> list[str]:
    halves = [half for half in (*reversed(HALVES), "both") if any(one.half == half for one in figures)]
    return halves[:1] if len(halves) == 2 else halves  # one half and "both" are the same


def _columns(figures: Sequence[Figures], half: str = "") -> list[Figures]:
    """Return those of ``half`` (none stated: of the one that is shown first): ours by patience, others, swept ones."""
    half = half or _halves(figures)[0]
    return sorted((one for one in figures if one.half == half), key=_order)


def _order(one: Figures) -> tuple[bool, bool, int]:
    known = [preset.name for preset in (*PRESETS, *SWEEP)]
    return one.preset in SWEPT, one.system != "natter", known.index(one.preset) if one.preset in known else 0


def _made_with(metas: Sequence[Meta]) -> str:
    lines = []
    for meta in metas:
        model = f"model's first token after {meta.model.get('first_ms', 0):g} ms" if meta.model else ""
        if meta.model.get("llm") == "demo":
            model = "the embedded demo answers"
        lines.append(f"{meta.started}, {meta.commit}, {meta.machine}, {meta.parallel} calls side by side, {model}")
    return "\n".join(f"- {line}" for line in dict.fromkeys(lines))


# -- the main table -----------------------------------------------------------------------------

Cell = Callable[[Figures], str]


def _main_table(columns: Sequence[Figures]) -> str:
    rows: list[tuple[str, Cell]] = []
    for kind in (Kind.PAUSE, Kind.TURN, Kind.INTERRUPTION, Kind.BACKCHANNEL):
        rows.append((ROWS[kind], _share(kind)))
    rows.append(("**composite** (mean of these four)", lambda one: _plain(one.composite, "**{:.1f}**")))
    for kind in (Kind.SIDE_TALK, Kind.NOISE, Kind.ECHO, Kind.DOUBLE_TALK):
        rows.append((ROWS[kind], _share(kind)))
    first = next((one for one in columns if (one.system, one.preset) == ("natter", DEFAULT)), columns[0])
    rows += [
        ("end of speech → first audible sample, p50", _time(lambda one: one.latencies(Kind.TURN), 0.5, first)),
        ("the same, p95", _time(lambda one: one.latencies(Kind.TURN), 0.95, first)),
        ("the same after a pause held, p50", _time(lambda one: one.latencies(Kind.PAUSE), 0.5, first)),
        ("the same after an interruption, p50", _time(lambda one: one.latencies(Kind.INTERRUPTION), 0.5, first)),
        ("barge-in → last audible old sample, p50", _time(lambda one: one.stops, 0.5, first, in_ms=True)),
        ("the same, p95", _time(lambda one: one.stops, 0.95, first, in_ms=True)),
        ("history: words kept minus heard, mean", lambda one: _plain(mean([float(x) for x in one.history]), "{:+.1f}")),
        ("history right to within a word", lambda one: str(one.close)),
        ("calls with sound after a cancel", lambda one: str(one.stale)),
        ("duplicate replies", lambda one: str(one.duplicates)),
        ("turns without an answer", lambda one: str(one.unanswered)),
        ("not judged / client late", lambda one: f"{one.void} / {one.disturbed} of {len(one.items)}"),
        ("machine's load, median", lambda one: _plain(one.load, "{:.1f}")),
    ]
    head = ["", *(f"{one.system}, {one.preset}" for one in columns)]
    return _table(head, [[name, *(cell(one) for one in columns)] for name, cell in rows])


def _share(kind: Kind) -> Cell:
    return lambda one: str(one.share(kind))


def _time(values: Callable[[Figures], list[float]], q: float, first: Figures, *, in_ms: bool = False) -> Cell:
    """Return a cell with a time, and in all columns but ``first`` how many times that one's it is."""

    def cell(one: Figures) -> str:
        value, base = quantile(values(one), q), quantile(values(first), q)
        text = _plain(1000 * value, "{:.0f} ms") if in_ms else _plain(value, "{:.2f} s")
        return text if one is first or math.isnan(value) or not base > 0 else f"{text} (×{value / base:.2f})"

    return cell


def _plain(value: float, form: str) -> str:
    return "–" if math.isnan(value) else form.format(value)


def _sweep_table(columns: Sequence[Figures]) -> str:
    """Return the table of what was swept, and of the default on the same items."""
    swept = [one for one in columns if one.preset in SWEPT]
    ids = {item.record.id for one in swept for item in one.items}
    usual = [
        Figures(one.system, one.preset, one.half, [item for item in one.items if item.record.id in ids])
        for one in columns
        if (one.system, one.preset) == ("natter", DEFAULT)
    ]
    head = [
        "`min_silence`",
        ROWS[Kind.PAUSE],
        ROWS[Kind.TURN],
        "end of speech → first audible sample, p50",
        "the same, p95",
    ]
    return _table(head, [_swept(one) for one in (*swept, *usual)])


def _swept(one: Figures) -> list[str]:
    latencies = one.latencies(Kind.TURN)
    times = [_plain(quantile(latencies, q), "{:.2f} s") for q in (0.5, 0.95)]
    name = f"{one.preset.split()[-1]} ms" if one.preset in SWEPT else f"not stated ({one.preset})"
    return [name, str(one.share(Kind.PAUSE)), str(one.share(Kind.TURN)), *times]


# -- finer tables -------------------------------------------------------------------------------


def _variant_tables(columns: Sequence[Figures]) -> list[str]:
    rows = []
    for kind in Kind:
        if kind is Kind.BACKCHANNEL:
            continue  # its variants are words
        names = dict.fromkeys(variant for one in columns for variant in one.variants(kind))
        rows += [[ROWS[kind], name, *(str(one.share(kind, name)) for one in columns)] for name in names]
    head = ["", "", *(f"{one.system}, {one.preset}" for one in columns)]
    return [_table(head, rows)] if rows else []


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head), *(f"| {' | '.join(row)} |" for row in rows)]
    return re.sub(r" +", " ", "\n".join(lines))
