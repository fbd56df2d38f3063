"""What every recogniser must do, whatever it is made of. One class per engine inherits it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from natter_runtime.errors import EngineError
from natter_stt.engine import NOTHING, Engine, Hypothesis, Passage, StreamOptions
from tests.support.stt_audio import MS, noise


class SttEngineContract:
    """Inherit, and give the fixtures ``engine`` (loaded) and ``speech`` (a passage it hears words in)."""

    def test_it_says_what_it_is(self, engine: Engine) -> None:
        info = engine.info
        assert info.name
        assert info.model
        assert info.languages
        assert 0 < info.min_ms < info.max_ms <= 30_000

    def test_it_warms_up(self, engine: Engine) -> None:
        engine.warm_up()
        engine.warm_up()

    def test_it_hears_words(self, engine: Engine, speech: Passage) -> None:
        heard = engine.open(StreamOptions()).decode(speech)
        assert heard.text
        assert heard.text == " ".join(heard.text.split())
        assert heard.tokens
        assert all(isinstance(token, int) for token in heard.tokens)
        assert heard.confidence is not None
        assert 0 < heard.confidence <= 1
        assert heard.ends_sentence is not None
        assert 0 <= heard.ends_sentence <= 1
        assert heard.language in engine.info.languages

    def test_it_hears_the_same_again(self, engine: Engine, speech: Passage) -> None:
        stream = engine.open(StreamOptions())
        assert stream.decode(speech) == stream.decode(speech)

    def test_with_care_it_hears_words_too(self, engine: Engine, speech: Passage) -> None:
        stream = engine.open(StreamOptions())
        careful = stream.decode(speech, careful=True)
        assert careful.text
        assert careful.confidence is not None
        assert stream.decode(speech, careful=True) == careful

    def test_it_leaves_the_audio_alone(self, engine: Engine, speech: Passage) -> None:
        before = speech.samples.copy()
        engine.open(StreamOptions()).decode(speech)
        assert np.array_equal(before, speech.samples)

    def test_its_own_draft_changes_nothing(self, engine: Engine, speech: Passage) -> None:
        stream = engine.open(StreamOptions())
        alone = stream.decode(speech)
        assert stream.decode(speech, alone).text == alone.text

    def test_the_draft_of_a_shorter_passage_changes_nothing(self, engine: Engine, speech: Passage) -> None:
        stream = engine.open(StreamOptions())
        shorter = Passage(speech.samples[: len(speech.samples) * 2 // 3], speech.first_sample)
        assert stream.decode(speech, stream.decode(shorter)).text == stream.decode(speech).text

    def test_a_wrong_draft_changes_nothing(self, engine: Engine, speech: Passage) -> None:
        stream = engine.open(StreamOptions())
        wrong = Hypothesis("something else", tuple(range(3, 40)), 0.9, 0.9)
        assert stream.decode(speech, wrong).text == stream.decode(speech).text

    def test_an_empty_draft_is_none(self, engine: Engine, speech: Passage) -> None:
        stream = engine.open(StreamOptions())
        assert stream.decode(speech, NOTHING) == stream.decode(speech)

    @pytest.mark.parametrize("level", [0.0, 0.001, 0.3], ids=["nothing", "hiss", "noise"])
    def test_any_sound_gets_an_answer(self, engine: Engine, level: float) -> None:
        stream = engine.open(StreamOptions())
        for ms in (engine.info.min_ms, 1000, engine.info.max_ms):
            heard = stream.decode(Passage(noise(ms, level)))
            assert len(heard.text) < 40 * (2 + ms / 1000)

    @pytest.mark.parametrize("beyond", [-1, 1], ids=["short", "long"])
    def test_a_passage_out_of_bounds_is_an_engine_error(self, engine: Engine, beyond: int) -> None:
        ms = engine.info.min_ms - 1 if beyond < 0 else engine.info.max_ms + 1
        with pytest.raises(EngineError, match=engine.info.name):
            engine.open(StreamOptions()).decode(Passage(np.zeros(ms * MS, np.float32)))

    def test_streams_share_nothing(self, engine: Engine, speech: Passage) -> None:
        plain = engine.open(StreamOptions())
        alone = plain.decode(speech)
        wishful = engine.open(StreamOptions((engine.info.languages[0],), "A bakery.", ("sourdough",)))
        wishful.decode(Passage(noise(1000)))
        assert plain.decode(speech) == alone

    def test_any_wishes_are_accepted(self, engine: Engine, speech: Passage) -> None:
        long = StreamOptions(engine.info.languages, "Bread. " * 250, tuple(f"keyterm{index}" for index in range(100)))
        engine.open(long).decode(speech)

    def test_threads_do_not_disturb_each_other(self, engine: Engine, speech: Passage) -> None:
        stream = engine.open(StreamOptions())
        passages = [speech, Passage(speech.samples[: len(speech.samples) // 2], speech.first_sample)] * 2
        alone = [stream.decode(passage) for passage in passages]
        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(stream.decode, passages)) == alone
