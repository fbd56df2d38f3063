"""Where the sound of calls lies: a folder for each, chunks while the call runs, one file when it is over. Blocking.

::

    <session>/<claim>-<index>.user.flac     chunks, as they come
    <session>/<claim>-<index>.agent.flac
    <session>/audio.ogg                     in their place, in the end

A chunk is named by who recorded it (the gateway's claim on the session), so two gateways that had a call one after
the other never write the same file, and any third one can put it together. The folders are in ``<data>/recordings``,
or in a bucket.
"""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from natter_gateway.records import sound
from natter_gateway.records.folder import Folder
from natter_gateway.records.sound import Samples
from natter_gateway.records.storage import Kept, Storage
from natter_gateway.records.tape import Chunk
from natter_runtime.errors import UsageError

AUDIO: Final = "audio.ogg"
CHANNELS: Final = ("user", "agent")
Chunks = dict[int, dict[str, list[str]]]
"""Index, channel, and the files of each claim in their order."""

_CHUNK: Final = re.compile(r"(\d+)-(\d+)\.(user|agent)\.flac")
_SESSION: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_OURS: Final = "sess_"
"""What the ids of all sessions begin with: other folders are none of ours, though a bucket may have them."""


class Shelf:
    """See the module.

    Args:
        storage: shared by all gateways that shall finish each other's recordings.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def put(self, session: str, claim: int, chunk: Chunk) -> None:
        """Write a chunk; a half-written one is never seen.

        Raises:
            OSError: it cannot be written.
        """
        coded = {
            "user": sound.to_flac(chunk.user, sound.USER_RATE),
            "agent": sound.to_flac(chunk.agent, chunk.agent_rate),
        }
        for channel, data in coded.items():
            self._storage.put(f"{_folder(session)}/{claim}-{chunk.index}.{channel}.flac", data)

    def chunks(self, session: str) -> Chunks:
        """Return what there is of a session.

        Raises:
            OSError: it cannot be seen now.
        """
        found: dict[int, dict[str, list[tuple[int, str]]]] = defaultdict(lambda: defaultdict(list))
        for name in self._storage.files(_folder(session)):
            if match := _CHUNK.fullmatch(name):
                found[int(match[2])][match[3]].append((int(match[1]), name))
        return {
            index: {channel: [name for _, name in sorted(files)] for channel, files in channels.items()}
            for index, channels in sorted(found.items())
        }

    def chunk(self, session: str, name: str) -> tuple[Samples, int]:
        """Return the samples of one file of :meth:`chunks`, and their rate.

        Raises:
            Unavailable: it cannot be read now.
            OSError: it is damaged, or gone.
        """
        return sound.from_flac(self._storage.get(f"{_folder(session)}/{name}"))

    def draft(self, session: str) -> AbstractContextManager[Path]:
        """Return where on this machine to write the recording of a session; it is put away at the end of the block.

        Raises:
            OSError: it cannot be written, or not be put away; nothing of it remains.
        """
        return self._storage.draft(_audio(session))

    def recording(self, session: str) -> Kept | None:
        """Return what is known of the finished recording of a session; None if there is none.

        Raises:
            OSError: it cannot be seen now.
        """
        return self._storage.find(_audio(session))

    def read(self, session: str, start: int, end: int) -> bytes:
        """Return the bytes of the finished recording of a session from ``start`` up to ``end``, not included.

        Raises:
            OSError: it cannot be read, or not now.
        """
        return self._storage.part(_audio(session), start, end)

    def drop_chunks(self, session: str) -> None:
        """Delete the chunks of a session, and what was left half-written; the finished recording stays.

        Raises:
            OSError: they cannot be deleted.
        """
        self._storage.clear(_folder(session), keep=AUDIO)

    def remove(self, session: str) -> None:
        """Delete all sound of a session.

        Raises:
            OSError: it cannot be deleted.
        """
        self._storage.clear(_folder(session))

    def sessions(self) -> list[str]:
        """Return the sessions of which there is sound.

        Raises:
            OSError: they cannot be seen now.
        """
        return sorted(name for name in self._storage.folders() if name.startswith(_OURS))

    def untouched_since(self, moment: float) -> list[str]:
        """Return the sessions to whose folder nothing was added since ``moment`` (wall clock).

        Raises:
            OSError: they cannot be seen now.
        """
        times = self._storage.folders()
        return sorted(name for name, touched in times.items() if touched < moment and name.startswith(_OURS))


def open_shelf(url: str, data: Path) -> Shelf:
    """Return the shelf that the settings name.

    Args:
        url: ``s3://bucket/prefix?endpoint=https://host&region=name``, or empty for a folder in ``data``.

    Raises:
        UsageError: the URL is wrong, or what it needs is not installed.
    """
    if not url:
        return Shelf(Folder(data / "recordings"))
    try:
        from natter_gateway.records.bucket import Address, Bucket
    except ImportError as error:
        raise UsageError("NATTER_RECORDINGS_URL needs obstore: install natter-gateway[s3]") from error
    try:
        return Shelf(Bucket(Address.of(url)))
    except ValueError as error:
        raise UsageError(f"NATTER_RECORDINGS_URL: {error}") from error


def _folder(session: str) -> str:
    """Return the folder of a session.

    Raises:
        ValueError: the id is none.
    """
    if not _SESSION.fullmatch(session):
        raise ValueError(f"session {session!r}: expected 1-64 of A-Z a-z 0-9 _ -")
    return session


def _audio(session: str) -> str:
    return f"{_folder(session)}/{AUDIO}"
