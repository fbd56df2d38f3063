"""What needs no weights; the graphs themselves are run in ``tests/conformance/engines/test_stt_moonshine.py``."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="natter-stt[moonshine] is not installed")

from natter_runtime.errors import EngineError
from natter_stt.engines.moonshine_graphs import Heard, log_softmax, run, together


def test_beliefs_are_log_probabilities() -> None:
    odds = np.exp(log_softmax(np.array([[1000.0, 1000.0], [0.0, -1000.0]], np.float32)))
    assert odds.tolist() == [[0.5, 0.5], [1.0, 0.0]]


def test_takes_believe_the_mean_and_one_take_itself() -> None:
    one = log_softmax(np.array([[[3.0, 1.0, 0.0]]], np.float32))
    other = log_softmax(np.array([[[0.0, 1.0, 3.0]]], np.float32))
    assert np.array_equal(together(one), one[0])
    both = np.exp(together(np.concatenate([one, other])))
    assert both.sum() == pytest.approx(1.0)
    assert both[0, 0] == pytest.approx(both[0, 2])


def test_takes_are_laid_beside_each_other() -> None:
    one = Heard(np.zeros((1, 4, 2), np.float32), np.ones((1, 9), np.int64))
    both = one.beside(one)
    assert (both.states.shape, both.mask.shape) == ((2, 4, 2), (2, 9))


def test_a_graph_that_fails_is_an_engine_error() -> None:
    class Failing:
        def run(self, names: Any, inputs: Any) -> list[Any]:
            raise RuntimeError("bad shape")

    with pytest.raises(EngineError, match="bad shape"):
        run(Failing(), {})
