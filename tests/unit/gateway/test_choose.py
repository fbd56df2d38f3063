"""Which language a client speaks."""

from __future__ import annotations

import json

import pytest

from natter_gateway.dialects.choose import PATHS, choose
from natter_gateway.dialects.voice_agent import Manners
from natter_gateway.events import SpeechStarted
from natter_gateway.failures import ClientError

MANNERS = Manners()


@pytest.mark.parametrize("path", PATHS)
def test_every_path_speaks_the_voice_agent_dialect(path: str) -> None:
    choice = choose(path, {"token": "x"}, [], MANNERS)
    assert (choice.dialect.name, choice.refused, choice.subprotocol) == ("voice_agent", None, None)


@pytest.mark.parametrize(("query", "offered"), [({"model": "gpt-realtime"}, []), ({}, ["realtime", "other"])])
def test_a_client_of_openai_is_told_in_its_own_words_that_it_is_not_served(
    query: dict[str, str], offered: list[str]
) -> None:
    choice = choose("/v1/realtime", query, offered, MANNERS)
    assert choice.refused is not None
    assert choice.refused.fatal
    assert choice.subprotocol == ("realtime" if offered else None)
    (text,) = choice.dialect.render(choice.refused, 1.5)
    error = json.loads(text)
    assert error["type"] == "error"
    assert "/v1/ws" in error["error"]["message"]
    assert choice.dialect.render(SpeechStarted(1, 0), 1.5) == []
    with pytest.raises(ClientError):
        choice.dialect.parse("{}", None)


def test_elsewhere_a_model_means_nothing() -> None:
    assert choose("/v1/ws", {"model": "x"}, ["realtime"], MANNERS).dialect.name == "voice_agent"
