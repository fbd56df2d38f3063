"""What enters the conversation without anybody having said it."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from natter_protocol.base import Lane, Message


class Author(StrEnum):
    """As whose words it is told to the model."""

    USER = "user"
    SYSTEM = "system"


class ConversationAdded(Message, tag="conversation.added", frozen=True, kw_only=True):
    """The client has added something to the conversation. ``epoch`` is the reply that it comes after."""

    lane: ClassVar[Lane] = Lane.EVT

    author: Author
    text: str
