"""Noise around the user's voice."""

from __future__ import annotations

import numpy as np
import pytest

from natter_gateway.focus import Focus, level

FRAME = 640


def noise(seconds: float) -> bytes:
    rng = np.random.default_rng(3)
    return rng.normal(0, 800, int(16_000 * seconds)).astype("<i2").tobytes()


def loudness(pcm: bytes) -> float:
    return float(np.std(np.frombuffer(pcm, "<i2").astype(np.float64)))


def cleaned(focus: Focus, pcm: bytes) -> bytes:
    return b"".join(focus.clean(pcm[at : at + FRAME]) for at in range(0, len(pcm), FRAME))


@pytest.mark.parametrize(
    ("mode", "threshold", "expected"),
    [(None, None, 0), (None, 1.0, 0), ("near-field", None, 4), ("near-field", 0.5, 2), ("near-field", 0.0, 0),
     ("far-field", None, 2), ("far-field", 0.2, 1)],
)  # fmt: skip
def test_the_threshold_is_how_much_of_what_the_mode_allows(mode: str | None, threshold: float, expected: int) -> None:
    assert level(mode, threshold) == expected


def test_without_a_focus_nothing_is_touched() -> None:
    pcm = noise(0.2)
    assert cleaned(Focus(), pcm) == pcm


def test_a_steady_noise_becomes_softer_the_more_the_stronger() -> None:
    pcm = noise(3.0)
    soft = [loudness(cleaned(Focus("near-field", share), pcm)[64_000:]) for share in (0.25, 1.0)]
    assert soft[1] < soft[0] < 0.8 * loudness(pcm)


def test_what_goes_in_comes_out_in_the_same_pieces() -> None:
    focus = Focus("near-field")
    assert [len(focus.clean(noise(0.02))) for _ in range(3)] == [FRAME] * 3


def test_it_changes_in_the_middle_of_a_call() -> None:
    focus, pcm = Focus(), noise(2.0)
    assert cleaned(focus, pcm) == pcm
    focus.change("near-field", 1.0)
    assert loudness(cleaned(focus, pcm)[32_000:]) < 0.8 * loudness(pcm)
    focus.change(None, None)
    assert cleaned(focus, pcm) == pcm
