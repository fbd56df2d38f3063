"""The agent's side of a session: paced, told of, and written down."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import NoOpTracer

from natter_gateway import g711
from natter_gateway.events import AgentWord, Event, ReplyAudio, ReplyBegan, ReplyOver, ToolWanted
from natter_gateway.outbound import Outbound
from natter_protocol.audio import AudioFrame
from natter_protocol.base import Message
from natter_protocol.playback import PlaybackProgress, PlaybackResend, PlaybackState
from natter_protocol.reply import Outcome, ReplyHeard, ReplyProgress
from natter_protocol.settings import AudioFormat, Encoding, OutputSettings, SessionSettings
from natter_protocol.tool import ToolCalled
from natter_protocol.tts import TtsFailed, TtsSegment, Word
from natter_protocol.turn import Cause, Scope, TurnCancel, TurnCommitted, TurnGranted, TurnHold, TurnResume
from natter_runtime import names
from natter_runtime.state import ReplyState, SessionState
from natter_runtime.voids import Voids

RATE = 24_000
TICK = 0.02
FRAME = 480
T = TypeVar("T")


class Side:
    """One session's output, its clock, and all that comes out of it."""

    def __init__(self, output: OutputSettings | None = None, lead_ms: int = 70) -> None:
        self.events: list[Event] = []
        self.said: list[Message] = []
        self.voids = Voids()
        self.spans = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.spans))
        settings = SessionSettings(output=output or OutputSettings())
        self.now = 100.0
        self.outbound = Outbound(
            settings, self.voids, self.events.append, self.said.append, provider.get_tracer("test"), lead_ms
        )

    def hear(self, *messages: Message) -> None:
        for message in messages:
            self.voids.note(message)
            self.outbound.hear(message, self.now, 16_000)

    def speak(self, epoch: int, seconds: float, words: int = 4, *, first: int = 0, end: bool = True) -> None:
        """Let ``tts`` make a reply of evenly spread words."""
        samples = int(seconds * RATE)
        each = samples // words
        told = tuple(Word(f"word{n} ", first + n * each, first + (n + 1) * each) for n in range(words))
        self.hear(TtsSegment(epoch=epoch, segment=0, text="", first_sample=first, words=told))
        for start in range(0, samples, FRAME):
            frame = AudioFrame(b"\x10\x20" * FRAME, first + start, epoch=epoch, end=end and start + FRAME >= samples)
            self.outbound.hear_audio(frame, self.now)

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds / TICK)):
            self.now += TICK
            self.outbound.tick(self.now, 32_000)

    def told(self, kind: type[T]) -> list[T]:
        return [event for event in self.events if isinstance(event, kind)]

    def wrote(self, kind: type[T]) -> list[T]:
        return [message for message in self.said if isinstance(message, kind)]

    @property
    def sent_s(self) -> float:
        return sum(len(event.data) for event in self.told(ReplyAudio)) / 2 / RATE


def granted(epoch: int = 1) -> TurnGranted:
    return TurnGranted(epoch=epoch, cause=Cause.GREETING)


def test_nothing_is_heard_before_it_may_be() -> None:
    side = Side()
    side.speak(1, 1.0)
    side.wait(1.0)
    assert (side.events, side.said) == ([], [])
    side.hear(TurnCommitted(turn=1, epoch=1, text="", start_sample=0, end_sample=0))
    side.wait(0.1)
    assert side.told(ReplyBegan) == [ReplyBegan(1)]


def test_audio_goes_out_at_the_pace_of_speech_with_a_small_lead() -> None:
    side = Side()
    side.hear(granted())
    side.speak(1, 3.0)
    side.wait(1.0)
    assert side.sent_s == pytest.approx(1.0 + 0.07, abs=0.04)
    assert isinstance(side.events[0], ReplyBegan)


def test_the_end_of_a_reply_is_told_once_and_written_down() -> None:
    side = Side()
    side.hear(granted())
    side.speak(1, 0.4)
    side.wait(1.0)
    text = "word0 word1 word2 word3"
    assert side.told(ReplyOver) == [ReplyOver(1, text, Outcome.COMPLETED)]
    (heard,) = side.wrote(ReplyHeard)
    assert (heard.epoch, heard.text, heard.ms, heard.outcome) == (1, text, 400, Outcome.COMPLETED)
    assert side.wrote(PlaybackProgress)[-1].state is PlaybackState.ENDED
    assert [(word.text, word.start_ms, word.end_ms) for word in side.told(AgentWord)] == [
        (f"word{n} ", n * 100, (n + 1) * 100) for n in range(4)
    ]


def test_playback_is_reported_ten_times_a_second_and_checkpoints_once() -> None:
    side = Side()
    side.hear(granted())
    side.speak(1, 5.0)
    side.wait(3.0)
    reports = [report for report in side.wrote(PlaybackProgress) if report.state is PlaybackState.PLAYING]
    assert len(reports) == pytest.approx(30, abs=6)
    assert [report.heard for report in reports] == sorted(report.heard for report in reports)
    assert all(report.heard < report.sent <= report.credit for report in reports[1:])
    assert {report.at_sample for report in reports} <= {16_000, 32_000}
    checkpoints = [progress for progress in side.wrote(ReplyProgress) if progress.sample]
    assert [round(checkpoint.sample / RATE) for checkpoint in checkpoints] == [1, 2]
    assert checkpoints[0].text in ("word0", "word0 word1")


def test_a_hold_stops_the_audio_and_a_resume_goes_on_from_the_very_sample() -> None:
    side = Side()
    side.hear(granted())
    side.speak(1, 1.0)
    side.wait(0.3)
    before = side.sent_s
    side.hear(TurnHold(epoch=1, hold=7, ttl_ms=5000))
    side.wait(0.5)
    assert side.sent_s == before
    assert side.wrote(PlaybackProgress)[-1].state is PlaybackState.HELD
    side.hear(TurnResume(hold=6))
    side.wait(0.2)
    assert side.sent_s == before
    side.hear(TurnResume(hold=7))
    side.wait(1.0)
    assert side.sent_s == pytest.approx(1.0)
    assert side.told(ReplyOver)[0].outcome is Outcome.COMPLETED


def test_a_hold_that_nobody_ends_ends_by_itself() -> None:
    side = Side()
    side.hear(granted())
    side.speak(1, 0.6)
    side.wait(0.2)
    side.hear(TurnHold(epoch=1, hold=1, ttl_ms=300))
    side.wait(1.2)
    assert side.told(ReplyOver)[0].outcome is Outcome.COMPLETED


def test_a_cancel_ends_the_reply_with_what_was_heard_of_it() -> None:
    side = Side()
    side.hear(granted())
    side.speak(1, 4.0)
    side.wait(1.6)
    side.hear(TurnCancel(turn=2, epoch=1, scope=Scope.THROUGH, reason="barge_in"))
    (over,) = side.told(ReplyOver)
    assert (over.outcome, over.text) == (Outcome.INTERRUPTED, "word0 word1")
    (heard,) = side.wrote(ReplyHeard)
    assert heard.ms == pytest.approx(1600, abs=60)
    sent = side.sent_s
    side.speak(1, 0.5, first=4 * RATE)
    side.wait(1.0)
    assert side.sent_s == sent


def test_a_reply_that_was_void_before_its_first_sample_is_written_down_and_not_told_of() -> None:
    side = Side()
    side.hear(granted())
    side.hear(TurnCancel(epoch=1, scope=Scope.ONLY, reason="user_went_on"))
    side.speak(1, 0.5)
    side.wait(1.0)
    assert side.events == []
    (heard,) = side.wrote(ReplyHeard)
    assert (heard.outcome, heard.text, heard.ms) == (Outcome.UNHEARD, "", 0)


def test_missing_audio_is_asked_for_once_and_the_reply_cut_if_it_does_not_come() -> None:
    side = Side()
    side.hear(granted())
    side.speak(1, 0.4, words=1, end=False)
    side.outbound.hear_audio(AudioFrame(b"\x10\x20" * FRAME, RATE, epoch=1, end=True), side.now)
    side.wait(2.0)
    (resend,) = side.wrote(PlaybackResend)
    assert (resend.epoch, resend.first_sample, resend.end_sample) == (1, int(0.4 * RATE), RATE)
    assert side.told(ReplyOver)[0].outcome is Outcome.FAILED


def test_what_was_made_before_tts_failed_is_still_heard() -> None:
    side = Side()
    side.hear(granted())
    side.speak(1, 0.4)
    side.hear(TtsFailed(epoch=1, message="the voice is gone"))
    side.wait(1.0)
    assert side.sent_s == pytest.approx(0.4)
    assert side.told(ReplyOver)[0].outcome is Outcome.FAILED


def test_a_tool_begins_a_reply_before_it_is_called() -> None:
    side = Side()
    side.hear(granted())
    side.hear(ToolCalled(epoch=1, turn=1, call="c1", name="stock", arguments={"item": "rye"}))
    kinds = [type(event) for event in side.events]
    assert kinds == [ReplyBegan, ToolWanted]
    side.speak(1, 0.2)
    side.wait(0.5)
    assert len(side.told(ReplyBegan)) == 1


def test_replies_are_heard_one_after_the_other() -> None:
    side = Side()
    side.hear(granted(1), granted(2))
    side.speak(2, 0.2)
    side.speak(1, 0.2)
    side.wait(1.5)
    order = [event for event in side.events if isinstance(event, ReplyBegan | ReplyOver)]
    assert [(type(event).__name__, event.epoch) for event in order] == [
        ("ReplyBegan", 1),
        ("ReplyOver", 1),
        ("ReplyBegan", 2),
        ("ReplyOver", 2),
    ]


def test_the_end_of_the_session_ends_what_is_heard() -> None:
    side = Side()
    side.hear(granted())
    side.speak(1, 4.0)
    side.wait(1.0)
    side.outbound.close()
    assert side.told(ReplyOver)[0].outcome is Outcome.INTERRUPTED
    assert len(side.wrote(ReplyHeard)) == 1
    side.outbound.close()
    assert len(side.wrote(ReplyHeard)) == 1


def test_audio_leaves_in_the_clients_format_and_at_its_volume() -> None:
    side = Side(OutputSettings(format=AudioFormat(Encoding.MULAW, 8000), volume=50))
    side.hear(granted())
    pcm = np.full(160, 8000, "<i2").tobytes()
    side.outbound.hear_audio(AudioFrame(pcm, 0, epoch=1, end=True), side.now)
    side.wait(0.1)
    (audio,) = side.told(ReplyAudio)
    assert len(audio.data) == 160
    assert np.all(np.abs(g711.decode_mulaw(audio.data).astype(int) - 4000) < 200)


def test_a_reply_that_was_heard_is_a_span_below_its_turn() -> None:
    side = Side()
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    side.hear(TurnCommitted(turn=1, epoch=1, text="", start_sample=0, end_sample=0, trace=trace))
    side.speak(1, 0.4)
    side.wait(1.0)
    (span,) = side.spans.get_finished_spans()
    assert span.name == names.SPAN_PLAYOUT
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" in trace
    assert span.attributes is not None
    assert (span.attributes[names.OUTCOME], span.attributes[names.HEARD_MS]) == ("completed", 400)
    (heard,) = side.wrote(ReplyHeard)
    assert heard.trace == trace


# -- where another gateway has left it ------------------------------------------------------------

WORDS = (Word("one ", 0, 12_000), Word("two ", 12_000, 24_000), Word("three", 24_000, 36_000))
SEGMENTS = tuple(
    TtsSegment(epoch=epoch, segment=0, text="one two three", first_sample=0, words=WORDS) for epoch in (1, 2, 3)
)


def restored(*replies: ReplyState, voids: Voids | None = None) -> tuple[Outbound, list[Event], list[Message]]:
    told: list[Event] = []
    said: list[Message] = []
    side = Outbound(SessionSettings(), voids or Voids(), told.append, said.append, NoOpTracer(), 70)
    side.restore(SessionState(replies={reply.epoch: reply for reply in replies}), SEGMENTS, 10.0)
    return side, told, said


def test_a_running_reply_is_asked_for_from_its_word_on() -> None:
    reply = ReplyState(2, cause=Cause.USER, begun=True, progress_sample=20_000, heard="one")
    side, told, said = restored(reply)
    (asked,) = said
    assert isinstance(asked, PlaybackResend)
    assert (asked.epoch, asked.first_sample) == (2, 12_000)
    assert told == []
    assert side.going_on() == (2, 500)
    assert (side.newest, side.busy) == (2, True)


def test_a_reply_that_was_not_begun_is_asked_for_from_its_start_and_begins_once() -> None:
    _, told, said = restored(ReplyState(2, cause=Cause.GREETING))
    assert [message.first_sample for message in said if isinstance(message, PlaybackResend)] == [0]
    assert told == []


def test_what_was_stopped_while_nobody_was_there_is_ended_with_what_was_heard() -> None:
    voids = Voids()
    voids.void_through(2)
    reply = ReplyState(2, cause=Cause.USER, void=True, begun=True, progress_sample=26_000, heard="one two")
    side, told, said = restored(reply, voids=voids)
    assert told == [ReplyOver(2, "one two", Outcome.INTERRUPTED)]
    heard = [message for message in said if isinstance(message, ReplyHeard)]
    assert [(message.text, message.outcome) for message in heard] == [("one two", Outcome.INTERRUPTED)]
    assert not any(isinstance(message, PlaybackResend) for message in said)
    assert not side.busy


def test_what_was_begun_before_its_turn_was_over_is_asked_for_when_it_is_over() -> None:
    side, _, said = restored(ReplyState(2))
    assert said == []
    side.hear(TurnCommitted(turn=1, epoch=2, text="Rye?", start_sample=0, end_sample=0), 10.0, 0)
    (asked,) = said
    assert isinstance(asked, PlaybackResend)
    assert (asked.epoch, asked.first_sample) == (2, 0)


def test_what_is_over_and_what_was_only_a_guess_is_left_alone() -> None:
    over = ReplyState(1, cause=Cause.USER, begun=True, outcome=Outcome.COMPLETED)
    guess = ReplyState(3)
    side, told, said = restored(over, guess)
    assert (told, said, side.busy) == ([], [], False)
    assert not any(isinstance(event, ReplyBegan | AgentWord) for event in told)
