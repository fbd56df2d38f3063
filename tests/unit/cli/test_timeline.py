"""A call as lines: messages one by one, audio once a second."""

from __future__ import annotations

import numpy as np

from natter_cli.timeline import Timeline, coordinates, gist
from natter_protocol import codec, subjects
from natter_protocol.audio import AudioFrame, encode_frame
from natter_protocol.base import Message
from natter_protocol.playback import PlaybackProgress, PlaybackState
from natter_protocol.session import SessionConfigured
from natter_protocol.settings import SessionSettings
from natter_protocol.stt import SttFinal
from natter_protocol.tts import TtsSegment, Word
from natter_protocol.turn import Cause, Scope, TurnCancel, TurnCommitted, TurnGranted, TurnProbability

SESSION = "sess_1"
PROBABILITY = TurnProbability(session=SESSION, at_sample=1, speech=0.5, silence_ms=0, last_speech_sample=0)


def told(message: Message, at_ms: float | None = 12.34) -> str:
    (line,) = Timeline().message(at_ms, subjects.of(message), codec.encode(message))
    return line


def frame(first: int, level: int = 0, *, filled: bool = False, end: bool = False, epoch: int = 0) -> bytes:
    pcm = np.full(320, level, "<i2").tobytes()
    return encode_frame(AudioFrame(pcm, first, filled=filled, end=end, epoch=epoch))


def test_a_fact() -> None:
    line = told(
        TurnCommitted(
            session=SESSION,
            by="turn",
            claim=7,
            seq=3,
            turn=2,
            rev=1,
            epoch=4,
            text="Hello there.",
            start_sample=0,
            end_sample=16000,
            probability=0.98765,
        )
    )
    assert line.startswith("     12.3  evt  turn.committed      t2.1 e4  turn.7.3 ")
    assert line.endswith('text="Hello there." start_sample=0 end_sample=16000 probability=0.988')


def test_a_command() -> None:
    line = told(TurnCancel(session=SESSION, by="turn", claim=7, seq=1, epoch=3, scope=Scope.THROUGH, reason="barge-in"))
    assert " ctl " in line
    assert 'scope=through reason="barge-in"' in line


def test_only_what_is_said_is_shown() -> None:
    assert gist(TurnGranted(cause=Cause.GREETING)) == "cause=greeting"
    assert (
        gist(SttFinal(text="a" * 200, start_sample=1, end_sample=2)) == f'text="{"a" * 70}… start_sample=1 end_sample=2'
    )


def test_settings_and_words_are_shortened() -> None:
    settings = SessionSettings(system_prompt="x" * 500)
    assert len(gist(SessionConfigured(version=2, settings=settings))) < 100
    words = (Word("Hello ", 0, 10), Word("there.", 10, 20))
    assert gist(TtsSegment(segment=0, text="Hello there.", first_sample=0, words=words)).endswith("words=[2]")


def test_coordinates() -> None:
    assert coordinates(TurnGranted(cause=Cause.IDLE)) == ""
    assert coordinates(TurnGranted(cause=Cause.IDLE, epoch=5)) == "e5"
    assert coordinates(TurnGranted(cause=Cause.IDLE, turn=1)) == "t1"


def test_audio_is_summed_up_once_a_second() -> None:
    timeline, subject = Timeline(), subjects.audio_in(SESSION)
    lines = []
    for index in range(60):
        lines += timeline.message(index * 20.0, subject, frame(index * 320, 3277 if index else 0, filled=index < 3))
    assert lines == [
        "      0.0  aud  audio.in                                      50 frames, 1000 ms, peak -20 dB, 3 filled in"
    ]
    assert timeline.flush(1500.0) == []
    assert timeline.flush() == [
        "   1000.0  aud  audio.in                                      10 frames, 200 ms, peak -20 dB"
    ]
    assert timeline.flush() == []


def test_audio_of_another_reply_is_another_line() -> None:
    timeline, subject = Timeline(), subjects.audio_out(SESSION)
    assert timeline.message(0.0, subject, frame(0, epoch=1, end=True)) == []
    (line,) = timeline.message(20.0, subject, frame(0, epoch=2))
    assert line.endswith("1 frames, 20 ms, silent, end")
    assert " e1 " in line


def test_a_message_lets_a_full_second_go_first() -> None:
    timeline = Timeline()
    timeline.message(0.0, subjects.audio_in(SESSION), frame(0))
    message = TurnGranted(session=SESSION, cause=Cause.IDLE)
    lines = timeline.message(1000.0, subjects.of(message), codec.encode(message))
    assert [line.split()[2] for line in lines] == ["audio.in", "turn.granted"]


def test_of_what_is_replaced_one_a_second_is_shown() -> None:
    timeline = Timeline()

    def progress(at_ms: float, state: PlaybackState) -> int:
        message = PlaybackProgress(session=SESSION, state=state, heard=1, sent=2, credit=3)
        return len(timeline.message(at_ms, subjects.of(message), codec.encode(message)))

    playing, held = PlaybackState.PLAYING, PlaybackState.HELD
    steps = [(0.0, playing), (100.0, playing), (999.0, playing), (1000.0, playing), (1100.0, held), (1200.0, playing)]
    assert [progress(*step) for step in steps] == [1, 0, 0, 1, 1, 1]
    told = [
        len(timeline.message(at, subjects.of_type(SESSION, TurnProbability), codec.encode(PROBABILITY)))
        for at in (1200.0, 1300.0, 2200.0)
    ]
    assert told == [1, 0, 1]


def test_without_times() -> None:
    line = told(TurnGranted(session=SESSION, cause=Cause.IDLE), None)
    assert line.startswith("           evt  turn.granted")


def test_what_is_not_understood_is_shown_as_such() -> None:
    timeline = Timeline()
    assert timeline.message(0.0, "some.thing", b"xyz") == [
        "      0.0  ?    some.thing                                    3 bytes"
    ]
    assert "damaged: audio frame" in timeline.message(0.0, subjects.audio_in(SESSION), b"x")[0]
    cancel = subjects.of_type(SESSION, TurnCancel)
    assert "damaged" in timeline.message(0.0, cancel, b"{")[0]
    assert "turn.new" in timeline.message(0.0, cancel, b'{"type":"turn.new"}')[0]
