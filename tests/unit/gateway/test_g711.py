"""G.711 against an independent implementation: the segment search of the ITU's reference code."""

from __future__ import annotations

import numpy as np
import pytest

from natter_gateway import g711


def mulaw(sample: int) -> int:
    """Encode one sample as the textbook does."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32_635) + 132
    segment = next(number for number in range(8) if magnitude < 1 << (number + 8))
    return ~(sign | segment << 4 | (magnitude >> (segment + 3)) & 0x0F) & 0xFF


def alaw(sample: int) -> int:
    """Encode one sample as the textbook does."""
    sign = 0x80 if sample >= 0 else 0
    magnitude = sample if sample >= 0 else -sample - 1
    if magnitude < 256:
        code = magnitude >> 4
    else:
        segment = next(number for number in range(1, 8) if magnitude < 1 << (number + 8))
        code = segment << 4 | (magnitude >> (segment + 3)) & 0x0F
    return (sign | code) ^ 0x55


@pytest.mark.parametrize(("ours", "textbook"), [(g711.encode_mulaw, mulaw), (g711.encode_alaw, alaw)])
def test_every_sample_is_coded_as_by_the_textbook(ours, textbook) -> None:  # type: ignore[no-untyped-def]
    samples = np.arange(-32_768, 32_768).astype(np.int16)
    coded = ours(samples)
    for sample in range(-32_768, 32_768, 97):
        assert coded[sample + 32_768] == textbook(sample), sample
