"""Words for a person at a terminal. Results go to standard output, everything else to standard error."""

from __future__ import annotations

import sys
from typing import Final, TextIO

_CODES: Final = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}
_SERVICES: Final = {"gateway": "36", "turn": "33", "stt": "32", "llm": "35", "tts": "34", "nats": "90", "natter": "1"}
_WIDTH: Final = max(len(name) for name in _SERVICES)


def note(text: str) -> None:
    """Tell something by the way, on standard error."""
    print(f"natter: {text}", file=sys.stderr, flush=True)


def colours(stream: TextIO, no_color: str) -> bool:
    """Whether colours make sense on ``stream`` (https://no-color.org)."""
    return not no_color and stream.isatty()


def paint(text: str, style: str, enabled: bool = True) -> str:
    """Return ``text`` in one of the named styles."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if enabled else text


def prefixed(name: str, line: str, colour: bool) -> str:
    """Return ``line`` with the name of the service it comes from in front."""
    label = f"{name:<{_WIDTH}} |"
    if colour:
        label = f"\x1b[{_SERVICES.get(name, '0')}m{label}\x1b[0m"
    return f"{label} {line}"


class Lines:
    """Writes whole prefixed lines to one stream."""

    def __init__(self, stream: TextIO, colour: bool) -> None:
        self._stream = stream
        self._colour = colour

    def __call__(self, name: str, line: str) -> None:
        """Write one line of ``name``."""
        print(prefixed(name, line, self._colour), file=self._stream, flush=True)
