from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("onnxruntime", reason="natter-stt[moonshine] is not installed")

from natter_runtime.errors import EngineError
from natter_stt.engines.greedy import Choice, Written
from natter_stt.engines.moonshine import FILES, Moonshine, confidence


@pytest.mark.parametrize("missing", FILES)
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    for name in FILES:
        if name != missing:
            (tmp_path / name).write_bytes(b"")
    with pytest.raises(EngineError, match=re.escape(missing)):
        Moonshine(tmp_path, "broken")


def test_a_graph_that_is_none_is_an_engine_error(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).write_bytes(b"this is no model")
    with pytest.raises(EngineError, match="encoder_model"):
        Moonshine(tmp_path, "broken")


def test_confidence_is_the_mean_probability_of_what_was_written() -> None:
    choices = [Choice(5, 0.9, 0.0), Choice(6, 0.5, 0.0), Choice(2, 0.1, 0.0)]
    assert confidence(Written([5, 6], choices)) == pytest.approx(0.7)
    assert confidence(Written([], choices[2:])) == 0.0
