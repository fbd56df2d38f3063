from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.bench import command, presets
from benchmarks.bench.run import Results
from tests.unit.bench.test_report import turn


def test_presets_by_name() -> None:
    assert [preset.name for preset in presets.named("balanced,all")] == [
        "balanced",
        *(preset.name for preset in presets.PRESETS),
    ]
    assert presets.named("sweep")[0].input == {"turn_detection": {"min_silence": 200}}
    with pytest.raises(ValueError, match="eager"):
        presets.named("eager")


@pytest.mark.parametrize("wrong", ["--systems moshi", "--kinds yawn", "--presets eager"])
def test_what_does_not_exist_is_refused(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(wrong.split()) == 2
    assert "expected" in capsys.readouterr().err or "yawn" in wrong


def test_a_report_needs_no_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "r.jsonl"
    Results(path).write(turn(0, 0.5))
    assert command.main(["--report", str(path)]) == 0
    assert "turn taken" in capsys.readouterr().out
    assert path.with_suffix(".json").is_file()
    assert command.main(["--report", str(tmp_path / "none.jsonl")]) == 1


def test_an_item_is_shown_as_a_timeline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "r.jsonl"
    Results(path).write(turn(0, 0.5))
    assert command.main(["--report", str(path), "--show", "turn-t-000"]) == 0
    shown = capsys.readouterr().out
    assert "turn-t-000 (long; ) natter/balanced: taken" in shown
    assert "1.000  user    ┌ speech: hello" in shown


def test_of_two_files_the_later_one_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    Results(one).write(turn(0, 0.5))
    Results(other).write(turn(0, None))
    assert command.main(["--report", str(one), str(other)]) == 0
    assert "| turn taken | 0 % (0/1;" in capsys.readouterr().out
