"""Two channels on one axis, given away in chunks."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from natter_gateway.records.tape import CHUNK_S, Channel, Chunk, Tape

SECOND = 16_000
RATE = 24_000


def tone(samples: int, value: int = 1000) -> bytes:
    return np.full(samples, value, "<i2").tobytes()


def samples(pcm: bytes) -> np.ndarray:
    return np.frombuffer(pcm, "<i2")


def test_what_is_written_lies_where_it_was_said_and_the_rest_is_silence() -> None:
    tape = Tape(RATE)
    tape.user(2 * SECOND, tone(SECOND, 5))
    tape.agent(tape.to_agent(4 * SECOND), tone(RATE, 7))
    (chunk,) = tape.rest()
    user, agent = samples(chunk.user), samples(chunk.agent)
    assert (len(user), len(agent)) == (5 * SECOND, 5 * RATE)
    assert user.nonzero()[0][[0, -1]].tolist() == [2 * SECOND, 3 * SECOND - 1]
    assert agent.nonzero()[0][[0, -1]].tolist() == [4 * RATE, 5 * RATE - 1]
    assert (chunk.index, chunk.agent_rate) == (0, RATE)


def test_a_chunk_is_given_away_a_second_after_it_is_full() -> None:
    tape = Tape(RATE)
    tape.user(0, tone(25 * SECOND))
    assert tape.take(int(10.9 * SECOND)) == []
    first, second = tape.take(int(21.5 * SECOND))
    assert [chunk.index for chunk in (first, second)] == [0, 1]
    assert len(first.user) == 2 * CHUNK_S * SECOND
    assert len(first.agent) == 2 * CHUNK_S * RATE
    assert not samples(first.agent).any()
    (last,) = tape.rest()
    assert (last.index, len(last.user)) == (2, 2 * 5 * SECOND)


def test_what_was_not_heard_is_cut_away() -> None:
    tape = Tape(RATE)
    tape.agent(0, tone(RATE))
    tape.cut_agent(RATE // 2)
    tape.agent(RATE, tone(RATE))
    (chunk,) = tape.rest()
    agent = samples(chunk.agent)
    assert agent[: RATE // 2].all()
    assert not agent[RATE // 2 : RATE].any()
    assert agent[RATE:].all()


def test_what_comes_too_late_for_its_chunk_does_not_disturb_the_next() -> None:
    tape = Tape(RATE)
    tape.user(0, tone(12 * SECOND, 1))
    tape.take(12 * SECOND)
    tape.agent(9 * RATE, tone(2 * RATE, 9))
    assert tape.agent_begin == 10 * RATE
    (chunk,) = tape.rest()
    assert samples(chunk.agent).nonzero()[0].tolist() == list(range(RATE))


def test_a_tape_that_begins_in_the_middle_begins_with_its_chunk() -> None:
    tape = Tape(RATE, start=25 * SECOND)
    tape.user(25 * SECOND, tone(SECOND))
    (chunk,) = tape.rest()
    assert (chunk.index, len(chunk.user)) == (2, 2 * 6 * SECOND)
    assert samples(chunk.user).nonzero()[0][0] == 5 * SECOND


def test_an_empty_tape_has_nothing_to_give() -> None:
    assert Tape(8000).rest() == []
    assert Tape(8000, start=25 * SECOND).rest() == []


PIECES = st.lists(st.tuples(st.integers(0, 40 * SECOND), st.integers(1, 3 * SECOND)), max_size=8)


@given(pieces=PIECES, step=st.integers(SECOND, 20 * SECOND))
def test_chunks_together_are_the_tape(pieces: list[tuple[int, int]], step: int) -> None:
    """Whenever they are taken: written in the order of time, nothing is lost or moved."""
    expected = np.zeros(0, np.int16)
    tape, chunks = Tape(RATE), list[Chunk]()
    for at, length in sorted(pieces):
        tape.user(at, tone(length))
        expected = np.concatenate([expected, np.zeros(max(0, at + length - len(expected)), np.int16)])
        expected[at : at + length] = 1000
        chunks += tape.take(at)
    chunks += tape.rest()
    assert [chunk.index for chunk in chunks] == list(range(len(chunks)))
    joined = np.concatenate([samples(chunk.user) for chunk in chunks]) if chunks else np.zeros(0, np.int16)
    assert np.array_equal(joined, expected)


def test_a_channel_knows_where_it_is() -> None:
    channel = Channel(8000, 100)
    channel.write(90, tone(30))
    assert (channel.begin, channel.end) == (100, 120)
    assert channel.take(40) == tone(20) + bytes(40)
    assert (channel.begin, channel.end) == (140, 140)
