"""Where the sound of calls lies: a folder for each, chunks while the call runs, one file when it is over. Blocking.

::

    <data>/recordings/<session>/<claim>-<index>.user.flac     chunks, as they come
    <data>/recordings/<session>/<claim>-<index>.agent.flac
    <data>/recordings/<session>/audio.ogg                     in their place, in the end

A chunk is named by who recorded it (the gateway's claim on the session), so two gateways that had a call one after
the other never write the same file, and any third one can put it together.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Final

from natter_gateway.records import sound
from natter_gateway.records.tape import Chunk

AUDIO: Final = "audio.ogg"
CHANNELS: Final = ("user", "agent")
Chunks = dict[int, dict[str, list[Path]]]
"""Index, channel, and the files of each claim in their order."""

_CHUNK: Final = re.compile(r"(\d+)-(\d+)\.(user|agent)\.flac")
_SESSION: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Shelf:
    """See the module.

    Args:
        data: the gateway's folder, shared by all gateways that shall finish each other's recordings.
    """

    def __init__(self, data: Path) -> None:
        self._root = data / "recordings"

    def folder(self, session: str) -> Path:
        """Return the folder of a session; it need not exist.

        Raises:
            ValueError: the id is none.
        """
        if not _SESSION.fullmatch(session):
            raise ValueError(f"session {session!r}: expected 1-64 of A-Z a-z 0-9 _ -")
        return self._root / session

    def audio(self, session: str) -> Path:
        """Return the finished recording of a session; it need not exist."""
        return self.folder(session) / AUDIO

    def put(self, session: str, claim: int, chunk: Chunk) -> None:
        """Write a chunk; a half-written one is never seen.

        Raises:
            OSError: it cannot be written; nothing of it remains.
        """
        folder = self.folder(session)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        coded = {
            "user": sound.to_flac(chunk.user, sound.USER_RATE),
            "agent": sound.to_flac(chunk.agent, chunk.agent_rate),
        }
        for channel, data in coded.items():
            write_whole(folder / f"{claim}-{chunk.index}.{channel}.flac", data)

    def chunks(self, session: str) -> Chunks:
        """Return what there is of a session."""
        found: dict[int, dict[str, list[tuple[int, Path]]]] = defaultdict(lambda: defaultdict(list))
        folder = self.folder(session)
        for path in folder.iterdir() if folder.is_dir() else ():
            if match := _CHUNK.fullmatch(path.name):
                found[int(match[2])][match[3]].append((int(match[1]), path))
        return {
            index: {channel: [path for _, path in sorted(files)] for channel, files in channels.items()}
            for index, channels in sorted(found.items())
        }

    def drop_chunks(self, session: str) -> None:
        """Delete the chunks of a session, and what was left half-written; the finished recording stays."""
        folder = self.folder(session)
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.name != AUDIO:
                path.unlink(missing_ok=True)

    def remove(self, session: str) -> None:
        """Delete all sound of a session.

        Raises:
            OSError: it cannot be deleted.
        """
        folder = self.folder(session)
        if folder.exists():
            shutil.rmtree(folder)

    def sessions(self) -> list[str]:
        """Return the sessions of which there is sound."""
        return sorted(path.name for path in self._root.iterdir()) if self._root.is_dir() else []

    def untouched_since(self, moment: float) -> list[str]:
        """Return the sessions whose folder nothing was added to since ``moment`` (wall clock)."""
        return [session for session in self.sessions() if (self._root / session).stat().st_mtime < moment]


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that is either there as a whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
