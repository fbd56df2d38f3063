"""Recordings in a folder of this machine, or of one that several share."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from natter_gateway.records.storage import Kept


class Folder:
    """A :class:`.Storage` below ``root``, which need not exist. Only its owner can read what it makes."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, name: str, data: bytes) -> None:
        with self.draft(name) as path:
            path.write_bytes(data)

    @contextmanager
    def draft(self, name: str) -> Iterator[Path]:
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_name(f"{path.stem}.{secrets.token_hex(4)}.part{path.suffix}")
        try:
            yield part
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)

    def get(self, name: str) -> bytes:
        return (self._root / name).read_bytes()

    def part(self, name: str, start: int, end: int) -> bytes:
        with (self._root / name).open("rb") as file:
            file.seek(start)
            return file.read(end - start)

    def find(self, name: str) -> Kept | None:
        path = self._root / name
        try:
            known = path.stat()
        except FileNotFoundError:
            return None
        return Kept(known.st_size, known.st_mtime, path) if stat.S_ISREG(known.st_mode) else None

    def files(self, folder: str) -> list[str]:
        path = self._root / folder
        return [file.name for file in path.iterdir()] if path.is_dir() else []

    def clear(self, folder: str, keep: str = "") -> None:
        path = self._root / folder
        if not keep and path.exists():
            shutil.rmtree(path)
        for name in self.files(folder):
            if name != keep:
                (path / name).unlink(missing_ok=True)

    def folders(self) -> dict[str, float]:
        return {path.name: path.stat().st_mtime for path in self._root.iterdir()} if self._root.is_dir() else {}
