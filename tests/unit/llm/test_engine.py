"""The values between the service and its engines."""

from __future__ import annotations

import dataclasses

import pytest

from natter_llm.engine import ChatMessage, Done, EngineInfo, Request, Role, Text, ToolCall, ToolSpec, Usage


@pytest.mark.parametrize(
    "value",
    [
        ChatMessage(Role.USER, "hi"),
        Request((ChatMessage(Role.USER, "hi"),), (ToolSpec("t", "", {}),)),
        Text("a"),
        ToolCall("c", "t", "{}"),
        Done("stop"),
        Usage(1, 2),
        EngineInfo("demo", "x"),
    ],
)
def test_values_cannot_be_changed(value: object) -> None:
    field = dataclasses.fields(value)[0].name  # type: ignore[arg-type]
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, field, None)


def test_what_is_not_stated_is_left_to_the_provider() -> None:
    request = Request(())
    assert (request.tools, request.temperature, request.max_tokens) == ((), None, None)
    assert Done("stop").usage == Usage(0, 0)


def test_roles_are_the_words_of_chat_apis() -> None:
    assert [role.value for role in Role] == ["system", "user", "assistant", "tool"]
