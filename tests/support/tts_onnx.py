"""A tiny voice with Piper's signature, written as ONNX by hand: one buzz per phoneme.

ONNX files are protocol buffers; the few messages that are needed are encoded here, so that no test
depends on the ``onnx`` package. Field numbers are those of ``onnx.proto3``.
"""

from __future__ import annotations

import json
import string
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

HOP: Final = 256
"""Samples per phoneme id."""
RATE: Final = 22_050
_FLOAT, _INT64 = 1, 7
_IR_VERSION, _OPSET = 8, 17


def write_voice(folder: Path, name: str = "tiny", *, aligned: bool = False, speakers: Sequence[str] = ()) -> Path:
    """Write ``<name>.onnx`` and ``<name>.onnx.json``; return the path of the model.

    Args:
        folder: where to.
        name: of the voice.
        aligned: the model also returns the duration of each phoneme id.
        speakers: names of several speakers; they sound alike.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.onnx"
    path.write_bytes(_model(aligned=aligned, several=bool(speakers)))
    phonemes = {"_": [0], "^": [1], "$": [2], " ": [3]}
    for character in string.ascii_letters + ".,!?;:'-":
        phonemes[character] = [len(phonemes)]
    config = {
        "num_symbols": 256,
        "num_speakers": max(1, len(speakers)),
        "audio": {"sample_rate": RATE},
        "espeak": {"voice": "en-us"},
        "phoneme_type": "text",
        "phoneme_id_map": phonemes,
        "speaker_id_map": {speaker: index for index, speaker in enumerate(speakers)},
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "hop_length": HOP,
    }
    Path(f"{path}.json").write_text(json.dumps(config), encoding="utf-8")
    return path


def _model(*, aligned: bool, several: bool) -> bytes:
    wave = np.sin(2 * np.pi * 4 * np.arange(HOP) / HOP).astype("<f4")
    nodes = [
        _node("Cast", ["input"], "ids", _attribute("to", _FLOAT)),
        _node("Unsqueeze", ["ids", "last_axis"], "columns"),
        _node("Mul", ["columns", "wave"], "waves"),
        _node("Reshape", ["waves", "flat"], "output"),
    ]
    inputs = [
        _value("input", _INT64, [1, "phonemes"]),
        _value("input_lengths", _INT64, [1]),
        _value("scales", _FLOAT, [3]),
    ]
    outputs = [_value("output", _FLOAT, [1, 1, 1, "samples"])]
    if several:
        inputs.append(_value("sid", _INT64, [1]))
    if aligned:
        nodes += [_node("Mul", ["ids", "zero"], "zeros"), _node("Add", ["zeros", "one"], "durations")]
        outputs.append(_value("durations", _FLOAT, [1, "phonemes"]))
    tensors = [
        _tensor("wave", _FLOAT, [1, 1, HOP], wave.tobytes()),
        _tensor("last_axis", _INT64, [1], struct.pack("<q", 2)),
        _tensor("flat", _INT64, [4], struct.pack("<4q", 1, 1, 1, -1)),
        _tensor("zero", _FLOAT, [1], struct.pack("<f", 0)),
        _tensor("one", _FLOAT, [1], struct.pack("<f", 1)),
    ]
    graph = b"".join(_bytes(1, node) for node in nodes) + _bytes(2, b"tiny")
    graph += b"".join(_bytes(5, tensor) for tensor in tensors)
    graph += b"".join(_bytes(11, value) for value in inputs) + b"".join(_bytes(12, value) for value in outputs)
    return _number(1, _IR_VERSION) + _bytes(7, graph) + _bytes(8, _bytes(1, b"") + _number(2, _OPSET))


def _node(kind: str, inputs: Sequence[str], output: str, *attributes: bytes) -> bytes:
    encoded = b"".join(_bytes(1, name.encode()) for name in inputs) + _bytes(2, output.encode())
    return encoded + _bytes(4, kind.encode()) + b"".join(_bytes(5, attribute) for attribute in attributes)


def _attribute(name: str, value: int) -> bytes:
    return _bytes(1, name.encode()) + _number(3, value) + _number(20, 2)


def _tensor(name: str, kind: int, shape: Sequence[int], data: bytes) -> bytes:
    dims = b"".join(_number(1, size) for size in shape)
    return dims + _number(2, kind) + _bytes(8, name.encode()) + _bytes(9, data)


def _value(name: str, kind: int, shape: Sequence[int | str]) -> bytes:
    dims = b"".join(
        _bytes(1, _number(1, size) if isinstance(size, int) else _bytes(2, size.encode())) for size in shape
    )
    return _bytes(1, name.encode()) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, dims)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
