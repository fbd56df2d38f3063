"""Running the engine for one session: on the model executor, piece by piece, with a deadline."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from natter_protocol.audio import INPUT_RATE
from natter_runtime.errors import EngineError
from natter_runtime.executor import ModelExecutor, Priority
from natter_stt.ear import Ear
from natter_stt.engine import NOTHING, Engine, Hypothesis, Passage, Stream, StreamOptions
from natter_stt.phantoms import without_phantoms
from natter_stt.segments import cuts, is_empty
from natter_stt.utterance import Utterance

_SAMPLES_PER_MS: Final = INPUT_RATE // 1000


@dataclass(frozen=True, slots=True)
class Effort:
    """How much a decode is worth.

    Attributes:
        priority: against all other model calls of the service.
        expires_in: seconds after which it is not worth starting; None for always.
        drafts: whether it may start from the newest hypothesis.
        careful_ms: passages up to so long may take longer where the engine is in doubt.
    """

    priority: Priority
    expires_in: float | None = None
    drafts: bool = True
    careful_ms: int = 0


class Decoder:
    """Decodes utterances with one session's stream.

    Args:
        engine: the shared engine.
        executor: where it may block.
        timeout_s: a decode that takes longer has failed.
    """

    def __init__(self, engine: Engine, executor: ModelExecutor, timeout_s: float) -> None:
        self._engine = engine
        self._executor = executor
        self._timeout_s = timeout_s
        self._options = StreamOptions()
        self._stream: Stream = engine.open(self._options)

    def configure(self, options: StreamOptions) -> None:
        """Use ``options`` from the next decode on."""
        if options != self._options:
            self._options = options
            self._stream = self._engine.open(options)

    async def hear(self, utterance: Utterance, ear: Ear, end: int, effort: Effort) -> None:
        """Decode what is open of ``utterance`` up to ``end``; what is too long for one piece is settled.

        Raises:
            EngineError: the engine failed or took too long. What was settled before stays.
            Skipped: it expired before its turn came.
        """
        passage = ear.passage(utterance.segment_start, end)
        ends = [*cuts(passage.samples, self._engine.info.max_ms * _SAMPLES_PER_MS), len(passage.samples)]
        draft = utterance.latest if effort.drafts and utterance.latest.text else None
        start = 0
        over_agent = utterance.over_agent and not utterance.settled and effort.priority is not Priority.PARTIAL
        for cut in ends:
            piece = Passage(passage.samples[start:cut], passage.first_sample + start, over_agent and len(ends) == 1)
            segment = utterance.segment_start
            hypothesis = await self._decode(piece, draft, effort)
            if not utterance.heard(hypothesis, segment, piece.end_sample):
                return
            if cut != ends[-1]:
                utterance.settle(piece.end_sample)
            start, draft = cut, None

    async def _decode(self, passage: Passage, draft: Hypothesis | None, effort: Effort) -> Hypothesis:
        if passage.ms < self._engine.info.min_ms or is_empty(passage.samples):
            return NOTHING
        stream, careful = self._stream, passage.ms <= effort.careful_ms
        try:
            async with asyncio.timeout(self._timeout_s):
                hypothesis = await self._executor.run(
                    lambda: _contained(stream, passage, draft, careful=careful),
                    priority=effort.priority,
                    expires_in=effort.expires_in,
                )
        except TimeoutError:
            raise EngineError(f"no answer in {self._timeout_s:g} s", retryable=True) from None
        return without_phantoms(hypothesis, self._engine.info)


def _contained(stream: Stream, passage: Passage, draft: Hypothesis | None, *, careful: bool) -> Hypothesis:
    """Decode; whatever a model's library raises becomes an EngineError."""
    try:
        return stream.decode(passage, draft, careful=careful)
    except EngineError:
        raise
    except Exception as error:
        raise EngineError(f"{type(error).__name__}: {error}") from error
