"""Who may say and hear what."""

from __future__ import annotations

import pytest

from natter_protocol import codec, rights, subjects
from natter_protocol.base import Lane

SESSION = "sess_1"


def may_hear(service: str, subject: str) -> bool:
    return any(subjects.matches(pattern, subject) for pattern in rights.rights_of(service).subscribe)


def may_say(service: str, subject: str) -> bool:
    return any(subjects.matches(pattern, subject) for pattern in rights.rights_of(service).publish)


def test_every_message_of_a_session_is_said_by_somebody() -> None:
    said = {message for messages in rights.SAYS.values() for message in messages}
    of_sessions = {message for message in codec.MESSAGES.values() if message.lane is not Lane.SVC}
    assert said == of_sessions


def test_every_service_has_its_row() -> None:
    for table in (rights.SAYS, rights.HEARS_LIVE, rights.SPEAKS, rights.LISTENS):
        assert set(table) == set(subjects.SERVICES)


@pytest.mark.parametrize(
    ("subject", "listeners"),
    [
        (subjects.audio_in(SESSION), {"turn", "stt"}),
        (subjects.audio_out(SESSION), {"gateway", "turn"}),
        (subjects.audio_replay(SESSION, "stt"), {"stt"}),
        (subjects.audio_replay(SESSION, "turn"), {"turn"}),
    ],
)
def test_audio_is_heard_by_those_who_work_on_it(subject: str, listeners: set[str]) -> None:
    assert {service for service in subjects.SERVICES if may_hear(service, subject)} == listeners


@pytest.mark.parametrize("lane", [Lane.CTL, Lane.EVT])
def test_commands_and_facts_are_heard_by_all(lane: Lane) -> None:
    subject = subjects.build(SESSION, lane, "turn", "cancel")
    assert all(may_hear(service, subject) for service in subjects.SERVICES)


def test_nobody_speaks_for_another() -> None:
    commit = subjects.build(SESSION, Lane.EVT, "turn", "committed")
    assert [service for service in subjects.SERVICES if may_say(service, commit)] == ["turn"]
    assigned = subjects.assigned(SESSION, "stt")
    assert [service for service in subjects.SERVICES if may_say(service, assigned)] == ["gateway"]
    assert [service for service in subjects.SERVICES if may_say(service, subjects.audio_out(SESSION))] == ["tts"]


def test_nobody_reads_anothers_answers() -> None:
    for service in subjects.SERVICES:
        answer = f"{rights.inbox(service)}.x.1"
        assert [other for other in subjects.SERVICES if may_hear(other, answer)] == [service]


def test_only_gateways_ask_for_workers() -> None:
    claim = subjects.svc("llm", "claim")
    assert [service for service in subjects.SERVICES if may_say(service, claim)] == ["gateway"]
    assert [service for service in subjects.SERVICES if may_hear(service, claim)] == ["llm"]
