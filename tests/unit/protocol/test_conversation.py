"""What the client adds to the conversation."""

from __future__ import annotations

from natter_protocol import codec, subjects
from natter_protocol.base import Lane
from natter_protocol.conversation import Author, ConversationAdded


def test_it_is_a_fact_that_stands_after_a_reply() -> None:
    added = ConversationAdded(session="sess_1", epoch=3, author=Author.SYSTEM, text="The caller is Ada.")
    assert added.lane is Lane.EVT
    assert subjects.of(added) == "natter.v1.s.sess_1.evt.conversation.added"
    assert codec.decode(codec.encode(added)) == added
