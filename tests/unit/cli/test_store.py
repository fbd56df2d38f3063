"""Models come into place complete and right, or not at all; one fetcher at a time."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from natter_cli import store
from natter_cli.store import Status
from natter_runtime.errors import EngineError
from natter_runtime.models import EMBEDDED, Asset
from tests.support import cli_wheel


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / cli_wheel.FILENAME
    path.write_bytes(cli_wheel.wheel())
    return path


def test_only_the_named_members_are_taken(wheel: Path, tmp_path: Path) -> None:
    model, root = cli_wheel.model(), tmp_path / "models"
    assert store.status(model, root) is Status.MISSING
    store.place_from_wheel(model, root, wheel)
    assert store.status(model, root) is Status.OK
    files = {path.name: path.read_bytes() for path in (root / "stt" / "test-model").iterdir()}
    assert files == cli_wheel.FILES
    assert [path.name for path in (root / "stt").iterdir()] == ["test-model"]


@pytest.mark.parametrize("damage", [b"short", bytes(len(cli_wheel.FILES["big.bin"]))])
def test_damage_is_seen_and_mended(wheel: Path, tmp_path: Path, damage: bytes) -> None:
    model, root = cli_wheel.model(), tmp_path / "models"
    store.place_from_wheel(model, root, wheel)
    (root / "stt" / "test-model" / "big.bin").write_bytes(damage)
    assert store.status(model, root) is Status.DAMAGED
    store.place_from_wheel(model, root, wheel)
    assert store.status(model, root) is Status.OK


def test_a_wrong_file_leaves_what_was_there(wheel: Path, tmp_path: Path) -> None:
    model, root = cli_wheel.model(), tmp_path / "models"
    store.place_from_wheel(model, root, wheel)

    def bring(asset: Asset, target: Path) -> None:
        target.write_bytes(b"another")

    with pytest.raises(EngineError, match=r"big\.bin: sha256 is .* refused"):
        store.place(model, root, bring)
    assert store.status(model, root) is Status.OK
    assert [path.name for path in (root / "stt").iterdir()] == ["test-model"]


def test_a_wheel_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "some.whl"
    path.write_bytes(b"nonsense")
    with pytest.raises(EngineError, match=r"some\.whl: File is not a zip file"):
        store.place_from_wheel(cli_wheel.model(), tmp_path, path)


def test_a_model_inside_an_installed_package() -> None:
    silero = next(model for model in EMBEDDED if model.kind == "vad")
    site = store.packaged(silero)
    assert site is not None
    assert (site / silero.assets[0].member).is_file()
    assert store.packaged(cli_wheel.model()) is None
    assert store.packaged(cli_wheel.model(module="json")) is None


def test_taken_from_an_installed_package(tmp_path: Path) -> None:
    silero = next(model for model in EMBEDDED if model.kind == "vad")
    site = store.packaged(silero)
    assert site is not None
    store.place_from_folder(silero, tmp_path, site)
    assert store.status(silero, tmp_path) is Status.OK


def test_one_fetcher_waits_for_the_other(tmp_path: Path) -> None:
    order: list[str] = []
    entered, waited = threading.Event(), threading.Event()

    def first() -> None:
        with store.locked(tmp_path, lambda: None):
            entered.set()
            assert waited.wait(5)
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    assert entered.wait(5)
    with store.locked(tmp_path, waited.set):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(EngineError, match=r"cannot be written .* set NATTER_MODELS"),
        store.locked(tmp_path / "file" / "models", lambda: None),
    ):
        pass
