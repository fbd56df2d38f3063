"""Progress where nobody watches."""

from __future__ import annotations

import pytest

from natter_cli import bars


def test_one_line_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with bars.bar("stt tiny") as progress:
        progress(1, 2)
        progress(2, 2)
    assert capsys.readouterr().err == "natter: fetching stt tiny\n"


def test_a_bar_on_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with bars.bar("stt tiny") as progress:
        progress(1_000_000, 2_000_000)
    assert "natter:" not in capsys.readouterr().err
