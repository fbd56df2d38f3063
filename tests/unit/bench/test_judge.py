"""Verdicts on made-up calls: who was heard when, in seconds."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.bench.judge import Outcome, heard_words, history_error, judge
from benchmarks.bench.record import Asked, Cued, Record, Reply, Stretch, Word
from benchmarks.bench.replies import reply as said
from benchmarks.bench.scenario import Kind

WORD_S = 0.25


def spoken(number: int, *heard: tuple[float, float], plan: str = "medium", status: str = "completed") -> Reply:
    """Return a reply that was played, and audible, in these stretches; a word takes 250 ms."""
    texts = said(number, plan).split(" ")
    words = [Word(f" {text}", 1000 * WORD_S * i, 1000 * WORD_S * (i + 1)) for i, text in enumerate(texts)]
    played, at = [], 0.0
    for begin, end in heard:
        played.append(Stretch(begin, end, at * 1000))
        at += end - begin
    return Reply(f"r{number}", number, status, words=words, played=played, audible=list(heard))


def whole(number: int, begin: float, plan: str = "medium") -> Reply:
    return spoken(number, (begin, begin + WORD_S * len(said(number, plan).split(" "))), plan=plan)


def call(kind: Kind, *replies: Reply, cue: Cued | None = None, **fields: Any) -> Record:
    cues = [Cued("opening", "", 0.5, 2.0)] + ([cue] if cue else [])
    plan = "medium"
    asked = [Asked(0.0, number, [("user", "hello")], said(number, plan)) for number in range(1, len(replies) + 1)]
    return Record(
        system="s",
        preset="p",
        id=f"{kind.value}-t-000",
        digest="",
        kind=kind.value,
        variant="v",
        half="tuned",
        synthetic=True,
        seconds=20.0,
        cues=cues,
        replies=list(replies),
        asked=fields.pop("asked", asked),
        **fields,
    )


SPEECH = Cued("speech", "", 3.0, 6.0, (4.0, 5.0))


# -- turns ----------------------------------------------------------------------------------------


def test_a_pause_is_held_if_nobody_spoke_before_the_end() -> None:
    verdict = judge(call(Kind.PAUSE, whole(1, 6.8), cue=SPEECH))
    assert (verdict.outcome, verdict.good) == (Outcome.HELD, True)
    assert verdict.latency_s == pytest.approx(0.8)


def test_a_reply_inside_the_sentence_cuts_the_user_off() -> None:
    verdict = judge(call(Kind.PAUSE, spoken(1, (4.7, 5.2), status="interrupted"), whole(2, 7.0), cue=SPEECH))
    assert (verdict.outcome, verdict.good, verdict.latency_s) == (Outcome.CUT_OFF, False, None)
    assert verdict.duplicates == 0


def test_a_pause_that_was_held_but_never_answered_is_held() -> None:
    verdict = judge(call(Kind.PAUSE, cue=SPEECH))
    assert (verdict.outcome, verdict.latency_s) == (Outcome.HELD, None)


@pytest.mark.parametrize(("begin", "outcome"), [(6.5, "taken"), (5.0, "cut off"), (11.5, "silent")])
def test_a_turn_is_taken_after_its_end_and_in_time(begin: float, outcome: str) -> None:
    assert judge(call(Kind.TURN, whole(1, begin), cue=SPEECH)).outcome == outcome


def test_an_answer_is_judged_by_the_reply_that_follows_it() -> None:
    verdict = judge(call(Kind.TURN, whole(1, 2.2, "short"), whole(2, 6.4, "short"), cue=Cued("speech", "", 5.0, 5.6)))
    assert (verdict.outcome, verdict.latency_s) == (Outcome.TAKEN, pytest.approx(0.8))


def test_a_second_answer_to_the_same_words_is_a_duplicate() -> None:
    verdict = judge(call(Kind.TURN, whole(1, 6.5, "short"), whole(2, 9.5, "short"), cue=SPEECH))
    assert verdict.duplicates == 1


# -- interruptions --------------------------------------------------------------------------------

BARGE = Cued("speech", "", 5.0, 6.0)


def interrupted(number: int, until: float) -> Reply:
    return spoken(number, (3.0, until), plan="medium", status="interrupted")


def test_an_interruption_is_answered() -> None:
    verdict = judge(call(Kind.INTERRUPTION, interrupted(1, 5.3), whole(2, 6.9, "short"), cue=BARGE))
    assert (verdict.outcome, verdict.good) == (Outcome.RESPOND, True)
    assert verdict.stop_s == pytest.approx(0.3)
    assert verdict.latency_s == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("replies", "outcome"),
    [
        ([interrupted(1, 5.3)], "dropped"),
        ([whole(1, 3.0)], "resume"),
        ([interrupted(1, 8.4), whole(2, 9.0)], "talked over"),
        ([interrupted(1, 5.2), whole(2, 5.5)], "cut off"),
        ([spoken(1, (3.0, 4.0), status="interrupted"), whole(2, 7.0)], "dropped"),
        ([spoken(1, (3.0, 4.0), status="completed"), whole(2, 7.0)], "void"),
    ],
)
def test_what_else_may_come_of_an_interruption(replies: list[Reply], outcome: str) -> None:
    verdict = judge(call(Kind.INTERRUPTION, *replies, cue=BARGE))
    assert verdict.outcome == outcome
    assert not verdict.good
    assert verdict.stop_s is None


def test_a_reply_that_was_between_two_sentences_stopped_at_once() -> None:
    verdict = judge(call(Kind.INTERRUPTION, interrupted(1, 4.8), whole(2, 7.0), cue=BARGE))
    assert (verdict.outcome, verdict.stop_s) == (Outcome.RESPOND, 0.0)


def test_words_are_heard_if_their_middle_was_played() -> None:
    heard = spoken(1, (3.0, 3.0 + 2.4 * WORD_S))
    assert heard_words(heard) == ["reply", "one"]
    assert heard_words(spoken(1, (3.0, 3.0 + 2.6 * WORD_S))) == ["reply", "one", "item"]
    assert heard_words(spoken(1, (3.0, 3.25), (9.0, 9.25))) == ["reply", "one"]  # in two pieces


def test_history_is_compared_with_what_was_heard() -> None:
    old, new = spoken(1, (3.0, 4.0), status="interrupted"), whole(2, 6.9)
    for kept, error in (("Reply one. Item one", 0), ("Reply one. Item one of reply", 2), ("Reply", -3), ("", -4)):
        messages = [("user", "hi"), ("assistant", kept), ("user", "wait")]
        record = call(Kind.INTERRUPTION, old, new, cue=BARGE, asked=[Asked(6.5, 2, messages, "")])
        assert history_error(record, old, new) == error


def test_history_that_nobody_asked_for_is_unknown() -> None:
    record = call(Kind.INTERRUPTION, interrupted(1, 5.3), whole(2, 6.9), cue=BARGE, asked=[])
    assert judge(record).history_words is None


# -- what is nothing ------------------------------------------------------------------------------


def test_a_backchannel_is_resumed_if_every_word_was_heard() -> None:
    length = WORD_S * len(said(1, "medium").split(" "))
    resumed = spoken(1, (3.0, 5.2), (5.9, 5.9 + length - 2.2))
    assert judge(call(Kind.BACKCHANNEL, resumed, cue=BARGE)).outcome is Outcome.RESUME


@pytest.mark.parametrize(
    ("replies", "outcome"),
    [([spoken(1, (3.0, 5.2), status="completed")], "dropped"), ([interrupted(1, 5.2), whole(2, 7.0)], "respond")],
)
def test_a_backchannel_that_was_none(replies: list[Reply], outcome: str) -> None:
    verdict = judge(call(Kind.BACKCHANNEL, *replies, cue=BARGE))
    assert (verdict.outcome, verdict.good) == (outcome, False)


def test_side_talk_in_silence_is_to_be_ignored() -> None:
    cue, details = Cued("side", "", 8.0, 10.0), {"over": "False"}
    short = whole(1, 3.0, "short")
    assert judge(call(Kind.SIDE_TALK, short, cue=cue, details=details)).good
    verdict = judge(call(Kind.SIDE_TALK, short, whole(2, 10.5), cue=cue, details=details))
    assert (verdict.outcome, verdict.good) == (Outcome.RESPOND, False)


def test_an_echo_is_judged_by_the_first_reply_alone() -> None:
    assert judge(call(Kind.ECHO, whole(1, 3.0))).good
    assert not judge(call(Kind.ECHO, interrupted(1, 5.0), whole(2, 6.0))).good
    assert judge(call(Kind.ECHO)).outcome is Outcome.VOID


def test_a_call_that_went_wrong_is_void() -> None:
    assert judge(call(Kind.TURN, cue=SPEECH, errors=["it hung up"])).outcome is Outcome.VOID
    assert judge(call(Kind.BACKCHANNEL, outcome="the opening was not answered")).outcome is Outcome.VOID


def test_sound_after_a_cancel_is_counted_whatever_the_outcome() -> None:
    late = interrupted(1, 5.3)
    late.late_ms = 40.0
    assert judge(call(Kind.ECHO, late, whole(2, 6.0))).stale_ms == 40.0
