"""From records to tables."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from benchmarks.bench import report
from benchmarks.bench.figures import gather, summary
from benchmarks.bench.frontier import best, frontier
from benchmarks.bench.record import Cued, Record, Reply, Stretch
from benchmarks.bench.run import Meta, Results
from benchmarks.bench.scenario import Kind, Scenario


def turn(
    number: int,
    latency: float | None,
    system: str = "natter",
    half: str = "tuned",
    late: float = 1.0,
    preset: str = "balanced",
) -> Record:
    replies = []
    if latency is not None:
        begin = 3.0 + latency
        replies = [Reply("r1", 1, "completed", played=[Stretch(begin, 5.0, 0)], audible=[(begin, 5.0)])]
    return Record(
        system=system,
        preset=preset,
        id=f"turn-{half[0]}-{number:03d}",
        digest="d",
        kind="turn",
        variant="long",
        half=half,
        synthetic=True,
        seconds=5.0,
        cues=[Cued("speech", "hello", 1.0, 3.0)],
        replies=replies,
        late_ms=(late, late),
    )


RECORDS = [turn(0, 0.5), turn(1, 0.7), turn(2, 0.9), turn(3, None, late=80.0), turn(4, 0.6, half="held_out")]


def test_figures_of_each_half_and_of_both() -> None:
    found = {figures.half: figures for figures in gather(RECORDS)}
    assert set(found) == {"tuned", "held_out", "both"}
    tuned = found["tuned"]
    assert (tuned.share(Kind.TURN).hits, tuned.share(Kind.TURN).total) == (3, 4)
    assert tuned.latencies(Kind.TURN) == pytest.approx([0.5, 0.7, 0.9])
    assert (tuned.unanswered, tuned.void, tuned.disturbed) == (1, 0, 1)
    assert found["both"].share(Kind.TURN).total == 5
    assert math.isnan(tuned.composite)  # three of its parts were not run


def test_the_summary_is_plain_data() -> None:
    plain = next(one for one in summary(gather(RECORDS)) if one["half"] == "tuned")
    assert plain["shares"]["turn taken"] == [3, 4]
    assert plain["turn_latency_s"] == {"n": 3, "p50": 0.7, "p95": 0.88}
    assert plain["composite"] is None


def test_a_slower_system_is_shown_as_so_many_times_the_first() -> None:
    records = [turn(0, 0.5, half="held_out"), turn(0, 1.0, "pipecat", half="held_out")]
    text = report.tables(records, [])
    line = next(line for line in text.splitlines() if line.startswith("| end of speech"))
    assert "0.50 s | 1.00 s (×2.00)" in line


def test_columns_go_from_hasty_to_patient_and_what_was_swept_has_a_table_of_its_own() -> None:
    presets = ["min_silence 600", "max_accuracy", "balanced", "min_silence 200", "min_latency"]
    records = [turn(0, 0.5 + n / 10, half="held_out", preset=preset) for n, preset in enumerate(presets)]
    text = report.tables([*records, turn(0, 1.0, "pipecat", half="held_out", preset="default")], [])
    lines = text.splitlines()
    assert "| | natter, min_latency | natter, balanced | natter, max_accuracy | pipecat, default |" in lines
    line = next(line for line in lines if line.startswith("| end of speech"))
    assert line.endswith("| 0.90 s (×1.29) | 0.70 s | 0.60 s (×0.86) | 1.00 s (×1.43) |")
    swept = [line.split(" |")[0] for line in lines if line.endswith(" s |") and "ms |" in line]
    assert swept == ["| 200 ms", "| 600 ms"]
    assert any(line.startswith("| not stated (balanced) | – | 100 % (1/1") for line in lines)


def test_what_patience_costs_is_drawn_for_every_setting_with_pauses_and_turns() -> None:
    waits = [turn(0, 0.5, half="held_out"), turn(0, 0.8, "pipecat", half="held_out", preset="default")]
    paused = turn(1, 0.6, half="held_out")
    paused.kind, paused.cues = "pause", [Cued("speech", "hello", 1.0, 3.0, (1.5, 2.0))]
    chart = frontier([one for one in gather([*waits, paused]) if one.half == "held_out"])
    assert ">balanced</text>" in chart
    assert "pipecat" not in chart


def test_the_line_joins_the_settings_that_none_is_ahead_of() -> None:
    fast, usual, slow, beaten = (0.5, 50.0), (0.6, 73.0), (2.0, 100.0), (0.6, 56.0)
    assert best([slow, beaten, usual, fast]) == [fast, usual, slow]
    assert best([beaten]) == [beaten]
    assert best([]) == []


def test_tables_are_put_between_the_markers(tmp_path: Path) -> None:
    page = f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n"
    assert report.put(page, "new\n") == f"before\n{report.BEGIN}\n\nnew\n\n{report.END}\nafter\n"
    with pytest.raises(ValueError, match="listening: begin"):
        report.put("no markers", "new")


def test_results_are_kept_line_by_line_and_the_later_one_counts(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    results = Results(path)
    results.write(Meta("2026", "abc", "x86", [], 7, 3))
    results.write(turn(0, 0.5))
    results.write(turn(0, 0.8))
    again = Results.read(path)
    assert [meta.commit for meta in again.metas] == ["abc"]
    (record,) = again.records.values()
    assert record.replies[0].audible[0][0] == pytest.approx(3.8)


def test_what_was_run_is_not_run_again_unless_it_changed_or_failed(tmp_path: Path) -> None:
    results = Results(tmp_path / "r.jsonl")
    item = Scenario("turn-t-000", Kind.TURN, "long", "tuned", True, "s", (), ("short",), finish=None)  # type: ignore[arg-type]
    record = turn(0, 0.5)
    record.digest = item.digest
    assert not results.has("natter", "balanced", item)
    results.add(record)
    assert results.has("natter", "balanced", item)
    record.digest = "another"
    assert not results.has("natter", "balanced", item)
    record.digest, record.errors = item.digest, ["it hung up"]
    assert not results.has("natter", "balanced", item)
