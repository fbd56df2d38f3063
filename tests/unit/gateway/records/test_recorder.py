"""What was heard and when, laid on the tape."""

from __future__ import annotations

import numpy as np

from natter_gateway.records.axis import Axis
from natter_gateway.records.recorder import NoRecorder, TapeRecorder, scaled
from natter_gateway.records.tape import Chunk
from natter_protocol.audio import AudioFrame
from tests.unit.gateway.records.test_tape import samples, tone

RATE = 24_000
FRAME = 480
"""20 ms of the agent's audio."""


class Call:
    """A call that is recorded: ``now`` is its clock, the client sends audio in step with it."""

    def __init__(self, *, speaking: bool = True) -> None:
        self.chunks: list[Chunk] = []
        self.axis = Axis(100.0)
        self.recorder = TapeRecorder(self.axis, RATE, 100.0, self.chunks.append)
        self.now = 100.0
        self._speaking = speaking
        self._position = 0

    def run(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds * 50)):
            self.now += 0.02
            if self._speaking:
                frame = AudioFrame(tone(320, 3), self._position)
                self._position = frame.next_sample
                self.axis.hear(frame.first_sample, frame.next_sample, self.now)
                self.recorder.user(frame)

    def speak(self, seconds: float, lead: int = 3) -> None:
        """The agent speaks, ``lead`` frames ahead of what is heard."""
        frames = round(seconds * 50)
        for number in range(min(lead, frames)):
            self.recorder.agent(tone(FRAME, 7), number * FRAME, None, self.now)
        for number in range(frames):
            self.run(0.02)
            if number + lead < frames:
                self.recorder.agent(tone(FRAME, 7), (lead - 1) * FRAME, None, self.now)

    def end(self) -> tuple[np.ndarray, np.ndarray]:
        """Return both channels."""
        self.recorder.close()
        self.recorder.close()
        user = np.concatenate([samples(chunk.user) for chunk in self.chunks])
        agent = np.concatenate([samples(chunk.agent) for chunk in self.chunks])
        return user, agent


def spans(channel: np.ndarray, rate: int) -> list[tuple[float, float]]:
    """Return from where to where a channel is not silent, in seconds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], channel != 0, [0]]).astype(int)))
    return [(round(a / rate, 2), round(b / rate, 2)) for a, b in edges.reshape(-1, 2)]


def test_both_sides_lie_where_they_were_heard() -> None:
    call = Call()
    call.run(2.0)
    call.speak(1.5)
    call.run(1.0)
    call.speak(0.5)
    user, agent = call.end()
    (all_along,) = spans(user, 16_000)
    assert all_along == (0.02, 5.02)  # the first 20 ms are over when they arrive
    assert spans(agent, RATE) == [(2.02, 3.52), (4.52, 5.02)]


def test_a_greeting_before_the_client_sends_audio_does_not_move_what_follows() -> None:
    call = Call(speaking=False)
    call.speak(2.0)
    call.run(1.0)
    call._speaking = True
    call.run(2.0)
    user, agent = call.end()
    assert spans(agent, RATE) == [(0.0, 2.0)]
    assert spans(user, 16_000) == [(3.02, 5.02)]


def test_what_was_not_heard_of_an_interrupted_reply_is_not_on_it() -> None:
    call = Call()
    call.run(1.0)
    call.recorder.agent(tone(10 * FRAME, 7), 0, None, call.now)
    call.run(0.1)
    call.recorder.cut(5 * FRAME)
    call.run(1.0)
    _, agent = call.end()
    assert spans(agent, RATE) == [(1.02, 1.12)]


def test_a_hold_is_silence_and_what_follows_lies_after_it() -> None:
    call = Call()
    call.speak(1.0)
    call.run(0.6)
    call.speak(1.0)
    _, agent = call.end()
    assert spans(agent, RATE) == [(0.0, 1.0), (1.62, 2.62)] or spans(agent, RATE) == [(0.0, 1.0), (1.6, 2.6)]


def test_chunks_leave_while_the_call_runs() -> None:
    call = Call()
    call.run(30.5)
    assert [chunk.index for chunk in call.chunks] == [0, 1]
    call.end()
    assert [chunk.index for chunk in call.chunks] == [0, 1, 2, 3]


def test_after_a_leap_of_the_users_audio_the_agent_goes_on() -> None:
    call = Call()
    call.speak(1.0)
    burst = AudioFrame(tone(40 * 16_000, 3), call._position)
    call.axis.hear(burst.first_sample, burst.next_sample, call.now)
    call.recorder.user(burst)
    call.recorder.agent(tone(FRAME, 7), FRAME, None, call.now)
    call.recorder.agent(tone(FRAME, 7), 2 * FRAME, None, call.now)
    _, agent = call.end()
    assert spans(agent, RATE) == [(0.0, 1.02), (40.0, 40.02)]


def test_the_volume_is_what_the_client_set() -> None:
    assert samples(scaled(tone(4, 1000), 25)).tolist() == [250] * 4
    assert scaled(tone(4), None) == scaled(tone(4), 100) == tone(4)
    assert not samples(scaled(tone(4), 0)).any()


def test_after_the_end_nothing_is_recorded() -> None:
    call = Call()
    call.run(1.0)
    call.end()
    before = len(call.chunks)
    call.run(30.0)
    call.speak(1.0)
    call.recorder.cut(10)
    assert len(call.chunks) == before


def test_who_records_nothing_keeps_nothing() -> None:
    recorder = NoRecorder()
    recorder.user(AudioFrame(tone(320), 0))
    recorder.agent(tone(FRAME), 0, None, 0.0)
    recorder.cut(1)
    recorder.close()
