"""Models by name from the hub, where it is in reach."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import huggingface_hub
from huggingface_hub import constants

from natter_cli.download import client
from natter_cli.store import fresh_folder
from natter_runtime.errors import EngineError, UsageError

_REACH_S: Final = 5.0
_WHISPER_FILES: Final = ("config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*")
"""What faster-whisper itself takes (faster_whisper/utils.py, download_model)."""
_WHISPER_REPOS: Final = {
    "distil-small.en": "Systran/faster-distil-whisper-small.en",
    "distil-medium.en": "Systran/faster-distil-whisper-medium.en",
    "distil-large-v2": "Systran/faster-distil-whisper-large-v2",
    "distil-large-v3": "Systran/faster-distil-whisper-large-v3",
    "distil-large-v3.5": "distil-whisper/distil-large-v3.5-ct2",
    "large": "Systran/faster-whisper-large-v3",
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
}
"""The names that do not follow the rule ``Systran/faster-whisper-<name>``."""


@dataclass(frozen=True, slots=True)
class HubModel:
    """Where a model is on the hub.

    Attributes:
        patterns: the files to take.
        strip: the folder inside the repository that becomes the model's own.
    """

    repo: str
    patterns: tuple[str, ...]
    strip: str = ""


def whisper(name: str) -> HubModel:
    """Return where the faster-whisper model ``name`` is: a size, or a repository by its full name."""
    repo = name if "/" in name else _WHISPER_REPOS.get(name, f"Systran/faster-whisper-{name}")
    return HubModel(repo, _WHISPER_FILES)


def piper(name: str) -> HubModel:
    """Return where the Piper voice ``name`` is, such as ``en_US-lessac-medium``.

    Raises:
        UsageError: it is not of the form ``language_REGION-speaker-quality``.
    """
    parts = name.split("-")
    if len(parts) != 3 or "_" not in parts[0]:
        raise UsageError(f"piper voice {name!r}: expected language_REGION-speaker-quality, as en_US-lessac-medium")
    language, speaker, quality = parts
    folder = f"{language.partition('_')[0]}/{language}/{speaker}/{quality}"
    return HubModel("rhasspy/piper-voices", (f"{folder}/{name}.onnx", f"{folder}/{name}.onnx.json"), folder)


ENGINES: Final[dict[tuple[str, str], Callable[[str], HubModel]]] = {
    ("stt", "faster_whisper"): whisper,
    ("tts", "piper"): piper,
}
"""The engines whose models are on the hub."""
DEFAULTS: Final = {("stt", "faster_whisper"): "base"}
"""What such an engine loads if no model is named."""


def locate_on_hub(kind: str, engine: str, name: str) -> HubModel:
    """Return where a model is on the hub.

    Raises:
        UsageError: no such engine, or not a name of its kind.
    """
    find = ENGINES.get((kind, engine.replace("-", "_")))
    if find is None:
        known = ", ".join(" ".join(key) for key in ENGINES)
        raise UsageError(f"no models of {kind} {engine} on the hub; there are some for: {known}")
    return find(name)


def fetch_from_hub(
    found: HubModel, folder: Path, snapshot: Callable[..., Any] = huggingface_hub.snapshot_download
) -> None:
    """Put the model into ``folder``, complete or not at all.

    Raises:
        EngineError: the hub cannot be reached, or has no such model.
    """
    with fresh_folder(folder) as fresh:
        try:
            _reach()
            snapshot(found.repo, local_dir=fresh, allow_patterns=list(found.patterns), etag_timeout=_REACH_S)
        except (httpx.HTTPError, OSError, ValueError) as error:
            raise EngineError(
                f"{found.repo} is not to be had from {constants.ENDPOINT} ({str(error) or type(error).__name__}). "
                f"Copy its files ({', '.join(found.patterns)}) into {folder}, or set HF_ENDPOINT to a mirror"
            ) from error
        _tidy(fresh, found)


def _reach() -> None:
    """Fail at once where the library would try for minutes."""
    with client() as http:
        http.head(constants.ENDPOINT, timeout=_REACH_S)


def _tidy(fresh: Path, found: HubModel) -> None:
    """Leave only the wanted files, at the top."""
    wanted = [
        path
        for path in fresh.rglob("*")
        if path.is_file() and any(fnmatch.fnmatch(str(path.relative_to(fresh)), p) for p in found.patterns)
    ]
    if not wanted:
        raise EngineError(f"{found.repo} has none of {', '.join(found.patterns)}")
    if found.strip:
        for path in wanted:
            path.rename(fresh / path.name)
