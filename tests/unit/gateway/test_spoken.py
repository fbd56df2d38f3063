"""One reply's audio and words."""

from __future__ import annotations

from natter_gateway.spoken import Spoken
from natter_protocol.audio import AudioFrame
from natter_protocol.tts import TtsSegment, Word


def frame(first: int, samples: int, *, end: bool = False) -> AudioFrame:
    return AudioFrame(bytes(2 * samples), first, epoch=1, end=end)


def segment(number: int, words: tuple[Word, ...], *, exact: bool = False) -> TtsSegment:
    text = "".join(word.text for word in words)
    return TtsSegment(epoch=1, segment=number, text=text, first_sample=words[0].start, words=words, exact=exact)


def test_frames_come_out_in_order_whatever_order_they_came_in() -> None:
    reply = Spoken(1)
    reply.add(frame(480, 480))
    assert reply.next_piece(480) == b""
    reply.add(frame(0, 480))
    assert len(reply.next_piece(480)) == 960
    assert len(reply.next_piece(480)) == 960
    assert reply.sent == 960


def test_a_large_frame_is_sent_in_pieces() -> None:
    reply = Spoken(1)
    reply.add(frame(0, 1000, end=True))
    pieces = []
    while piece := reply.next_piece(480):
        pieces.append(len(piece) // 2)
    assert pieces == [480, 480, 40]
    assert reply.complete


def test_a_repeated_frame_is_played_once() -> None:
    reply = Spoken(1)
    reply.add(frame(0, 480))
    reply.next_piece(480)
    reply.add(frame(0, 480))
    reply.add(frame(240, 480))
    assert reply.next_piece(480) == bytes(480)
    assert reply.sent == 720


def test_a_gap_is_seen_before_later_audio_and_before_the_end() -> None:
    reply = Spoken(1)
    reply.add(frame(0, 480))
    assert reply.gap() is None
    reply.next_piece(480)
    reply.add(frame(960, 480, end=True))
    assert reply.gap() == (480, 960)
    reply.cut()
    assert reply.complete
    assert reply.gap() is None


def test_an_exact_account_of_the_words_replaces_the_estimate_and_is_not_replaced_by_one() -> None:
    reply = Spoken(1)
    reply.words_of(segment(0, (Word("hello ", 0, 100),)))
    reply.words_of(segment(0, (Word("hello ", 0, 400),), exact=True))
    reply.words_of(segment(0, (Word("hello ", 0, 100),)))
    reply.heard = 150.0
    assert reply.heard_text() == ""
    reply.heard = 200.0
    assert reply.heard_text() == "hello"


def test_words_are_told_once_when_their_sound_is_sent() -> None:
    reply = Spoken(1)
    reply.words_of(segment(0, (Word("a ", 0, 480), Word("b ", 480, 960))))
    reply.words_of(segment(1, (Word("c", 960, 1440),)))
    reply.add(frame(0, 1440, end=True))
    told = []
    while reply.next_piece(480):
        told.append([word.text for word in reply.begun_words()])
    assert told == [["a "], ["b "], ["c"]]
