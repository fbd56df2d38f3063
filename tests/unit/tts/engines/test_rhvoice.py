from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np
import pytest

from natter_runtime.errors import EngineError
from natter_tts.engine import Mark
from natter_tts.engines import rhvoice
from natter_tts.engines.callbacks import Emitter, byte_to_character


def test_data_is_looked_for_where_models_are(tmp_path: Path) -> None:
    kept = tmp_path / "tts" / "rhvoice-en"
    kept.mkdir(parents=True)
    assert rhvoice.find_data("", tmp_path) == kept
    assert rhvoice.find_data("rhvoice-en", tmp_path) == kept
    assert rhvoice.find_data(str(kept), Path("elsewhere")) == kept
    with pytest.raises(EngineError, match="no such folder"):
        rhvoice.find_data("rhvoice-xx", tmp_path)


def test_words_are_told_of_around_the_buffers_in_which_they_lie() -> None:
    emitter = Emitter()
    call = rhvoice._Call(emitter, byte_to_character("né two"))
    buffer = (ctypes.c_short * 100)(*range(100))

    def play() -> None:
        assert call.play(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_short)), 100)

    call.word_starts(0, 3)
    play()
    play()
    call.word_ends(0)
    call.word_starts(4, 3)
    play()
    call.word_ends(4)
    call.flush()
    chunks = [emitter.chunks.get_nowait() for _ in range(4)]
    marks = [mark for chunk in chunks for mark in chunk.marks]  # type: ignore[union-attr]
    assert marks == [Mark(0, 2, 0, 250), Mark(3, 3, 250, 350)]
    assert np.array_equal(chunks[0].samples, np.arange(100))  # type: ignore[union-attr]


def test_without_the_library_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rhvoice, "LIBRARIES", ("libno-such-thing.so",))
    assert not rhvoice.available()
    with pytest.raises(EngineError, match="non-free"):
        rhvoice.RHVoice()
