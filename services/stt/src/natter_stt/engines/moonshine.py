"""Moonshine (Useful Sensors, MIT) by onnxruntime: an encoder and a decoder over raw audio.

The model is from "Moonshine: Speech Recognition for Live Transcription and Voice Commands"
(arXiv:2410.15608). It takes audio of any length, so short turns are cheap.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnxruntime

from natter_protocol.audio import INPUT_RATE
from natter_runtime.errors import EngineError
from natter_stt.engine import NOTHING, EngineInfo, Hypothesis, Passage, Samples, StreamOptions, check_length
from natter_stt.engines.greedy import Choice, Written, write

LANGUAGE: Final = "en"
BOS: Final = 1
EOS: Final = 2
PAD: Final = INPUT_RATE // 2
"""Silence put before and after each passage, in samples: word error rate 4.4 % instead of 6.1 %."""
TOKENS_PER_S: Final = 6.5
"""No speech is faster; the bound is the model card's, against hallucination."""
MAX_MS: Final = 15_000
"""Beyond this the model leaves out text."""
FILES: Final = ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin")

_SENTENCE_END: Final = re.compile(r"[\"']*(\.|[?!]+)[\"']*")
_PUNCTUATION: Final = re.compile(r"[\"'.,?!…]+")

_PAST: Final = "past_key_values."

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the encoder made of the audio.

    Attributes:
        states: ``[1, frames, width]``.
        mask: ones, ``[1, samples]``; the decoder wants it by sample, not by frame.
    """

    states: Floats
    mask: npt.NDArray[np.int64]


class Tokenizer:
    """The pieces of text that the model writes, from ``tokenizer.bin``.

    The file is a sequence of byte strings, each behind its length: one byte below 128, else two,
    ``low + 128 * high - 128``.

    Raises:
        EngineError: ``data`` ends in the middle of a piece.
    """

    def __init__(self, data: bytes) -> None:
        self._pieces: list[bytes] = []
        at = 0
        while at < len(data):
            length, at = data[at], at + 1
            if length >= 128:
                length, at = int.from_bytes(data[at : at + 1]) * 128 + length - 128, at + 1
            self._pieces.append(data[at : at + length])
            at += length
        if at > len(data):
            raise EngineError("moonshine: tokenizer.bin ends in the middle of a piece")

    def __len__(self) -> int:
        return len(self._pieces)

    def text(self, tokens: Sequence[int]) -> str:
        """Return the text of ``tokens``, with single spaces between words."""
        pieces = b"".join(self._pieces[token] for token in tokens if token > EOS)
        return " ".join(pieces.decode("utf-8", "replace").replace("\u2581", " ").split())

    def matching(self, pattern: re.Pattern[str]) -> npt.NDArray[np.int64]:
        """Return the tokens whose whole text fits ``pattern``."""
        return np.array([token for token in range(len(self)) if pattern.fullmatch(self.text([token]))], np.int64)


class Moonshine:
    """The loaded model; see :class:`natter_stt.engine.Engine`.

    Args:
        folder: holds :data:`FILES`.
        model: the name it is known by.

    Raises:
        EngineError: a file is missing or is not what it should be.
    """

    def __init__(self, folder: Path, model: str) -> None:
        for name in FILES:
            if not (folder / name).is_file():
                raise EngineError(f"moonshine model {model}: {folder / name} is missing")
        self.info = EngineInfo("moonshine", model, (LANGUAGE,), MAX_MS, verifies_drafts=True)
        self._encoder = _session(folder / FILES[0])
        self._decoder = _session(folder / FILES[1])
        self._tokenizer = Tokenizer((folder / FILES[2]).read_bytes())
        self._ends = self._tokenizer.matching(_SENTENCE_END)
        self._punctuation = frozenset(self._tokenizer.matching(_PUNCTUATION).tolist())

    def warm_up(self) -> None:
        """See :class:`natter_stt.engine.Engine`."""
        noise = np.random.default_rng(0).normal(0, 0.01, INPUT_RATE).astype(np.float32)
        self.decode(Passage(noise), Hypothesis(tokens=(BOS + 2,)))

    def open(self, options: StreamOptions) -> Moonshine:
        """Return the engine itself: it knows one language and cannot be biased, so no session differs."""
        del options
        return self

    def decode(self, passage: Passage, draft: Hypothesis | None = None) -> Hypothesis:
        """See :class:`natter_stt.engine.Stream`."""
        check_length(passage, self.info)
        silence = np.zeros(PAD, np.float32)
        audio = np.concatenate([silence, passage.samples, silence])
        model = _Decoding(self._decoder, self._encode(audio), self._choice)
        return self._hypothesis(write(model, draft.tokens if draft else (), _budget(len(audio)), EOS))

    def _encode(self, audio: Samples) -> _Heard:
        mask = np.ones((1, len(audio)), np.int64)
        return _Heard(_run(self._encoder, {"input_values": audio[None], "attention_mask": mask})[0], mask)

    def _choice(self, logits: Floats) -> Choice:
        token = int(logits.argmax())
        odds = np.exp(logits - logits[token])
        total = float(odds.sum())
        return Choice(token, 1.0 / total, float(odds[self._ends].sum()) / total)

    def _hypothesis(self, written: Written) -> Hypothesis:
        text = self._tokenizer.text(written.tokens)
        if not text:
            return NOTHING
        at = len(written.tokens)
        while at > 0 and written.tokens[at - 1] in self._punctuation:
            at -= 1
        probabilities = [choice.probability for choice in written.choices[: len(written.tokens)]]
        return Hypothesis(
            text=text,
            tokens=tuple(written.tokens),
            confidence=float(np.mean(probabilities)),
            ends_sentence=written.choices[min(at, len(written.choices) - 1)].ends,
            language=LANGUAGE,
        )


class _Decoding:
    """The decoder on one passage, with its cache of keys and values; see :class:`natter_stt.engines.greedy.Model`."""

    def __init__(self, decoder: Any, heard: _Heard, choose: Callable[[Floats], Choice]) -> None:
        self._decoder = decoder
        self._heard = heard
        self._choose = choose
        self._outputs = [output.name for output in decoder.get_outputs()]
        self._cache: dict[str, Floats] = {
            entry.name.removeprefix(_PAST): np.zeros((1, entry.shape[1], 0, entry.shape[3]), np.float32)
            for entry in decoder.get_inputs()
            if entry.name.startswith(_PAST)
        }

    def begin(self, draft: Sequence[int]) -> Iterator[Choice]:
        return map(self._choose, self._run([BOS, *draft], first=True))

    def keep(self, count: int) -> None:
        for name in self._cache:
            if ".decoder." in name:
                self._cache[name] = self._cache[name][:, :, : 1 + count]

    def step(self, token: int) -> Choice:
        return self._choose(self._run([token], first=False)[-1])

    def _run(self, tokens: Sequence[int], *, first: bool) -> Floats:
        """Run the decoder over ``tokens``; extends the cache and returns the logits, ``[len(tokens), vocabulary]``."""
        inputs: dict[str, Any] = {
            "input_ids": np.array([tokens], np.int64),
            "encoder_hidden_states": self._heard.states,
            "encoder_attention_mask": self._heard.mask,
            "use_cache_branch": np.array([not first]),
        }
        inputs.update({_PAST + name: value for name, value in self._cache.items()})
        outputs = dict(zip(self._outputs, _run(self._decoder, inputs), strict=True))
        for name in self._cache:
            if first or ".decoder." in name:
                self._cache[name] = outputs["present." + name]
        logits: Floats = outputs["logits"][0]
        return logits


def _budget(samples: int) -> int:
    """Return how many tokens may be written for audio of ``samples``."""
    return int(samples / INPUT_RATE * TOKENS_PER_S) + 1


def _run(session: Any, inputs: dict[str, Any]) -> list[Any]:
    try:
        outputs: list[Any] = session.run(None, inputs)
    except Exception as error:  # onnxruntime's own classes have no common base below Exception
        raise EngineError(f"moonshine: {error}", retryable=True) from error
    return outputs


def _session(path: Path) -> Any:
    """Load one graph: one thread per call and no spinning, because calls run side by side."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own classes have no common base below Exception
        raise EngineError(f"{path}: {error}") from error
