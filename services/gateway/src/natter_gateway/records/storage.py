"""Where the files of recordings lie, as the shelf asks for it: in a :mod:`.folder` or in a :mod:`.bucket`. Blocking.

A name is ``<folder>/<file>``; nothing lies deeper. What is there is there as a whole: nobody ever reads the half of it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class Unavailable(OSError):
    """The storage does not do it now; what was asked may be asked again."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is there: how many bytes it has, and when it was written (wall clock)."""

    size: int
    modified: float
    path: Path | None = None
    """Where it is on this machine, if it is."""


class Storage(Protocol):
    """See the module. Everything may raise OSError, and :class:`Unavailable` where it may be better later."""

    def put(self, name: str, data: bytes) -> None:
        """Write a file, over one that may be there."""
        ...

    def draft(self, name: str) -> AbstractContextManager[Path]:
        """Return where on this machine to write a file; at the end of the block it is put where it belongs.

        If the block raises, nothing of it remains.
        """
        ...

    def get(self, name: str) -> bytes:
        """Return a file.

        Raises:
            FileNotFoundError: it is not there.
        """
        ...

    def part(self, name: str, start: int, end: int) -> bytes:
        """Return the bytes of a file from ``start`` up to ``end``, which is not in it any more.

        Raises:
            FileNotFoundError: it is not there.
        """
        ...

    def find(self, name: str) -> Kept | None:
        """Return what is known of a file; None if it is not there."""
        ...

    def files(self, folder: str) -> list[str]:
        """Return the names of what is in a folder, without the folder's own."""
        ...

    def clear(self, folder: str, keep: str = "") -> None:
        """Delete everything in a folder but the file ``keep``; without one, the folder too. It need not exist."""
        ...

    def folders(self) -> dict[str, float]:
        """Return every folder, and when something in it was last written (wall clock)."""
        ...
