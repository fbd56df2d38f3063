"""What every message has in common: its lane and its coordinates (rule R1).

A message is a frozen value. Its type tag is ``family.name``, where the family is the module that
defines it; facts are past tense (``turn.committed``), commands imperative (``turn.cancel``).
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import msgspec

VERSION = "v1"
"""The version of the vocabulary; the second token of every subject."""


class Lane(StrEnum):
    """How a message travels, and what it costs to lose it."""

    CTL = "ctl"
    """Commands that overtake everything queued; a lost one is repaired by a later fact."""
    EVT = "evt"
    """Facts: heard live and kept in the event log."""
    LIVE = "live"
    """What the next one replaces."""
    AUD = "aud"
    """Audio frames."""
    SVC = "svc"
    """Between instances, outside any session: claims, heartbeats, discovery."""


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """Base of every message.

    The publisher's seat stamps ``session``, ``by``, ``claim`` and ``seq``; the author of a message
    fills in what it is about: ``turn``, ``rev`` and ``epoch``. Zero means "does not apply".
    """

    lane: ClassVar[Lane]
    perishable: ClassVar[bool] = False
    """True for what is worthless once its epoch is void; receivers drop it (rule R1)."""

    session: str = ""
    by: str = ""
    """The publishing service: ``gateway``, ``turn``, ``stt``, ``llm`` or ``tts``."""
    claim: int = 0
    """The claim number under which the publisher serves the session (rule R4)."""
    seq: int = 0
    """Counts from 1 per session, publisher, claim and lane."""
    turn: int = 0
    """The user's turn, counted from 1."""
    rev: int = 0
    """Revision of the turn: goes up when the user went on after a premature end."""
    epoch: int = 0
    """The number of the reply; only ``turn`` hands them out (rule R2)."""
    trace: str = ""
    """W3C ``traceparent`` of what caused this message, or empty."""

    @property
    def id(self) -> str:
        """The event id, also the de-duplication id: ``service.claim.seq``."""
        return f"{self.by}.{self.claim}.{self.seq}"

    @classmethod
    def type_name(cls) -> str:
        """The type tag, such as ``turn.committed``."""
        return str(cls.__struct_config__.tag)
