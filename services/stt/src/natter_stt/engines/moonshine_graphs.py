"""Moonshine's two graphs under onnxruntime: the encoder, and the decoder with its cache.

Several takes of one passage (:mod:`natter_stt.engines.moonshine`) are heard at once: they are a batch, and what
the decoder believes is the mean of their log-probabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnxruntime

from natter_runtime.errors import EngineError
from natter_stt.engine import Samples
from natter_stt.engines.greedy import Choice

BOS: Final = 1
FILES: Final = ("encoder_model.ort", "decoder_model_merged.ort")
_PAST: Final = "past_key_values."
_GROWING: Final = ".decoder."
"""In the name of what the cache holds of the text; the rest is of the audio and stays."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Heard:
    """What the encoder made of the takes of a passage.

    Attributes:
        states: ``[takes, frames, width]``.
        mask: ones, ``[takes, samples]``; the decoder wants it by sample, not by frame.
    """

    states: Floats
    mask: npt.NDArray[np.int64]

    def beside(self, other: Heard) -> Heard:
        """Return the takes of both, which are equally long."""
        return Heard(np.concatenate([self.states, other.states]), np.concatenate([self.mask, other.mask]))


class Graphs:
    """The loaded graphs; they may be used from several threads.

    Args:
        folder: holds :data:`FILES`.

    Raises:
        EngineError: one cannot be loaded.
    """

    def __init__(self, folder: Path) -> None:
        self._encoder = _session(folder / FILES[0])
        self.decoder = _session(folder / FILES[1])
        self.outputs = [output.name for output in self.decoder.get_outputs()]
        self.cached = [entry for entry in self.decoder.get_inputs() if entry.name.startswith(_PAST)]

    def hear(self, takes: Sequence[Samples]) -> Heard:
        """Return what the encoder makes of ``takes``, which are equally long."""
        audio = np.stack(takes)
        mask = np.ones(audio.shape, np.int64)
        return Heard(run(self._encoder, {"input_values": audio, "attention_mask": mask})[0], mask)

    def score(self, heard: Heard, rows: Sequence[Sequence[int]]) -> list[Floats]:
        """Return the log-probability of each token of each of ``rows``, judged by the first take alone."""
        longest = max(len(row) for row in rows)
        tokens = [[BOS, *row] + [BOS] * (longest - len(row)) for row in rows]
        first = Heard(heard.states[:1].repeat(len(rows), 0), heard.mask[:1].repeat(len(rows), 0))
        odds = Rows(self, first).run(tokens, first=True)
        return [odds[at, np.arange(len(row)), list(row)] for at, row in enumerate(rows)]


class Rows:
    """The decoder with its cache of keys and values, on one passage: so many texts side by side.

    Args:
        graphs: the loaded graphs.
        heard: what each row hears.
    """

    def __init__(self, graphs: Graphs, heard: Heard) -> None:
        self._graphs = graphs
        self._heard = heard
        self._cache: dict[str, Floats] = {
            entry.name.removeprefix(_PAST): np.zeros((len(heard.states), entry.shape[1], 0, entry.shape[3]), np.float32)
            for entry in graphs.cached
        }

    def run(self, tokens: Sequence[Sequence[int]], *, first: bool) -> Floats:
        """Let each row take its ``tokens``; return what it believes after each.

        Returns:
            log-probabilities, ``[rows, tokens, vocabulary]``.
        """
        inputs: dict[str, Any] = {
            "input_ids": np.array(tokens, np.int64),
            "encoder_hidden_states": self._heard.states,
            "encoder_attention_mask": self._heard.mask,
            "use_cache_branch": np.array([not first]),
        }
        inputs.update({_PAST + name: value for name, value in self._cache.items()})
        outputs = dict(zip(self._graphs.outputs, run(self._graphs.decoder, inputs), strict=True))
        for name in self._cache:
            if first or _GROWING in name:
                self._cache[name] = outputs["present." + name]
        return log_softmax(outputs["logits"])

    def keep(self, count: int) -> None:
        """Forget all but the first ``count`` tokens of each row."""
        for name in self._cache:
            if _GROWING in name:
                self._cache[name] = self._cache[name][:, :, :count]

    def go_on(self, rows: Sequence[int]) -> None:
        """Let the given rows of the last run be those of the next; each hears what it heard before."""
        changed = len(self._heard.states) != len(rows)
        for name, value in self._cache.items():
            if changed or _GROWING in name:
                self._cache[name] = value[list(rows)]
        if changed:
            self._heard = Heard(self._heard.states[list(rows)], self._heard.mask[list(rows)])


class Decoding:
    """One text on a passage, whose takes believe together; see :class:`natter_stt.engines.greedy.Model`.

    Args:
        graphs: the loaded graphs.
        heard: the passage, in one or more takes.
        choose: makes a choice of log-probabilities, ``[vocabulary]``.
    """

    def __init__(self, graphs: Graphs, heard: Heard, choose: Callable[[Floats], Choice]) -> None:
        self._takes = len(heard.states)
        self._rows = Rows(graphs, heard)
        self._choose = choose

    def begin(self, draft: Sequence[int]) -> Iterator[Choice]:
        """See :class:`natter_stt.engines.greedy.Model`."""
        return map(self._choose, together(self._rows.run([[BOS, *draft]] * self._takes, first=True)))

    def keep(self, count: int) -> None:
        """See :class:`natter_stt.engines.greedy.Model`."""
        self._rows.keep(1 + count)

    def step(self, token: int) -> Choice:
        """See :class:`natter_stt.engines.greedy.Model`."""
        return self._choose(together(self._rows.run([[token]] * self._takes, first=False))[-1])


class Search:
    """Several texts on a passage, whose takes believe together; see :class:`natter_stt.engines.beam.Beams`."""

    def __init__(self, graphs: Graphs, heard: Heard) -> None:
        self._takes = len(heard.states)
        self._rows = Rows(graphs, heard)

    def start(self) -> Floats:
        """See :class:`natter_stt.engines.beam.Beams`."""
        return together(self._rows.run([[BOS]] * self._takes, first=True))

    def extend(self, origins: Sequence[int], tokens: Sequence[int]) -> Floats:
        """See :class:`natter_stt.engines.beam.Beams`."""
        takes = range(self._takes)
        self._rows.go_on([origin * self._takes + take for origin in origins for take in takes])
        odds = self._rows.run([[token] for token in tokens for _ in takes], first=False)
        return np.concatenate([together(odds[at : at + self._takes]) for at in range(0, len(odds), self._takes)])


def together(odds: Floats) -> Floats:
    """Return what several takes believe together: the mean of their log-probabilities, ``[tokens, vocabulary]``."""
    return odds[0] if len(odds) == 1 else log_softmax(odds.mean(axis=0))


def log_softmax(logits: Floats) -> Floats:
    """Return log-probabilities along the last axis."""
    below: Floats = logits - logits.max(axis=-1, keepdims=True)
    odds: Floats = below - np.log(np.exp(below).sum(axis=-1, keepdims=True))
    return odds


def run(session: Any, inputs: dict[str, Any]) -> list[Any]:
    """Run a graph.

    Raises:
        EngineError: it failed.
    """
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
