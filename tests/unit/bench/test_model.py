"""The scripted model, asked as the systems ask it."""

from __future__ import annotations

import json

import httpx
import pytest

from benchmarks.bench.model import ScriptedModel, content_of, mark

SYSTEM = {"role": "system", "content": mark("natter.balanced.turn-t-001") + " Speak in short sentences."}


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def agent(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(lambda: 12.5, first_s=0.0, token_s=0.0)


def test_a_call_is_answered_by_its_plan(model: ScriptedModel) -> None:
    script = model.expect("natter.balanced.turn-t-001", ("ask:For how many?", "short"))
    assert model.answer([SYSTEM, user("A table, please.")]) == "Reply one. For how many?"
    told = [SYSTEM, user("A table, please."), agent("Reply one. For how many?"), user("Two.")]
    assert model.answer(told) == "Reply two. That is all I can tell you."
    assert [(asked.number, asked.at_s) for asked in script.asked] == [(1, 12.5), (2, 12.5)]
    assert script.asked[1].messages[-1] == ("user", "Two.")
    assert script.asked[1].said == "Reply two. That is all I can tell you."


def test_a_reply_that_nobody_heard_does_not_use_up_the_plan(model: ScriptedModel) -> None:
    model.expect("natter.balanced.turn-t-001", ("long", "short"))
    model.answer([SYSTEM, user("What time")])
    again = model.answer([SYSTEM, user("What time do you open?")])
    assert again.startswith("Reply two. Item one of reply two")


def test_calls_do_not_mix(model: ScriptedModel) -> None:
    one = model.expect("natter.balanced.turn-t-001", ("short",))
    other = model.expect("other", ("short",))
    model.answer([SYSTEM, user("Hello.")])
    assert (len(one.asked), len(other.asked)) == (1, 0)


def test_a_call_that_is_over_is_forgotten(model: ScriptedModel) -> None:
    script = model.expect("natter.balanced.turn-t-001", ("long",))
    model.forget("natter.balanced.turn-t-001")
    assert model.answer([SYSTEM, user("Hello.")]).startswith("Reply one. That is all")
    assert script.asked == []


def test_content_may_come_in_parts() -> None:
    parts = [{"type": "text", "text": "Hello"}, {"type": "text", "text": "there"}]
    assert content_of({"role": "user", "content": parts}) == "Hello there"
    assert content_of({"role": "assistant", "content": None}) == ""


async def test_it_streams_as_a_server_does(model: ScriptedModel) -> None:
    model.expect("natter.balanced.turn-t-001", ("short",))
    async with model.serving() as url, httpx.AsyncClient() as client:
        assert (await client.get(f"{url}/models")).json()["data"][0]["id"] == "scripted"
        body = {"model": "scripted", "messages": [SYSTEM, user("Hello.")], "stream": True}
        response = await client.post(f"{url}/chat/completions", json=body)
    chunks = [line.removeprefix("data: ") for line in response.text.splitlines() if line]
    assert chunks[-1] == "[DONE]"
    pieces = [json.loads(chunk)["choices"][0] for chunk in chunks[:-1]]
    assert "".join(piece["delta"].get("content", "") for piece in pieces) == "Reply one. That is all I can tell you."
    assert pieces[-1]["finish_reason"] == "stop"
