"""Server-sent events: bytes in, the data of whole events out. Pure.

The grammar is that of the HTML standard (section 9.2, server-sent events), reduced to what a chat
stream uses: ``data`` fields; comments, other fields and a byte order mark are skipped.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

MAX_EVENT: Final = 4 * 1024 * 1024
"""Characters; a longer event is not a token stream (rule R6: every buffer has a bound)."""
_END: Final = re.compile(r"\r\n|\n|\r")


class SseError(ValueError):
    """What came is no event stream."""


class SseParser:
    """Takes a stream in pieces of any size, cut anywhere, even inside a character."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self._rest = ""
        self._data: list[str] = []
        self._size = 0

    def feed(self, piece: bytes) -> list[str]:
        """Return the data of the events that ``piece`` completes.

        Raises:
            SseError: an event has become longer than :data:`MAX_EVENT`.
        """
        self._rest += self._decoder.decode(piece)
        if len(self._rest) + self._size > MAX_EVENT:
            raise SseError(f"an event of more than {MAX_EVENT} characters")
        events: list[str] = []
        while (line := self._line()) is not None:
            self._take(line, events)
        return events

    def end(self) -> list[str]:
        """Return the data of an event that the end of the stream completes.

        The standard drops it; servers that forget the last blank line are too many for that.
        """
        events = self.feed(b"\n\n")
        self._rest = ""
        return events

    def _line(self) -> str | None:
        """Cut one line off, ended by LF, CR or CR LF; None if no whole one is there."""
        end = _END.search(self._rest)
        if end is None or (end.group() == "\r" and end.end() == len(self._rest)):  # a line feed may still follow
            return None
        line, self._rest = self._rest[: end.start()], self._rest[end.end() :]
        return line

    def _take(self, line: str, events: list[str]) -> None:
        if not line:
            if self._data:
                events.append("\n".join(self._data))
                self._data.clear()
                self._size = 0
            return
        field, _, value = line.partition(":")
        if field == "data":
            self._data.append(value.removeprefix(" "))
            self._size += len(value)
