"""G.711: mu-law and A-law, by tables made once from the formulas of the ITU recommendation."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_BIAS: Final = 0x84
_CLIP: Final = 32_635


def _mulaw_decode_table() -> NDArray[np.int16]:
    code = ~np.arange(256, dtype=np.uint8)
    exponent = ((code >> 4) & 7).astype(np.int32)
    mantissa = (code & 15).astype(np.int32)
    magnitude = (((mantissa << 3) + _BIAS) << exponent) - _BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw_decode_table() -> NDArray[np.int16]:
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    exponent = ((code >> 4) & 7).astype(np.int32)
    mantissa = (code & 15).astype(np.int32)
    magnitude = np.where(exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _mulaw_encode(samples: NDArray[np.int32]) -> NDArray[np.uint8]:
    sign = np.where(samples < 0, 0x80, 0)
    magnitude = np.minimum(np.abs(samples), _CLIP) + _BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 15
    code: NDArray[np.uint8] = (~(sign | (exponent << 4) | mantissa)).astype(np.uint8)
    return code


def _alaw_encode(samples: NDArray[np.int32]) -> NDArray[np.uint8]:
    sign = np.where(samples >= 0, 0x80, 0)
    magnitude = np.minimum(np.where(samples < 0, -samples - 1, samples), 32_767)
    exponent = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 7, 0)
    mantissa = np.where(exponent == 0, magnitude >> 4, magnitude >> (exponent + 3)) & 15
    code: NDArray[np.uint8] = ((sign | (exponent << 4) | mantissa) ^ 0x55).astype(np.uint8)
    return code


_ALL: Final = np.arange(65_536, dtype=np.uint16).view(np.int16).astype(np.int32)
_MULAW_DECODE: Final = _mulaw_decode_table()
_ALAW_DECODE: Final = _alaw_decode_table()
_MULAW_ENCODE: Final = _mulaw_encode(_ALL)
_ALAW_ENCODE: Final = _alaw_encode(_ALL)


def decode_mulaw(data: bytes) -> NDArray[np.int16]:
    """Return the int16 samples of mu-law bytes."""
    return _MULAW_DECODE[np.frombuffer(data, np.uint8)]


def decode_alaw(data: bytes) -> NDArray[np.int16]:
    """Return the int16 samples of A-law bytes."""
    return _ALAW_DECODE[np.frombuffer(data, np.uint8)]


def encode_mulaw(samples: NDArray[np.int16]) -> bytes:
    """Return int16 samples as mu-law bytes."""
    return _MULAW_ENCODE[samples.view(np.uint16)].tobytes()


def encode_alaw(samples: NDArray[np.int16]) -> bytes:
    """Return int16 samples as A-law bytes."""
    return _ALAW_ENCODE[samples.view(np.uint16)].tobytes()
