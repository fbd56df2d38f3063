"""How models are opened, and what is said of files that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from natter_runtime.errors import EngineError
from natter_turn.engines.onnx import file_in, session


def test_a_file_stands_for_itself(tmp_path: Path) -> None:
    model = tmp_path / "model.bin"
    model.write_bytes(b"x")
    assert file_in(model, ".onnx") == model


def test_a_folder_stands_for_the_first_model_in_it(tmp_path: Path) -> None:
    for name in ("readme.txt", "b.onnx", "a.onnx"):
        (tmp_path / name).write_bytes(b"x")
    assert file_in(tmp_path, ".onnx") == tmp_path / "a.onnx"


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=rf"{tmp_path}: no \*\.onnx in it"):
        file_in(tmp_path, ".onnx")


@pytest.mark.parametrize("content", [None, b"", b"no model at all"])
def test_what_cannot_be_loaded_is_an_engine_error(tmp_path: Path, content: bytes | None) -> None:
    model = tmp_path / "broken.onnx"
    if content is not None:
        model.write_bytes(content)
    with pytest.raises(EngineError, match=r"broken\.onnx: cannot be loaded"):
        session(model)
