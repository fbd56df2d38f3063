"""A recogniser that has been told beforehand what is said when; for tests and for rehearsing a call.

The script is a JSON file::

    {"language": "en", "lines": [{"at_ms": 500, "until_ms": 1500, "text": "Hello there."}]}

The words of a line are spread evenly over its time (``until_ms`` may be left out: 300 ms a word).
A word is heard in the passage that its middle lies in, so passages that touch share no word and lose
none. The samples themselves are not listened to.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from natter_protocol.audio import INPUT_RATE
from natter_runtime.errors import EngineError
from natter_stt.engine import NOTHING, EngineInfo, Hypothesis, Passage, StreamOptions, check_length

WORD_MS: Final = 300
MAX_MS: Final = 15_000


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is said from ``at_ms`` to ``until_ms`` of the session's input."""

    at_ms: int
    text: str
    until_ms: int | None = None


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is said in a session."""

    lines: tuple[Line, ...] = ()
    language: str = "en"


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    middle: int
    """The sample in the middle of it."""


def read(path: Path) -> Script:
    """Return the script in ``path``.

    Raises:
        EngineError: it cannot be read, or is not a script.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Script)
    except (OSError, msgspec.DecodeError) as error:
        raise EngineError(f"stt script {path}: {error}") from error


class Scripted:
    """See :class:`natter_stt.engine.Engine`; it is its own stream."""

    def __init__(self, script: Script, model: str = "script") -> None:
        self.info = EngineInfo("scripted", model, (script.language,), MAX_MS)
        self._words = tuple(word for line in script.lines for word in _words(line))

    def warm_up(self) -> None:
        """Nothing to load."""

    def open(self, options: StreamOptions) -> Scripted:
        """See :class:`natter_stt.engine.Engine`."""
        del options
        return self

    def decode(self, passage: Passage, draft: Hypothesis | None = None, *, careful: bool = False) -> Hypothesis:
        """See :class:`natter_stt.engine.Stream`."""
        del draft, careful
        check_length(passage, self.info)
        heard = [
            index for index, word in enumerate(self._words) if passage.first_sample <= word.middle < passage.end_sample
        ]
        if not heard:
            return NOTHING
        text = " ".join(self._words[index].text for index in heard)
        return Hypothesis(text, tuple(heard), 1.0, 1.0 if text[-1] in ".?!" else 0.0, self.info.languages[0])


def _words(line: Line) -> list[_Word]:
    texts = line.text.split()
    length = WORD_MS * len(texts) if line.until_ms is None else line.until_ms - line.at_ms
    return [
        _Word(text, (line.at_ms * len(texts) * 2 + length * (2 * index + 1)) * INPUT_RATE // (2000 * len(texts)))
        for index, text in enumerate(texts)
    ]
