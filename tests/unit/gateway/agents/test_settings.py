"""From a stored agent to the settings of a session."""

from __future__ import annotations

from typing import Any

import pytest

from natter_gateway.agents.builtins import BUILTINS
from natter_gateway.agents.problems import Invalid
from natter_gateway.agents.settings import settings_of
from natter_protocol.settings import ExecutionMode, HttpCall, OwnModel, SealedHeader, ToolServer
from tests.unit.gateway.agents.test_merge import HTTP, created


def test_all_of_it_reaches_the_session() -> None:
    settings = settings_of(
        created(
            greeting="Good morning!",
            input={"type": "audio", "keyterms": ["rye"], "turn_detection": {"min_silence": 300}},
            output={"type": "audio", "voice": "ivy", "volume": 80},
            tools=[
                {"type": "builtin", "name": "end_call"},
                {"name": "stock", "http": {**HTTP, "http_method": "GET"},
                 "execution_mode": "hold", "timeout_seconds": 5, "response_instructions": {"success": "Be brief."}},
                {"name": "client_side", "parameters": {"type": "object", "properties": {}}},
            ],
            llm=[{"base_url": "https://llm.example.com/v1", "model": "small", "api_key": "sk-1"}],
            tool_servers=[{"name": "shop", **HTTP}],
            recording=False,
        )
    )  # fmt: skip
    assert (settings.system_prompt, settings.greeting) == ("Sell bread.", "Good morning!")
    assert (settings.input.keyterms, settings.input.turn.min_silence_ms) == (("rye",), 300)
    assert (settings.output.voice, settings.output.volume) == ("alba", 80)
    end_call, stock, client_side = settings.tools
    assert end_call == BUILTINS["end_call"].tool
    assert end_call.builtin
    headers = (SealedHeader("Authorization", "<Bearer 1>"),)
    assert stock.http == HttpCall("https://api.example.com/a", "GET", headers)
    assert (stock.mode, stock.timeout_s, stock.on_success) == (ExecutionMode.HOLD, 5, "Be brief.")
    assert (client_side.http, client_side.builtin) == (None, False)
    assert settings.llm == OwnModel("https://llm.example.com/v1", "small", "<sk-1>")
    assert settings.record is False
    assert settings.tool_servers == (ToolServer("shop", "https://api.example.com/a", headers),)


def test_the_least_there_can_be() -> None:
    settings = settings_of(created())
    assert (settings.greeting, settings.tools, settings.llm, settings.record) == ("", (), None, None)
    assert settings.output.voice == "alba"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": {"keyterm": []}}, "input.keyterm"),
        ({"input": {"turn_detection": {"vad_threshold": 2}}}, "input.turn_detection.vad_threshold"),
        ({"output": {"volume": 101}}, "output.volume"),
        ({"output": {"format": {"encoding": "mp3"}}}, "output.format.encoding"),
        ({"tools": [{"type": "builtin", "name": "end_call"}, {"name": "a", "parameters": {"properties": 1}}]},
         "tools[1].parameters.properties"),
    ],
)  # fmt: skip
def test_what_a_session_could_not_have_is_named_where_the_user_wrote_it(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(Invalid) as caught:
        settings_of(created(**fields))
    assert [problem.param for problem in caught.value.problems] == [param]
