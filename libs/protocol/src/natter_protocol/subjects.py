"""The grammar of subjects: built and parsed here and nowhere else.

::

    natter.v1.s.<session>.<lane>.<family>.<name>     what belongs to a session
    natter.v1.svc.<service>.<verb>[.<instance>]      between instances

Tokens are made of ``A-Z a-z 0-9 _ -``. The one message whose subject is not its type is
``session.assigned``: it goes to ``evt.assigned.<service>``, because its compare-and-set is per
service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from natter_protocol.base import VERSION, Lane, Message
from natter_protocol.errors import ProtocolError
from natter_protocol.session import SessionAssigned

_ROOT: Final = f"natter.{VERSION}"
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")

SERVICES: Final = ("gateway", "turn", "stt", "llm", "tts")
"""The five services."""
LOG_PATTERN: Final = f"{_ROOT}.s.*.evt.>"
"""What the event log captures."""
BEATS: Final = f"{_ROOT}.svc.*.beat.*"
"""Every heartbeat."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A parsed subject that belongs to a session."""

    session: str
    lane: Lane
    family: str
    name: str


def _token(value: str, what: str) -> str:
    if not _TOKEN.fullmatch(value):
        raise ProtocolError(f"{what} {value!r}: expected 1-64 of A-Z a-z 0-9 _ -")
    return value


def build(session: str, lane: Lane, family: str, name: str) -> str:
    """Return the subject of one kind of message in one session.

    Raises:
        ProtocolError: a part is empty, too long, or holds another character than the grammar's.
    """
    parts = (_token(session, "session"), lane.value, _token(family, "family"), _token(name, "name"))
    return ".".join((_ROOT, "s", *parts))


def parse(subject: str) -> Subject:
    """Return the parts of a session's subject.

    Raises:
        ProtocolError: ``subject`` does not follow the grammar.
    """
    parts = subject.split(".")
    if len(parts) != 7 or parts[0] != "natter" or parts[1] != VERSION or parts[2] != "s":
        raise ProtocolError(f"subject {subject!r}: expected {_ROOT}.s.<session>.<lane>.<family>.<name>")
    _, _, _, session, lane, family, name = parts
    try:
        return Subject(_token(session, "session"), Lane(lane), _token(family, "family"), _token(name, "name"))
    except ValueError as error:
        raise ProtocolError(f"subject {subject!r}: unknown lane {lane!r}") from error


def of(message: Message) -> str:
    """Return the subject that ``message`` is published on.

    Raises:
        ProtocolError: the message belongs to no session.
    """
    if isinstance(message, SessionAssigned):
        return assigned(message.session, message.service)
    family, _, name = message.type_name().partition(".")
    return build(message.session, message.lane, family, name)


def of_type(session: str, message: type[Message]) -> str:
    """Return the subject that messages of one type are published on in ``session``."""
    family, _, name = message.type_name().partition(".")
    return build(session, message.lane, family, name)


def assigned(session: str, service: str) -> str:
    """Return the subject on which the owner of ``service`` in ``session`` is written."""
    return build(session, Lane.EVT, "assigned", service)


def lane(session: str, lane: Lane) -> str:
    """Return the pattern of one whole lane of one session."""
    return f"{_ROOT}.s.{_token(session, 'session')}.{lane.value}.>"


def everything(session: str) -> str:
    """Return the pattern of all that belongs to one session."""
    return f"{_ROOT}.s.{_token(session, 'session')}.>"


def in_any_session(subject: str) -> str:
    """Return the pattern of what ``subject`` is in one session, in all of them."""
    parts = subject.split(".")
    return ".".join((*parts[:3], "*", *parts[4:]))


def audio_in(session: str) -> str:
    """Return the subject of the user's audio."""
    return build(session, Lane.AUD, "audio", "in")


def audio_out(session: str) -> str:
    """Return the subject of the agent's audio."""
    return build(session, Lane.AUD, "audio", "out")


def audio_replay(session: str, service: str) -> str:
    """Return the subject on which ``service`` gets input audio that it asked for again."""
    return build(session, Lane.AUD, "replay", service)


def svc(service: str, verb: str, instance: str = "") -> str:
    """Return a subject between instances, such as ``svc("stt", "claim")``."""
    parts = [_ROOT, "svc", _token(service, "service"), _token(verb, "verb")]
    if instance:
        parts.append(_token(instance, "instance"))
    return ".".join(parts)


def matches(pattern: str, subject: str) -> bool:
    """Whether ``subject`` fits ``pattern``: ``*`` stands for one token, a final ``>`` for one or more."""
    wanted, given = pattern.split("."), subject.split(".")
    for index, token in enumerate(wanted):
        if token == ">":
            return index < len(given)
        if index >= len(given) or (token != "*" and token != given[index]):
            return False
    return len(wanted) == len(given)
