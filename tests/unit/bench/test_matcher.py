from __future__ import annotations

import numpy as np

from benchmarks.bench.matcher import Found, Matcher
from benchmarks.bench.record import Word

RNG = np.random.default_rng(3)


def sound(samples: int) -> bytes:
    return RNG.integers(1, 3000, samples).astype("<i2").tobytes()


def test_sound_is_known_to_the_sample_however_it_is_cut() -> None:
    matcher, made = Matcher(), sound(2400)
    matcher.voice(made, "Reply one. Item")
    assert matcher.find(made[:960]) == [Found(made[:960], "reply-1", 0)]
    assert matcher.find(made[960:1000]) == [Found(made[960:1000], "reply-1", 480)]


def test_what_was_left_out_is_noticed() -> None:
    matcher, made = Matcher(), sound(2400)
    matcher.voice(made, "Reply one. Item")
    matcher.find(made[:960])
    assert matcher.find(made[2000:3000]) == [Found(made[2000:3000], "reply-1", 1000)]


def test_texts_without_a_number_belong_to_the_reply_before() -> None:
    matcher, one, two = Matcher(), sound(240), sound(240)
    matcher.voice(one, "Reply one.", [("Reply", 0.0, 4.0)])
    reply, words = matcher.voice(two, "Item one of reply one", [("Item", 1.0, 5.0)])
    assert reply == "reply-1"
    assert words == [Word(" Item", 11.0, 15.0)]  # behind the 10 ms of the first text
    assert matcher.find(one + two) == [Found(one + two, "reply-1", 0)]


def test_a_new_number_is_a_new_reply() -> None:
    matcher, one, two = Matcher(), sound(240), sound(240)
    matcher.voice(one, "Reply one.")
    matcher.voice(two, "Reply two.")
    assert matcher.find(two) == [Found(two, "reply-2", 0)]


def test_silence_between_pieces_is_nobodys() -> None:
    matcher, one, two = Matcher(), sound(240), sound(240)
    matcher.voice(one, "Reply one.")
    matcher.voice(two, "Item one")
    gap = bytes(200)
    assert matcher.find(one + gap + two) == [Found(one, "reply-1", 0), Found(gap), Found(two, "reply-1", 240)]
    assert matcher.lost == 0


def test_what_the_voice_did_not_make_is_counted() -> None:
    matcher = Matcher()
    matcher.voice(sound(240), "Reply one.")
    strange = sound(100)
    assert b"".join(found.pcm for found in matcher.find(strange)) == strange
    assert matcher.lost == len(strange)


def test_a_reply_is_whole_when_its_last_sample_has_come() -> None:
    matcher, made = Matcher(), sound(240)
    matcher.voice(made, "Reply one.")
    matcher.find(made[:200])
    assert not matcher.whole("reply-1")
    matcher.find(made[200:])
    assert matcher.whole("reply-1")
