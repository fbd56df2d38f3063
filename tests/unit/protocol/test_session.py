"""The life of a session."""

from __future__ import annotations

import pytest

from natter_protocol.base import Lane, Message
from natter_protocol.session import (
    CloseReason,
    SessionAssigned,
    SessionClosed,
    SessionConfigured,
    SessionOpened,
    SessionTake,
)
from natter_protocol.settings import Encoding, SessionSettings
from tests.support.protocol_wire import read, travelled, wire


@pytest.mark.parametrize("message", [SessionOpened, SessionConfigured, SessionAssigned, SessionClosed])
def test_its_life_is_told_in_facts(message: type[Message]) -> None:
    assert message.lane is Lane.EVT


def test_taking_it_is_a_command() -> None:
    assert SessionTake.lane is Lane.CTL


@pytest.mark.parametrize("reason", CloseReason)
def test_it_ends_for_a_reason(reason: CloseReason) -> None:
    closed = SessionClosed(session="s", reason=reason, detail="d", duration_s=1.5, input_s=1.0)
    assert travelled(closed) == closed


def test_an_unstated_configuration_is_the_default_one() -> None:
    assert wire(SessionConfigured(version=1, settings=SessionSettings()))["settings"] == {}
    assert read(type="session.configured", version=1, settings={}) == SessionConfigured(
        version=1, settings=SessionSettings()
    )


def test_a_configuration_travels_as_a_whole() -> None:
    settings = {"input": {"format": {"encoding": "mulaw", "rate": 8000}, "languages": ["en", "de"]}}
    message = read(type="session.configured", version=2, settings=settings)
    assert isinstance(message, SessionConfigured)
    assert message.settings.input.format.encoding is Encoding.MULAW
    assert message.settings.input.languages == ("en", "de")
    assert wire(message)["settings"] == settings


def test_the_first_assignment_replaces_none() -> None:
    assert read(type="session.assigned", service="stt", instance="stt-1") == SessionAssigned(
        service="stt", instance="stt-1", after=0
    )
