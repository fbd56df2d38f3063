"""The grammar of subjects."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natter_protocol import subjects
from natter_protocol.base import Lane, Message
from natter_protocol.codec import MESSAGES
from natter_protocol.errors import ProtocolError
from natter_protocol.session import SessionAssigned
from natter_protocol.stt import SttPartial
from natter_protocol.subjects import Subject
from natter_protocol.svc import SvcPing
from tests.conformance.fixtures import samples

TOKEN = st.text("ABCXYZabcxyz0189_-", min_size=1, max_size=64)
PATTERN_TOKEN = st.sampled_from(["a", "b", "*"])


@given(TOKEN, st.sampled_from(Lane), TOKEN, TOKEN)
def test_what_is_built_is_parsed(session: str, lane: Lane, family: str, name: str) -> None:
    subject = subjects.build(session, lane, family, name)
    assert subjects.parse(subject) == Subject(session, lane, family, name)
    assert subjects.matches(subjects.lane(session, lane), subject)
    assert subjects.matches(subjects.everything(session), subject)
    assert subjects.matches(subjects.LOG_PATTERN, subject) is (lane is Lane.EVT)


@given(st.text(max_size=80))
def test_what_is_parsed_is_built(text: str) -> None:
    try:
        parts = subjects.parse(text)
    except ProtocolError:
        return
    assert subjects.build(parts.session, parts.lane, parts.family, parts.name) == text


@pytest.mark.parametrize("bad", ["", "a.b", "*", ">", "a b", "ü", "a" * 65, "a\n", "$JS"])
def test_a_token_that_nats_would_read_otherwise_is_refused(bad: str) -> None:
    with pytest.raises(ProtocolError, match="session"):
        subjects.build(bad, Lane.EVT, "turn", "started")
    with pytest.raises(ProtocolError):
        subjects.lane(bad, Lane.EVT)
    with pytest.raises(ProtocolError):
        subjects.everything(bad)
    with pytest.raises(ProtocolError):
        subjects.svc(bad, "claim")


@pytest.mark.parametrize(
    "subject",
    [
        "natter.v1.s.sess.evt.turn",
        "natter.v1.s.sess.evt.turn.started.more",
        "natter.v2.s.sess.evt.turn.started",
        "other.v1.s.sess.evt.turn.started",
        "natter.v1.x.sess.evt.turn.started",
        "natter.v1.s.sess.loud.turn.started",
        "natter.v1.s.*.evt.turn.started",
        "",
    ],
)
def test_what_is_no_subject_is_refused(subject: str) -> None:
    with pytest.raises(ProtocolError):
        subjects.parse(subject)


@pytest.mark.parametrize("tag", [tag for tag, message in MESSAGES.items() if message.lane is not Lane.SVC])
def test_a_message_is_published_on_its_lane_and_type(tag: str) -> None:
    message = samples.sample(MESSAGES[tag])
    if isinstance(message, SessionAssigned):
        return
    parts = subjects.parse(subjects.of(message))
    assert (parts.session, parts.lane) == (message.session, message.lane)
    assert f"{parts.family}.{parts.name}" == tag
    assert subjects.of(message) == subjects.of_type(message.session, type(message))


def test_assignments_are_kept_apart_by_service() -> None:
    message = SessionAssigned(session="s", service="stt", instance="stt-1")
    assert subjects.of(message) == subjects.assigned("s", "stt") == "natter.v1.s.s.evt.assigned.stt"


@pytest.mark.parametrize("message", [SvcPing(), SttPartial(text="x", end_sample=0)])
def test_a_message_without_a_session_has_no_subject(message: Message) -> None:
    with pytest.raises(ProtocolError):
        subjects.of(message)


def test_audio_has_a_lane_of_its_own() -> None:
    named = (subjects.audio_in("s"), subjects.audio_out("s"), subjects.audio_replay("s", "stt"))
    assert named == ("natter.v1.s.s.aud.audio.in", "natter.v1.s.s.aud.audio.out", "natter.v1.s.s.aud.replay.stt")
    assert all(subjects.parse(subject).lane is Lane.AUD for subject in named)


def test_between_instances() -> None:
    assert subjects.svc("stt", "claim") == "natter.v1.svc.stt.claim"
    assert subjects.svc("stt", "beat", "stt-1") == "natter.v1.svc.stt.beat.stt-1"
    assert subjects.matches(subjects.BEATS, subjects.svc("stt", "beat", "stt-1"))
    assert not subjects.matches(subjects.BEATS, subjects.svc("stt", "ping", "stt-1"))


@given(st.lists(PATTERN_TOKEN, min_size=1, max_size=4), st.booleans(), st.lists(st.sampled_from("ab"), min_size=1))
def test_matching_is_what_a_regular_expression_says(pattern: list[str], tail: bool, subject: list[str]) -> None:
    tokens = [*pattern, ">"] if tail else pattern
    expression = r"\.".join({"*": "[^.]+", ">": ".+"}.get(token, token) for token in tokens)
    expected = re.fullmatch(expression, ".".join(subject)) is not None
    assert subjects.matches(".".join(tokens), ".".join(subject)) is expected


def test_a_subject_in_any_session() -> None:
    pattern = subjects.in_any_session(subjects.audio_in("sess_1"))
    assert pattern == subjects.audio_in("x").replace(".x.", ".*.")
    assert subjects.matches(pattern, subjects.audio_in("sess_2"))
    assert not subjects.matches(pattern, subjects.audio_out("sess_2"))
