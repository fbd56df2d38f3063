"""Words at a terminal."""

from __future__ import annotations

import io

import pytest

from natter_cli import terminal


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_prefix_of_equal_width() -> None:
    lines = [terminal.prefixed(name, "ready", False) for name in ("gateway", "stt", "nats")]
    assert lines == ["gateway | ready", "stt     | ready", "nats    | ready"]
    assert terminal.prefixed("stt", "ready", True) == "\x1b[32mstt     |\x1b[0m ready"


def test_lines() -> None:
    stream = io.StringIO()
    terminal.Lines(stream, False)("stt", "ready")
    assert stream.getvalue() == "stt     | ready\n"


def test_colours_only_where_they_are_wanted() -> None:
    assert terminal.colours(Tty(), "")
    assert not terminal.colours(Tty(), "1")
    assert not terminal.colours(io.StringIO(), "")
    assert terminal.paint("x", "bold") == "\x1b[1mx\x1b[0m"
    assert terminal.paint("x", "bold", False) == "x"


def test_notes_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.note("so it is")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "natter: so it is\n")
