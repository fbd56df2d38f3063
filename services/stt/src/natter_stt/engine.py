"""The seam between the service and a recogniser.

A heavy :class:`Engine` is loaded once and shared by all sessions; a light :class:`Stream` belongs to
one session and holds what the client wished for. Decoding blocks, so it is called on the model
executor, never on the event loop. What an engine can do is declared in its :class:`EngineInfo`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from natter_protocol.audio import INPUT_RATE
from natter_runtime.errors import EngineError

Samples = npt.NDArray[np.float32]
"""Mono audio at 16 kHz, ``[n]``, between -1 and 1."""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine declares about itself.

    Attributes:
        name: of the engine, as in ``NATTER_STT_ENGINE``.
        model: what it has loaded.
        languages: ISO 639-1 codes it can hear.
        max_ms: the longest passage it takes, in milliseconds; longer audio is cut before.
        min_ms: the shortest.
        biases_keyterms: whether it can be told which rare words to expect.
        takes_prompt: whether it can be told what the conversation is about.
        verifies_drafts: whether a draft makes it faster.
        phantoms: what it writes where nobody spoke: whole texts, in lower case and without punctuation.
        doubtful: below this confidence a text of some length was not said; 0 if its confidence does not tell.
    """

    name: str
    model: str
    languages: tuple[str, ...]
    max_ms: int
    min_ms: int = 100
    biases_keyterms: bool = False
    takes_prompt: bool = False
    verifies_drafts: bool = False
    phantoms: tuple[str, ...] = ()
    doubtful: float = 0.0


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """What one session wishes for. An engine ignores what it does not declare.

    Attributes:
        languages: the ones to expect; one is certain, none is the engine's own choice.
        prompt: what the conversation is about.
        keyterms: rare words to expect.
    """

    languages: tuple[str, ...] = ()
    prompt: str = ""
    keyterms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a session's input audio.

    Attributes:
        samples: the audio itself.
        first_sample: where it lies on the session's sample axis.
        over_agent: whether all that is said is there, and was said while the agent spoke: it may be a back-channel.
    """

    samples: Samples
    first_sample: int = 0
    over_agent: bool = False

    @property
    def end_sample(self) -> int:
        """Position of the sample that follows it."""
        return self.first_sample + len(self.samples)

    @property
    def ms(self) -> int:
        """How long it is, in milliseconds."""
        return len(self.samples) * 1000 // INPUT_RATE


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What an engine believes was said in a passage.

    Attributes:
        text: the words, written as the engine writes them; empty for "nothing".
        tokens: the same in the engine's own units; only of use to it as a draft.
        confidence: mean probability of the tokens, 0-1; None if nothing was said.
        ends_sentence: probability that the engine puts a '.', '?' or '!' at the end of the passage,
            whether it did or not; None if nothing was said.
        language: ISO 639-1 code of what was said; empty if nothing was said.
        reads_complete: as ``ends_sentence``, by the engine's knowledge of the language alone, as if nothing could be
            heard; None if nothing was said, or the engine has no such knowledge apart from its hearing.
        backchannel: of unclear words over the agent, how much likelier (log-odds, mostly negative) than the text
            the likeliest back-channel ("okay", "mm-hmm") is by its sound; None if the text is clear or long, the
            passage was not said over the agent, or the engine cannot compare.
    """

    text: str = ""
    tokens: tuple[int, ...] = ()
    confidence: float | None = None
    ends_sentence: float | None = None
    language: str = ""
    reads_complete: float | None = None
    backchannel: float | None = None


NOTHING = Hypothesis()
"""Nothing was said."""


class Stream(Protocol):
    """One session's view of an engine. It may be called from several threads at once."""

    def decode(self, passage: Passage, draft: Hypothesis | None = None, *, careful: bool = False) -> Hypothesis:
        """Return what was said in ``passage``. Blocks for as long as the model takes.

        Args:
            passage: between ``min_ms`` and ``max_ms`` long; it is not changed.
            draft: an earlier hypothesis about audio that began with the same sample. It can make
                the answer faster, and should not make it another one.
            careful: whether it may take longer where it is in doubt, because others wait for the answer anyway.

        Raises:
            EngineError: the passage is too short or too long, or the model failed.
        """
        ...


class Engine(Protocol):
    """A loaded recogniser."""

    @property
    def info(self) -> EngineInfo:
        """What it is and what it can do."""
        ...

    def warm_up(self) -> None:
        """Decode something, so that the first call of a session is as fast as all others. Blocks.

        Raises:
            EngineError: the model failed.
        """
        ...

    def open(self, options: StreamOptions) -> Stream:
        """Return a stream with the wishes of one session. Cheap; does not block."""
        ...


def check_length(passage: Passage, info: EngineInfo) -> None:
    """Refuse a passage that the engine cannot hear as a whole.

    Raises:
        EngineError: it is shorter than ``min_ms`` or longer than ``max_ms``.
    """
    if not info.min_ms <= passage.ms <= info.max_ms:
        raise EngineError(f"{info.name}: a passage of {passage.ms} ms; it takes {info.min_ms} to {info.max_ms} ms")
