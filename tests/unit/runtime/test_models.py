"""Where a model's files are."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pytest

from natter_runtime import models
from natter_runtime.errors import EngineError
from natter_runtime.models import EMBEDDED, locate


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the first embedded model, as an installed package of the same shape has it."""
    site = tmp_path / "site"
    model = EMBEDDED[0]
    asset = dataclasses.replace(model.assets[0], member="toy_wheel/assets/toy.onnx")
    monkeypatch.setattr(models, "EMBEDDED", (dataclasses.replace(model, module="toy_wheel", assets=(asset,)),))
    file = site / asset.member
    file.parent.mkdir(parents=True)
    file.write_bytes(b"onnx")
    (site / "toy_wheel" / "__init__.py").write_text("raise RuntimeError('nobody imports it to look for a file')")
    monkeypatch.syspath_prepend(str(site))
    return file.parent


def test_an_absolute_path_is_taken_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "voice.onnx"
    file.touch()
    assert locate("tts", str(file), tmp_path / "models") == file
    with pytest.raises(EngineError, match="no such file or folder"):
        locate("tts", str(tmp_path / "other.onnx"), tmp_path)


def test_a_kept_model_is_found_by_its_kind_and_name(tmp_path: Path) -> None:
    kept = tmp_path / "stt" / "tiny"
    kept.mkdir(parents=True)
    assert locate("stt", "tiny", tmp_path) == kept
    with pytest.raises(EngineError):
        locate("tts", "tiny", tmp_path)


def test_a_kept_model_goes_before_a_packaged_one(tmp_path: Path, packaged: Path) -> None:
    name = EMBEDDED[0].name
    assert locate("vad", name, tmp_path) == packaged
    kept = tmp_path / "vad" / name
    kept.mkdir(parents=True)
    assert locate("vad", name, tmp_path) == kept


def test_looking_into_a_package_imports_nothing(tmp_path: Path, packaged: Path) -> None:
    locate("vad", EMBEDDED[0].name, tmp_path)
    assert "toy_wheel" not in sys.modules


def test_a_package_that_lacks_a_file_does_not_count(tmp_path: Path, packaged: Path) -> None:
    (packaged / "toy.onnx").unlink()
    with pytest.raises(EngineError, match="natter models fetch"):
        locate("vad", EMBEDDED[0].name, tmp_path)


def test_an_embedded_model_that_is_nowhere_can_be_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    absent = dataclasses.replace(EMBEDDED[0], module="no_such_package")
    monkeypatch.setattr(models, "EMBEDDED", (absent,))
    with pytest.raises(EngineError, match="run `natter models fetch`"):
        locate(absent.kind, absent.name, tmp_path)


def test_an_unknown_model_cannot_be_fetched(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="is not one that"):
        locate("stt", "enormous", tmp_path)


@pytest.mark.parametrize("model", EMBEDDED, ids=lambda model: model.name)
def test_the_catalogue_is_complete(model: models.Model) -> None:
    assert model.kind in ("vad", "turn", "stt", "tts")
    assert model.licence
    for asset in model.assets:
        assert len(bytes.fromhex(asset.sha256)) == 32
        assert asset.size > 0
        assert asset.member.startswith(f"{model.module}/")
        assert Path(asset.member).name == asset.file
