from __future__ import annotations

import numpy as np
import pytest

from natter_runtime.errors import EngineError
from natter_stt.engine import EngineInfo, Passage, check_length
from tests.support.stt_audio import MS

INFO = EngineInfo("test", "none", ("en",), max_ms=1000)


def of_ms(ms: int, first_sample: int = 0) -> Passage:
    return Passage(np.zeros(ms * MS, np.float32), first_sample)


def test_a_passage_knows_its_place_and_length() -> None:
    passage = of_ms(250, first_sample=100)
    assert passage.end_sample == 100 + 250 * MS
    assert passage.ms == 250


@pytest.mark.parametrize("ms", [100, 500, 1000])
def test_a_length_within_bounds_is_accepted(ms: int) -> None:
    check_length(of_ms(ms), INFO)


@pytest.mark.parametrize("ms", [0, 99, 1001])
def test_another_length_is_an_engine_error_that_names_the_bounds(ms: int) -> None:
    with pytest.raises(EngineError, match="100 to 1000 ms"):
        check_length(of_ms(ms), INFO)
