"""Moonshine (Useful Sensors, MIT) by onnxruntime: an encoder and a decoder over raw audio.

The model is from "Moonshine: Speech Recognition for Live Transcription and Voice Commands"
(arXiv:2410.15608). It takes audio of any length, so short turns are cheap.

A passage is heard once, greedily, from the draft if there is one. Where that leaves doubt and there is time
(a final), it is heard again in two takes at once, the second with its steady noise taken down and its
silence laid otherwise; the likeliest text for both together is searched for. Keyterms are judged last: what sounds like
one is replaced by it if the model, asked for both, holds the keyterm for nearly as likely. A few unclear words over
the agent are compared with what listeners say: the model writes words for a grunt, but hardly holds them for likelier.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from natter_protocol.audio import INPUT_RATE
from natter_runtime.errors import EngineError
from natter_stt.engine import NOTHING, EngineInfo, Hypothesis, Passage, Samples, StreamOptions, check_length
from natter_stt.engines.beam import search
from natter_stt.engines.denoise import quieter
from natter_stt.engines.greedy import Choice, Written, write
from natter_stt.engines.keyterms import Candidate, candidates, chosen
from natter_stt.engines.moonshine_graphs import BOS, Decoding, Floats, Graphs, Heard, Rows, Search, together
from natter_stt.engines.moonshine_graphs import FILES as GRAPH_FILES
from natter_stt.engines.repetition import loop_at_end
from natter_stt.engines.tokenizer import Tokenizer

LANGUAGE: Final = "en"
EOS: Final = 2
PAD: Final = INPUT_RATE // 2
"""Silence put before and after each passage, in samples: word error rate 4.4 % instead of 6.1 %."""
TOKENS_PER_S: Final = 6.5
"""No speech is faster; the bound is the model card's, against hallucination."""
MAX_MS: Final = 15_000
"""Beyond this the model leaves out text."""
FILES: Final = (*GRAPH_FILES, "tokenizer.bin")
SURE: Final = 0.9
"""Below this confidence a passage is worth a second hearing."""
WIDTH: Final = 3
"""Beginnings that the second hearing keeps side by side."""
PHANTOMS: Final = ("you",)
"""What the model writes for silence, clicks and noise."""
DOUBTFUL: Final = 0.4
"""Confidence of what it writes for voices in the background; speech at 5 dB has more than 0.45."""

BACKCHANNELS: Final = (
    *"Okay. Right. Yeah. Yes. Mm-hmm. Uh-huh. Hmm. Um. Oh. Sure. Good. Great. Wow.".split(),
    *("I see.", "Got it.", "All right.", "Oh, okay.", "Yeah, sure.", "Right, okay.", "Makes sense."),
)
"""What listeners say, as the model writes it: these and what sounds like them."""
BACKCHANNEL_MS: Final = 2_000
"""The longest passage, with the silence around it, that may be one."""

SILENCE: Final = INPUT_RATE // 2
"""Audio of which the encoder has nothing to tell: what the decoder writes then, it writes by its own lights."""

_SENTENCE_END: Final = re.compile(r"[\"']*(\.|[?!]+)[\"']*")
_PUNCTUATION: Final = re.compile(r"[\"'.,?!…]+")


class Moonshine:
    """The loaded model; see :class:`natter_stt.engine.Engine`.

    Args:
        folder: holds :data:`FILES`.
        model: the name it is known by.
        pad: silence put before and after each passage, in samples; benchmarks compare.

    Raises:
        EngineError: a file is missing or is not what it should be.
    """

    def __init__(self, folder: Path, model: str, pad: int = PAD) -> None:
        for name in FILES:
            if not (folder / name).is_file():
                raise EngineError(f"moonshine model {model}: {folder / name} is missing")
        self.info = EngineInfo(
            "moonshine",
            model,
            (LANGUAGE,),
            MAX_MS,
            biases_keyterms=True,
            verifies_drafts=True,
            phantoms=PHANTOMS,
            doubtful=DOUBTFUL,
        )
        self._pad = pad
        self._graphs = Graphs(folder)
        self._tokenizer = Tokenizer((folder / FILES[2]).read_bytes())
        self._ends = self._tokenizer.matching(_SENTENCE_END)
        self._punctuation = frozenset(self._tokenizer.matching(_PUNCTUATION).tolist())
        self._backchannels = [[*self._tokenizer.tokens(text), EOS] for text in BACKCHANNELS]
        self._silence = self._graphs.hear([np.zeros(SILENCE, np.float32)])

    def warm_up(self) -> None:
        """See :class:`natter_stt.engine.Engine`."""
        noise = np.random.default_rng(0).normal(0, 0.01, INPUT_RATE).astype(np.float32)
        self.open(StreamOptions()).decode(Passage(noise), Hypothesis(tokens=(BOS + 2,)), careful=True)

    def open(self, options: StreamOptions) -> MoonshineStream:
        """See :class:`natter_stt.engine.Engine`."""
        return MoonshineStream(self, options.keyterms)

    def hear(self, samples: Samples, draft: Sequence[int]) -> tuple[Heard, Written]:
        """Hear a passage once."""
        heard = self._graphs.hear([np.pad(samples, self._pad)])
        return heard, self._write(heard, draft)

    def hear_again(self, samples: Samples, heard: Heard) -> tuple[Heard, Written]:
        """Hear a passage in two takes at once, what was heard and another; write the likeliest text for both."""
        both = heard.beside(self._graphs.hear([np.pad(quieter(samples), (0, 2 * self._pad))]))
        tokens = search(Search(self._graphs, both), WIDTH, _budget(both), EOS)
        tokens = tokens[: len(tokens) - loop_at_end(tokens)]
        beliefs = together(Rows(self._graphs, both).run([[BOS, *tokens]] * len(both.states), first=True))
        return both, Written(tokens, [self._believed(*one) for one in zip(beliefs, [*tokens, EOS], strict=True)])

    def with_keyterms(self, heard: Heard, written: Written, terms: Sequence[str]) -> Written:
        """Return what was written, with the keyterms that the audio allows for."""
        words = self._tokenizer.words(written.tokens, self._punctuation)
        odds = [choice.probability for choice in written.choices]
        sure = [min(odds[word.start : word.end]) for word in words]
        found = candidates([word.text for word in words], sure, terms)
        if not found:
            return written
        spans = [(words[candidate.first].start, words[candidate.end - 1].end) for candidate in found]
        rows = [self._replaced(written.tokens, span, one) for span, one in zip(spans, found, strict=True)]
        scores = self._graphs.score(heard, [written.tokens, *rows])
        gains = [float(score.sum() - scores[0].sum()) for score in scores[1:]]
        for index in sorted(chosen(found, gains), key=lambda index: -spans[index][0]):
            written = _rewritten(written, spans[index], self._tokenizer.tokens(found[index].term))
        return written

    def backchannel(self, heard: Heard, written: Written) -> float:
        """Return how much likelier (log-odds) than what was written the likeliest back-channel is."""
        text, *others = self._graphs.score(heard, [[*written.tokens, EOS], *self._backchannels])
        return float(max(odds.sum() for odds in others) - text.sum())

    def hypothesis(self, written: Written) -> Hypothesis:
        """Return what was written as text, with how sure the model is."""
        text = self._tokenizer.text(written.tokens)
        if text.count('"') % 2:
            text = text.replace('"', "")  # the other one stood at a word that a keyterm took the place of
        if not text:
            return NOTHING
        at = len(written.tokens)
        while at > 0 and written.tokens[at - 1] in self._punctuation:
            at -= 1
        return Hypothesis(
            text=text,
            tokens=tuple(written.tokens),
            confidence=confidence(written),
            ends_sentence=written.choices[min(at, len(written.choices) - 1)].ends,
            reads_complete=self._reads_complete(written.tokens[:at]),
            language=LANGUAGE,
        )

    def _reads_complete(self, tokens: Sequence[int]) -> float | None:
        """Return the probability of a sentence's end behind ``tokens``, by the decoder alone.

        An encoder-decoder model has a language model inside, which is asked by leaving nothing to hear
        (Meng et al., "Internal Language Model Estimation", arXiv:2011.01991, zero the encoder for it).
        """
        if not tokens:
            return None
        *_, choice = Decoding(self._graphs, self._silence, self._choice).begin(tokens)
        return choice.ends

    def _write(self, heard: Heard, draft: Sequence[int]) -> Written:
        return write(Decoding(self._graphs, heard, self._choice), draft, _budget(heard), EOS)

    def _choice(self, beliefs: Floats) -> Choice:
        return self._believed(beliefs, int(beliefs.argmax()))

    def _believed(self, beliefs: Floats, token: int) -> Choice:
        return Choice(token, float(np.exp(beliefs[token])), float(np.exp(beliefs[self._ends]).sum()))

    def _replaced(self, tokens: Sequence[int], span: tuple[int, int], candidate: Candidate) -> list[int]:
        return [*tokens[: span[0]], *self._tokenizer.tokens(candidate.term), *tokens[span[1] :]]


class MoonshineStream:
    """See :class:`natter_stt.engine.Stream`."""

    def __init__(self, engine: Moonshine, keyterms: tuple[str, ...]) -> None:
        self._engine = engine
        self._keyterms = keyterms

    def decode(self, passage: Passage, draft: Hypothesis | None = None, *, careful: bool = False) -> Hypothesis:
        """See :class:`natter_stt.engine.Stream`."""
        engine = self._engine
        check_length(passage, engine.info)
        heard, written = engine.hear(passage.samples, draft.tokens if draft else ())
        if careful and confidence(written) < SURE:
            heard, written = engine.hear_again(passage.samples, heard)
        if self._keyterms and written.tokens:
            written = engine.with_keyterms(heard, written, self._keyterms)
        hypothesis = engine.hypothesis(written)
        if passage.over_agent and passage.ms <= BACKCHANNEL_MS and hypothesis.text and confidence(written) < SURE:
            return replace(hypothesis, backchannel=engine.backchannel(heard, written))
        return hypothesis


def _budget(heard: Heard) -> int:
    """Return how many tokens may be written for what was heard."""
    return int(heard.mask.shape[1] / INPUT_RATE * TOKENS_PER_S) + 1


def confidence(written: Written) -> float:
    """Return the mean probability of what was written; 0 for nothing."""
    probabilities = [choice.probability for choice in written.choices[: len(written.tokens)]]
    return float(np.mean(probabilities)) if probabilities else 0.0


def _rewritten(written: Written, span: tuple[int, int], tokens: list[int]) -> Written:
    """Return what was written with ``tokens`` in the place of ``span``; they are as sure as what was there."""
    start, end = span
    before = written.choices[start:end]
    sure = float(np.mean([choice.probability for choice in before]))
    choices = [Choice(token, sure, before[0].ends) for token in tokens]
    return Written(
        [*written.tokens[:start], *tokens, *written.tokens[end:]],
        [*written.choices[:start], *choices, *written.choices[end:]],
    )
