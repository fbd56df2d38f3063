"""From chunks to one recording."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from natter_gateway.records.folder import Folder
from natter_gateway.records.mixdown import Mixed, mixdown
from natter_gateway.records.shelf import Shelf
from natter_gateway.records.storage import Storage, Unavailable
from natter_gateway.records.tape import Tape
from tests.unit.gateway.records.test_sound import sine

SECOND = 16_000


def loud(samples: np.ndarray, rate: int = 24_000) -> list[float]:
    """Return where a channel begins and ends to be loud, in seconds."""
    steps = np.abs(samples[: len(samples) // 240 * 240]).reshape(-1, 240).max(axis=1) > 0.05
    where = np.flatnonzero(steps)
    return [where[0] * 240 / rate, (where[-1] + 1) * 240 / rate]


def record(shelf: Shelf, claim: int, tape: Tape) -> None:
    for chunk in tape.rest():
        shelf.put("sess_1", claim, chunk)


def mixed(shelf: Shelf) -> tuple[Mixed, np.ndarray, np.ndarray]:
    made = mixdown(shelf, "sess_1")
    assert made is not None
    known = shelf.recording("sess_1")
    assert known is not None
    samples, rate = soundfile.read(io.BytesIO(shelf.read("sess_1", 0, known.size)))
    assert rate == 24_000
    assert made.seconds == pytest.approx(len(samples) / rate, abs=0.01)
    return made, samples[:, 0], samples[:, 1]


@pytest.mark.parametrize("rate", [24_000, 8_000])
def test_left_is_the_user_and_right_the_agent_each_where_it_was(rate: int, shelf: Shelf) -> None:
    tape = Tape(rate)
    tape.user(2 * SECOND, sine(440, 10.0, SECOND).tobytes())
    tape.agent(13 * rate, sine(220, 9.0, rate).tobytes())
    record(shelf, 1, tape)
    made, left, right = mixed(shelf)
    assert (made.chunks, made.missing) == (3, 0)
    assert loud(left) == pytest.approx([2.0, 12.0], abs=0.03)
    assert loud(right) == pytest.approx([13.0, 22.0], abs=0.03)
    assert made.seconds == pytest.approx(22.0, abs=0.01)


def test_no_seam_is_heard_between_chunks(shelf: Shelf) -> None:
    """A steady tone over three chunks stays one: its level nowhere drops or jumps."""
    tape = Tape(24_000)
    tape.user(0, sine(440, 25.0, SECOND).tobytes())
    record(shelf, 1, tape)
    _, left, _ = mixed(shelf)
    level = np.abs(left[2400:-2400]).reshape(-1, 2400).max(axis=1)
    assert level.min() > 0.85 * level.max()


def test_a_chunk_that_is_missing_is_silence_of_its_length(shelf: Shelf) -> None:
    tape = Tape(24_000)
    tape.user(0, sine(440, 30.0, SECOND).tobytes())
    for chunk in tape.rest():
        if chunk.index != 1:
            shelf.put("sess_1", 1, chunk)
    made, left, _ = mixed(shelf)
    assert (made.chunks, made.missing) == (2, 1)
    assert made.seconds == pytest.approx(30.0, abs=0.01)
    assert np.abs(left[int(10.1 * 24_000) : int(19.9 * 24_000)]).max() < 0.01
    assert loud(left[20 * 24_000 :]) == pytest.approx([0.0, 10.0], abs=0.03)


def test_the_first_chunk_may_be_the_missing_one(shelf: Shelf) -> None:
    tape = Tape(24_000, start=10 * SECOND)
    tape.user(12 * SECOND, sine(440, 1.0, SECOND).tobytes())
    record(shelf, 4, tape)
    made, left, _ = mixed(shelf)
    assert made.missing == 1
    assert loud(left) == pytest.approx([12.0, 13.0], abs=0.03)


def test_two_gateways_had_the_call_one_after_the_other(shelf: Shelf) -> None:
    first, second = Tape(24_000), Tape(24_000, start=int(6.5 * SECOND))
    first.user(0, sine(440, 6.0, SECOND).tobytes())
    second.user(int(6.5 * SECOND), sine(440, 5.0, SECOND).tobytes())
    record(shelf, 3, first)
    record(shelf, 8, second)
    made, left, _ = mixed(shelf)
    assert (made.chunks, made.missing) == (2, 0)
    assert np.abs(left[int(6.1 * 24_000) : int(6.4 * 24_000)]).max() < 0.02
    assert loud(left) == pytest.approx([0.0, 11.5], abs=0.03)


def test_a_damaged_chunk_becomes_silence(shelf: Shelf, storage: Storage) -> None:
    tape = Tape(24_000)
    tape.user(0, sine(440, 12.0, SECOND).tobytes())
    record(shelf, 1, tape)
    storage.put("sess_1/1-0.user.flac", b"x")
    _, left, _ = mixed(shelf)
    assert loud(left) == pytest.approx([10.0, 12.0], abs=0.03)


def test_without_chunks_there_is_no_recording(shelf: Shelf) -> None:
    assert mixdown(shelf, "sess_1") is None


def failing(error: OSError) -> Callable[[Folder, str], bytes]:
    def get(self: Folder, name: str) -> bytes:
        raise error

    return get


def test_a_chunk_that_is_gone_becomes_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, tape = Shelf(Folder(tmp_path)), Tape(24_000)
    tape.user(0, sine(440, 1.0, SECOND).tobytes())
    record(shelf, 1, tape)
    monkeypatch.setattr(Folder, "get", failing(FileNotFoundError("gone")))
    assert mixdown(shelf, "sess_1") == Mixed(0.0, 1, 0)


def test_chunks_that_cannot_be_read_now_do_not_become_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, tape = Shelf(Folder(tmp_path)), Tape(24_000)
    tape.user(0, sine(440, 1.0, SECOND).tobytes())
    record(shelf, 1, tape)
    with monkeypatch.context() as patch:
        patch.setattr(Folder, "get", failing(Unavailable("later")))
        with pytest.raises(Unavailable):
            mixdown(shelf, "sess_1")
    assert shelf.recording("sess_1") is None
    made = mixdown(shelf, "sess_1")
    assert made is not None
    assert made.seconds == pytest.approx(1.0, abs=0.01)


def test_a_recording_that_cannot_be_written_leaves_the_chunks(tmp_path: Path) -> None:
    shelf, tape = Shelf(Folder(tmp_path)), Tape(24_000)
    tape.user(0, sine(440, 1.0, SECOND).tobytes())
    record(shelf, 1, tape)
    (tmp_path / "sess_1" / "audio.ogg").mkdir()
    with pytest.raises(OSError):
        mixdown(shelf, "sess_1")
    assert list(shelf.chunks("sess_1")) == [0]
    assert not list(tmp_path.rglob("*.part*"))
