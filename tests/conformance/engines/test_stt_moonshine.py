"""The embedded recogniser, on its real weights and on real speech."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="natter-stt[moonshine] is not installed")

from natter_runtime.config import RuntimeConfig, load
from natter_runtime.errors import EngineError
from natter_runtime.models import locate
from natter_stt.engine import Hypothesis, Passage, Samples, StreamOptions
from natter_stt.engines.moonshine import Moonshine, MoonshineStream
from natter_stt.segments import cuts
from natter_tts.engines.flite import Flite
from tests.support import corpus
from tests.support.stt_audio import MS, noise, read_wav
from tests.support.stt_contract import SttEngineContract
from tests.support.stt_words import errors, words

pytestmark = pytest.mark.models

CLIPS = (
    "misc_jfk.wav",
    "libri_1089-134686-0001.wav",
    "lj_LJ001-0005.wav",
    "librivox_0880.wav",
    "cmd_cards001.wav",
    "sb_spk1_snt1.wav",
    "arctic_axb_a0005.wav",
    "osr_00.wav",
)


@pytest.fixture(scope="module")
def moonshine() -> Moonshine:
    models = load(RuntimeConfig, os.environ).models
    try:
        folder: Path = locate("stt", "moonshine-tiny-en", models)
    except EngineError as error:
        pytest.skip(str(error))
    return Moonshine(folder, "moonshine-tiny-en")


class TestMoonshine(SttEngineContract):
    @pytest.fixture
    def engine(self, moonshine: Moonshine) -> Moonshine:
        return moonshine

    @pytest.fixture
    def speech(self) -> Passage:
        return Passage(read_wav(corpus.need("librivox_0880.wav").path))


def stream_of(engine: Moonshine, *keyterms: str) -> MoonshineStream:
    return engine.open(StreamOptions(keyterms=keyterms))


def test_real_speech_is_understood(moonshine: Moonshine) -> None:
    wrong = total = 0
    for clip in map(corpus.need, CLIPS):
        heard = stream_of(moonshine).decode(Passage(read_wav(clip.path)))
        wrong += errors(words(clip.text), words(heard.text))
        total += len(words(clip.text))
    assert wrong / total <= 0.10


@pytest.mark.parametrize("part", [0.6, 0.85])
def test_the_draft_of_the_beginning_leads_to_the_same_text(moonshine: Moonshine, part: float) -> None:
    for clip in map(corpus.need, CLIPS):
        sound = read_wav(clip.path)
        draft = stream_of(moonshine).decode(Passage(sound[: int(len(sound) * part)]))
        assert (
            stream_of(moonshine).decode(Passage(sound), draft).text == stream_of(moonshine).decode(Passage(sound)).text
        )


def test_a_sentence_ends_where_it_is_complete(moonshine: Moonshine) -> None:
    sound = read_wav(corpus.need("libri_1089-134691-0001.wav").path)
    whole = stream_of(moonshine).decode(Passage(sound))
    assert whole.ends_sentence is not None
    assert whole.ends_sentence > 0.9
    digits = stream_of(moonshine).decode(Passage(read_wav(corpus.need("cmd_vosk_digits.wav").path)))
    assert digits.ends_sentence is not None
    assert digits.ends_sentence < 0.5


def test_what_breaks_off_reads_incomplete(moonshine: Moonshine) -> None:
    """By the decoder alone: the sound of a cut after a function word is no matter here."""
    clip = corpus.need("libri_1089-134686-0000.wav")
    sound = read_wav(clip.path)
    stream = moonshine.open(StreamOptions())
    whole, cut = stream.decode(Passage(sound)), stream.decode(Passage(sound[: 15 * len(sound) // 40]))
    assert cut.text.lower().rstrip(".").endswith("and")
    assert whole.reads_complete is not None
    assert cut.reads_complete is not None
    assert whole.reads_complete > 5 * cut.reads_complete


def test_few_words_over_the_agent_are_compared_with_what_listeners_say(moonshine: Moonshine) -> None:
    def told(text: str) -> Hypothesis:
        audio = np.pad(spoken(text), (400 * MS, 200 * MS))
        return stream_of(moonshine).decode(Passage(audio, over_agent=True), careful=True)

    stop, grunt = told("Skip that."), told("um hum")
    assert grunt.text
    assert stop.backchannel is not None
    assert grunt.backchannel is not None
    assert stop.backchannel < -6 < grunt.backchannel
    assert stream_of(moonshine).decode(Passage(np.pad(spoken("um hum"), 400 * MS))).backchannel is None


def spoken(text: str) -> Samples:
    """Return what a synthetic voice says, unclear enough for doubt."""
    try:
        voice = Flite()
    except EngineError as error:
        pytest.skip(str(error))
    pcm = np.concatenate([chunk.samples for chunk in voice.synthesize(text, "awb", lambda: False)])
    return (pcm.astype(np.float32) / 32768 * 0.2).astype(np.float32)


def test_noise_does_not_run_away(moonshine: Moonshine) -> None:
    for seed in range(3):
        heard = stream_of(moonshine).decode(Passage(noise(15_000, 0.2, seed)))
        assert len(heard.tokens) <= 105


def test_speech_longer_than_a_passage_loses_nothing_where_it_is_cut(moonshine: Moonshine) -> None:
    clips = [corpus.need(name) for name in ("misc_jfk.wav", "lj_LJ001-0005.wav", "libri_2412-153948-0000.wav")]
    sound = np.concatenate([read_wav(clip.path) for clip in clips])
    edges = [0, *cuts(sound, moonshine.info.max_ms * MS), len(sound)]
    stream = moonshine.open(StreamOptions())
    heard = [stream.decode(Passage(sound[a:b], a)).text for a, b in itertools.pairwise(edges)]
    wanted = words(" ".join(clip.text for clip in clips))
    assert errors(wanted, words(" ".join(heard))) / len(wanted) <= 0.10


def test_care_helps_in_noise(moonshine: Moonshine) -> None:
    wrong = {False: 0, True: 0}
    for seed, clip in enumerate(map(corpus.need, CLIPS[3:])):
        sound = read_wav(clip.path)
        level = float(np.sqrt(np.mean(np.square(sound)))) * 10 ** (-5 / 20)
        noisy = Passage(sound + noise(len(sound) // MS + 1, level, seed)[: len(sound)])
        for careful in wrong:
            heard = stream_of(moonshine).decode(noisy, careful=careful)
            wrong[careful] += errors(words(clip.text), words(heard.text))
    assert wrong[True] <= wrong[False]


def test_a_name_that_was_misheard_is_put_right_if_it_was_expected(moonshine: Moonshine) -> None:
    clip = corpus.need("arctic_aew_a0002.wav")
    plain = stream_of(moonshine).decode(Passage(read_wav(clip.path)))
    assert "Whittemore" not in plain.text
    told = stream_of(moonshine, "Whittemore", "metoprolol").decode(Passage(read_wav(clip.path)))
    assert "Whittemore" in told.text


def test_what_was_not_said_is_not_put_in(moonshine: Moonshine) -> None:
    unrelated = ("metoprolol", "Anneliese Schmidt", "Kubernetes", "Okonkwo", "Xarelto", "Tadeusz")
    for clip in map(corpus.need, CLIPS):
        passage = Passage(read_wav(clip.path))
        assert stream_of(moonshine, *unrelated).decode(passage) == stream_of(moonshine).decode(passage)
