"""What a session tells of itself for the record."""

from __future__ import annotations

from natter_gateway.records.axis import Axis
from natter_gateway.records.call import CallRecord
from natter_protocol.audio import AudioFrame, AudioStarted
from natter_protocol.base import Message
from natter_runtime.clock import ManualClock

FRAME = bytes(640)


class Noting:
    """A recorder that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def user(self, frame: AudioFrame) -> None:
        self.told.append(frame.first_sample)

    def agent(self, pcm: bytes, ahead: int, volume: int | None, now: float) -> None:
        self.told.append((len(pcm), ahead, volume))

    def cut(self, unheard: int) -> None:
        self.told.append(f"cut {unheard}")

    def close(self) -> None:
        self.told.append("close")


def made() -> tuple[CallRecord, ManualClock, Noting, list[Message]]:
    clock, noting, said = ManualClock(), Noting(), list[Message]()
    return CallRecord(Axis(clock.monotonic()), noting, said.append, clock), clock, noting, said


def test_the_log_is_told_once_where_the_users_audio_begins() -> None:
    record, clock, noting, said = made()
    clock.advance(1.5)
    for number in range(3):
        record.user(AudioFrame(FRAME, number * 320))
        clock.advance(0.02)
    assert said == [AudioStarted(at_ms=1500)]
    assert noting.told == [0, 320, 640]


def test_a_reply_is_timed_from_its_first_sample_to_its_end() -> None:
    record, clock, noting, _ = made()
    clock.advance(1.0)
    record.agent(5, bytes(960), 0, None)
    clock.advance(0.02)
    record.agent(5, bytes(960), 480, 50)
    clock.advance(0.28)
    assert record.ended(5, 240) == (1000, 1300)
    assert noting.told == [(960, 0, None), (960, 480, 50), "cut 240"]


def test_a_reply_that_was_never_heard_has_no_times() -> None:
    record, _, noting, _ = made()
    assert record.ended(5, 0) == (None, None)
    record.close()
    assert noting.told == ["close"]
