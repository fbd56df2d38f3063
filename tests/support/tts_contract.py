"""What every speech engine has to do; a test class per engine inherits it and says how to make one."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from natter_tts.engine import Chunk, Engine, Mark, Samples

TEXT = "Hello there, my friend. How are you today?"


def never() -> bool:
    """Nobody cancels."""
    return False


def joined(chunks: Iterator[Chunk] | list[Chunk]) -> Samples:
    """Return all samples of a call."""
    return np.concatenate([np.zeros(0, np.int16), *(chunk.samples for chunk in chunks)])


class EngineContract:
    """Subclasses define the fixture ``engine``."""

    @pytest.fixture
    def engine(self) -> Engine:
        """The engine under test."""
        raise NotImplementedError

    def test_it_says_what_it_is(self, engine: Engine) -> None:
        info = engine.info
        assert info.name
        assert 8_000 <= info.sample_rate <= 48_000
        assert info.voice in info.voices
        assert info.languages

    def test_it_speaks(self, engine: Engine) -> None:
        chunks = list(engine.synthesize(TEXT, engine.info.voice, never))
        samples = joined(chunks)
        assert all(chunk.samples.dtype == np.int16 and chunk.samples.ndim == 1 for chunk in chunks)
        assert 0.4 < len(samples) / engine.info.sample_rate < 6
        assert np.abs(samples.astype(int)).max() > 2000

    def test_every_voice_speaks(self, engine: Engine) -> None:
        for voice in engine.info.voices:
            assert np.abs(joined(engine.synthesize("Hello.", voice, never)).astype(int)).max() > 1000

    def test_an_unknown_voice_is_the_default_one(self, engine: Engine) -> None:
        default = joined(engine.synthesize("Hello.", engine.info.voice, never))
        assert len(joined(engine.synthesize("Hello.", "alba", never))) == pytest.approx(len(default), rel=0.2)

    def test_it_streams_if_it_says_so(self, engine: Engine) -> None:
        first, *rest = engine.synthesize(TEXT, engine.info.voice, never)
        if engine.info.streams:
            assert len(first.samples) < 0.5 * (len(first.samples) + len(joined(rest)))

    def test_words_are_marked_in_order_and_inside_the_audio(self, engine: Engine) -> None:
        chunks = list(engine.synthesize(TEXT, engine.info.voice, never))
        marks = [mark for chunk in chunks for mark in chunk.marks]
        assert bool(marks) is engine.info.word_times
        total = len(joined(chunks))
        for before, after in itertools.pairwise(marks):
            assert before.offset < after.offset
            assert before.start < after.start
        for mark in marks:
            assert 0 <= mark.start < (mark.end or total) <= total * 1.02
        if marks:
            assert [_word(mark) for mark in marks] == "Hello there my friend How are you today".split()

    @pytest.mark.parametrize("text", ["", " ", "...", "?!", "—", "日本語", "naïve café", "a" * 70, "\x01\x00"])
    def test_odd_text_does_no_harm(self, engine: Engine, text: str) -> None:
        for chunk in engine.synthesize(text, engine.info.voice, never):
            assert chunk.samples.dtype == np.int16
        assert len(joined(engine.synthesize("Hello.", engine.info.voice, never)))

    def test_it_says_nothing_when_it_is_cancelled_before_it_begins(self, engine: Engine) -> None:
        assert len(list(engine.synthesize(TEXT, engine.info.voice, lambda: True))) <= 1

    def test_it_stops_soon_after_it_is_cancelled(self, engine: Engine) -> None:
        text = TEXT * 5
        whole = len(joined(engine.synthesize(text, engine.info.voice, never)))
        cancelled = threading.Event()
        said = 0
        for chunk in engine.synthesize(text, engine.info.voice, cancelled.is_set):
            said += len(chunk.samples)
            cancelled.set()
        assert said < 0.5 * whole

    def test_it_can_be_left_in_the_middle(self, engine: Engine) -> None:
        for _ in range(3):
            call = engine.synthesize(TEXT * 3, engine.info.voice, never)
            next(iter(call))
            call.close()  # type: ignore[attr-defined]
        assert len(joined(engine.synthesize("Hello.", engine.info.voice, never)))

    def test_it_speaks_to_several_at_once(self, engine: Engine) -> None:
        texts = [f"{TEXT} {word}." for word in ("One", "Two", "Three")]
        alone = [len(joined(engine.synthesize(text, engine.info.voice, never))) for text in texts]
        together = [0] * len(texts)

        def speak(index: int) -> None:
            together[index] = len(joined(engine.synthesize(texts[index], engine.info.voice, never)))

        threads = [threading.Thread(target=speak, args=(index,)) for index in range(len(texts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=20)
        assert together == pytest.approx(alone, rel=0.05)


def _word(mark: Mark) -> str:
    return TEXT[mark.offset : mark.offset + mark.length].strip(".,?! ")
