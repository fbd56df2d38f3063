from __future__ import annotations

from pathlib import Path

import pytest

from natter_cli import bench, main
from natter_runtime.errors import UsageError


def repository(tmp: Path, code: str) -> Path:
    folder = tmp / "benchmarks"
    folder.mkdir()
    (folder / "listening.py").write_text(code, encoding="utf-8")
    return tmp


def test_a_benchmark_is_run_with_its_own_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    place = repository(tmp_path, f"import sys; open({str(out)!r}, 'w').write(' '.join(sys.argv[1:])); sys.exit(3)")
    monkeypatch.chdir(place)
    with pytest.raises(SystemExit) as left:
        main.main(["bench", "listening", "--quick", "--kinds", "turn"])
    assert left.value.code == 3
    assert out.read_text() == "--quick --kinds turn"


def test_the_first_place_that_has_it_counts(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        repository(tmp_path / name, "")
    found = bench.find("listening", (tmp_path / "nowhere", tmp_path / "one", tmp_path / "other"))
    assert found == tmp_path / "one" / "benchmarks" / "listening.py"


def test_an_unknown_benchmark_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no benchmark 'speed': expected one of listening"):
        bench.run("speed", [], (repository(tmp_path, ""),))


def test_without_the_repository_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="run this in a checkout"):
        bench.run("listening", [], (tmp_path,))


def test_the_repositorys_own_benchmarks_are_found() -> None:
    assert bench.find("listening", (Path(__file__).parents[3],)).is_file()
