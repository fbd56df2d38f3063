"""How every onnxruntime session of this service is made."""

from __future__ import annotations

from pathlib import Path

import onnxruntime as ort

from natter_runtime.errors import EngineError


def session(path: Path) -> ort.InferenceSession:
    """Load a model for the CPU: one thread, no spinning (two threads never helped models this small).

    Raises:
        EngineError: the file is missing or no model.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises several unrelated types for a bad file
        raise EngineError(f"{path.name}: cannot be loaded: {error}") from error


def file_in(folder: Path, suffix: str) -> Path:
    """Return ``folder`` if it is a file, else the one file in it that ends in ``suffix``.

    Raises:
        EngineError: there is none.
    """
    if folder.is_file():
        return folder
    found = sorted(folder.glob(f"*{suffix}"))
    if not found:
        raise EngineError(f"{folder}: no *{suffix} in it")
    return found[0]
