"""Is what the microphone hears the agent's own voice?"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from natter_turn.sound.echo import LEARN, UNKNOWN, Echo, Path
from natter_turn.sound.spectrum import Analyser

RATE = 16_000
Sound = NDArray[np.float32]


def babble(seconds: float, seed: int, level: float = 0.1) -> Sound:
    """Return noise that comes and goes in syllables and changes its colour, as speech does."""
    rng = np.random.default_rng(seed)
    out = np.zeros(int(seconds * RATE), np.float32)
    at = 0
    while at < len(out):
        length = int(rng.uniform(0.06, 0.25) * RATE)
        colour = np.convolve(rng.normal(0, 1, length), np.hanning(rng.integers(2, 24)), mode="same")
        colour *= np.hanning(length) / (np.std(colour) + 1e-9)
        piece = out[at : at + length]
        piece += colour[: len(piece)].astype(np.float32)
        at += length + int(rng.uniform(0.0, 0.12) * RATE)
    return level * out


def delayed(sound: Sound, ms: float, db: float) -> Sound:
    shift = int(ms * RATE / 1000)
    return np.concatenate([np.zeros(shift, np.float32), sound])[: len(sound)] * np.float32(10 ** (db / 20))


def listen(microphone: Sound, played: Sound) -> tuple[Echo, NDArray[np.float64]]:
    """Return the echo path that was learned, and what was said of each hop."""
    echo = Echo()
    room = np.random.default_rng(0).normal(0, 5e-4, len(microphone)).astype(np.float32)
    hops = zip(Analyser(RATE).push(microphone + room), Analyser(RATE).push(played), strict=True)
    return echo, np.array([echo.hear(here, there) for here, there in hops])


@pytest.mark.parametrize(("ms", "db"), [(40, -10), (120, -20), (250, -10), (600, -15)])
def test_an_echo_is_found_and_explained(ms: float, db: float) -> None:
    agent = babble(6, 1)
    echo, explained = listen(delayed(agent, ms, db), agent)
    assert echo.path is Path.PRESENT
    assert echo.lag * 16 == pytest.approx(ms, abs=32)
    heard = explained[125:][explained[125:] > 0]
    assert (heard > 0.5).mean() > 0.95


def test_without_an_echo_the_user_is_heard_as_soon_as_that_is_known() -> None:
    echo, explained = listen(babble(6, 2), babble(6, 1))
    assert echo.path is Path.ABSENT
    assert (explained[4 * LEARN :] == 0).all()


def test_nothing_is_known_at_first() -> None:
    agent = babble(2, 1)
    _, explained = listen(delayed(agent, 80, -10), agent)
    assert explained[5] == UNKNOWN


def test_a_silent_agent_has_no_echo() -> None:
    _, explained = listen(babble(3, 2), np.zeros(3 * RATE, np.float32))
    assert (explained == 0).all()


def test_the_user_is_heard_over_the_echo() -> None:
    agent, user = babble(8, 1), babble(2, 5)
    microphone = delayed(agent, 100, -20)
    microphone[5 * RATE : 7 * RATE] += user
    _, explained = listen(microphone, agent)
    hop = RATE // 62.5
    during = explained[int(5.1 * RATE / hop) : int(6.9 * RATE / hop)]
    before = explained[int(2 * RATE / hop) : int(4.9 * RATE / hop)]
    assert (during < 0.5).mean() > 0.6
    assert (before[before > 0] > 0.5).mean() > 0.9
