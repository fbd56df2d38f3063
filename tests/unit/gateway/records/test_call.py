"""What a session tells of itself for the record."""

from __future__ import annotations

from natter_gateway.records.axis import Axis
from natter_gateway.records.call import CallRecord, Heard, Unheeded
from natter_protocol.audio import AudioFrame, AudioStarted
from natter_protocol.base import Message
from natter_protocol.reply import Outcome, ReplyHeard, ReplyProgress, ReplyWanted
from natter_protocol.turn import Cause
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


def heard(epoch: int, ms: int = 300) -> ReplyHeard:
    return ReplyHeard(epoch=epoch, text="Hi", ms=ms, outcome=Outcome.COMPLETED)


def times(message: Message) -> tuple[int | None, int | None]:
    assert isinstance(message, ReplyHeard)
    return message.started_at_ms, message.ended_at_ms


def test_a_reply_is_timed_from_when_it_began_to_be_told_to_its_end() -> None:
    record, clock, _, _ = made()
    clock.advance(1.0)
    began = ReplyProgress(epoch=5, sample=0, text="")
    assert record.timed(began) is began
    clock.advance(0.2)
    record.timed(ReplyProgress(epoch=5, sample=0, text=""))
    record.timed(ReplyProgress(epoch=5, sample=4800, text="H"))
    clock.advance(0.1)
    assert times(record.timed(heard(5))) == (1000, 1300)


def test_a_reply_that_another_gateway_began_is_timed_from_its_end() -> None:
    record, clock, _, _ = made()
    clock.advance(2.0)
    assert times(record.timed(heard(5, ms=700))) == (1300, 2000)
    assert times(record.timed(heard(6, ms=9000))) == (0, 2000)


def test_a_reply_that_was_never_told_has_no_times() -> None:
    record, _, _, _ = made()
    assert times(record.timed(heard(5, ms=0))) == (None, None)


def test_what_else_is_said_stays_as_it_is() -> None:
    record, _, _, _ = made()
    message = ReplyWanted(cause=Cause.IDLE, request="r")
    assert record.timed(message) is message


def test_both_sides_of_the_sound_go_to_the_recorder() -> None:
    record, _, noting, _ = made()
    record.agent(bytes(960), 480, 50)
    record.cut(240)
    record.close()
    assert noting.told == [(960, 480, 50), "cut 240", "close"]


def test_who_takes_no_note_keeps_nothing() -> None:
    nobody: Heard = Unheeded()
    nobody.agent(bytes(960), 0, None)
    nobody.cut(240)
