"""What a speech engine is to this service: a shared, loaded voice that turns text into samples.

An engine is blocking and runs on a thread of the model executor. It is given text that is already
words (:mod:`natter_tts.normalize`); it knows nothing of replies, sessions or the bus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]
"""Mono, signed 16 bit; one dimension."""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine declares."""

    name: str
    model: str
    sample_rate: int
    """Of everything it returns, in Hz."""
    languages: tuple[str, ...]
    """ISO 639-1 codes."""
    voices: tuple[str, ...]
    voice: str
    """The one that is used when none, or an unknown one, is asked for."""
    streams: bool
    """Whether the first chunk comes well before the last."""
    word_times: bool
    """Whether chunks carry marks; else word times are estimated."""
    voice_languages: Mapping[str, str] = field(default_factory=dict)
    """ISO 639-1 code of each voice; a voice that is not among them speaks the first of ``languages``."""


@dataclass(frozen=True, slots=True)
class Mark:
    """``length`` characters of the given text, from ``offset`` on, begin at sample ``start``.

    Samples count from the first sample of the call. ``end`` is None where the engine only knows
    where words begin. Marks of one call come in the order of the text.
    """

    offset: int
    length: int
    start: int
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """Samples that follow those of the chunk before, and the marks that became known with them."""

    samples: Samples
    marks: tuple[Mark, ...] = field(default=())


class Engine(Protocol):
    """One loaded voice library or model, shared by all sessions of the process."""

    @property
    def info(self) -> EngineInfo:
        """What it is and can do."""
        ...

    def synthesize(self, text: str, voice: str, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        """Speak ``text``. Blocking; safe to call from several threads.

        Args:
            text: words and punctuation; no markup, no digits needed.
            voice: a name of ``info.voices``; any other means ``info.voice``.
            cancelled: asked now and then; once it is true the iterator ends soon.

        Raises:
            EngineError: the engine failed; it may be called again.
        """
        ...


def pick_voice(info: EngineInfo, wanted: str | None) -> str:
    """Return ``wanted`` if the engine has it, in whatever case it is written, else its default voice."""
    by_name = {voice.lower(): voice for voice in info.voices}
    return by_name.get((wanted or "").lower(), info.voice)
