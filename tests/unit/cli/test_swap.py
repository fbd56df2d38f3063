"""``natter swap``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from natter_cli import compose, control, swap
from natter_cli.control import Wish
from natter_runtime.errors import UsageError


@pytest.mark.parametrize(
    ("engine", "model", "settings", "changes"),
    [
        ("piper", "", (), {"NATTER_TTS_ENGINE": "piper", "NATTER_TTS_MODEL": ""}),
        ("piper", "amy", (), {"NATTER_TTS_ENGINE": "piper", "NATTER_TTS_MODEL": "amy"}),
        ("", "amy", (), {"NATTER_TTS_MODEL": "amy"}),
        ("", "", ("NATTER_TTS_VOICE=a=b",), {"NATTER_TTS_VOICE": "a=b"}),
    ],
)
def test_what_changes(engine: str, model: str, settings: tuple[str, ...], changes: dict[str, str]) -> None:
    """Another engine does not go on with the model of the one before."""
    assert swap.changes_of("tts", engine, model, settings) == changes


def test_nothing_to_change_is_told() -> None:
    with pytest.raises(UsageError, match="expected --engine, --model or --set"):
        swap.changes_of("tts", "", "", ())
    with pytest.raises(UsageError, match="--set 'x': expected NAME=VALUE"):
        swap.changes_of("tts", "", "", ("x",))


def given(**changes: Any) -> dict[str, Any]:
    options = {"service": "stt", "engine": "", "model": "m", "settings": (), "deadline_s": 9.0}
    return {**options, "project": "", "files": (), **changes}


def test_a_running_natter_up_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "up.sock"
    path.touch()
    asked: list[Wish] = []

    def ask(at: Path, wish: Wish, deadline_s: float) -> Iterator[str]:
        assert at == path
        asked.append(wish)
        yield "halfway"

    monkeypatch.setattr(control, "path_of", lambda port: path)
    monkeypatch.setattr(control, "ask", ask)
    assert swap.run(**given()) == 0
    assert asked == [Wish("stt", {"NATTER_STT_MODEL": "m"})]
    told = capsys.readouterr()
    assert "natter: halfway" in told.err
    assert told.out == "stt runs with NATTER_STT_MODEL=m\n"


@pytest.mark.parametrize(("socket", "project"), [(False, ""), (True, "mine")])
def test_else_docker_compose(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, socket: bool, project: str) -> None:
    path = tmp_path / "up.sock"
    if socket:
        path.touch()
    swapped: list[Any] = []

    async def swap_it(self: compose.Compose, service: str, settings: dict[str, str], deadline_s: float) -> None:
        swapped.append((self.options, service, settings, deadline_s))

    monkeypatch.setattr(control, "path_of", lambda port: path)
    monkeypatch.setattr(compose.Compose, "swap", swap_it)
    assert swap.run(**given(project=project, files=("a.yml", "b.yml") if project else ())) == 0
    options = ("-p", "mine", "-f", "a.yml", "-f", "b.yml") if project else ()
    assert swapped == [(options, "stt", {"NATTER_STT_MODEL": "m"}, 9.0)]
