"""The names in a record are those that the client saw."""

from __future__ import annotations

import json

from natter_gateway import ids
from natter_gateway.dialects.voice_agent import VoiceAgent
from natter_gateway.events import ReplyBegan, SessionReady, UserFinal
from natter_protocol.settings import SessionSettings


def test_the_socket_gives_the_same_names() -> None:
    dialect = VoiceAgent()
    dialect.render(SessionReady("sess_1", 0, SessionSettings()), 0.0)
    began = json.loads(dialect.render(ReplyBegan(3), 0.0)[0])
    said = json.loads(dialect.render(UserFinal(2, "Hi"), 0.0)[0])
    assert (began["reply_id"], began["item_id"]) == (ids.reply_id("sess_1", 3), ids.agent_item("sess_1", 3))
    assert said["item_id"] == ids.user_item("sess_1", 2)


def test_names_differ() -> None:
    names = {
        ids.reply_id("a", 1),
        ids.reply_id("a", 2),
        ids.reply_id("b", 1),
        ids.agent_item("a", 1),
        ids.user_item("a", 1),
    }
    assert len(names) == 5
    assert len(ids.reply_id("a", 1)) == len("resp_") + 32
