"""The schema and the page: made of the same types as the wire, and true."""

from __future__ import annotations

import asyncio
import json
import re
import urllib.request
from pathlib import Path
from typing import Any, get_args

import jsonschema
import msgspec
import pytest

from natter_cli.conformance.published import Published
from natter_gateway.dialects.voice_agent import VoiceAgent
from natter_gateway.dialects.voice_agent_client import CLIENT_MESSAGES, ReplyCancel
from natter_gateway.dialects.voice_agent_server import SERVER_EVENTS, Code
from natter_gateway.events import ReplyBegan, SessionReady
from natter_gateway.extensions import PLAYOUT_ACK
from natter_gateway.failures import ClientError, close_code
from natter_gateway.published import page, samples
from natter_gateway.published.asyncapi import ASYNCAPI, document, tag
from natter_gateway.published.facts import CLOSES, FAULTS, IMMUTABLE, MUTABLE
from natter_protocol.settings import SessionSettings
from natter_runtime.app import VERSION
from tests.support.gateway_house import gateway

ROOT = Path(__file__).parents[3]
PUBLISHED = Published(document(VERSION))


def test_every_message_is_in_the_document_with_an_example() -> None:
    names = [tag(kind) for kind in (*CLIENT_MESSAGES, *SERVER_EVENTS)]
    schema = document(VERSION)
    assert schema["asyncapi"] == ASYNCAPI
    assert list(schema["components"]["messages"]) == names
    assert list(schema["channels"]["voiceAgent"]["messages"]) == names
    assert [tag(type(sample)) for sample in (*samples.CLIENT, *samples.SERVER)] == names
    for message in schema["components"]["messages"].values():
        assert message["summary"]
        assert len(message["examples"]) == 1


def test_every_reference_leads_somewhere() -> None:
    schema = document(VERSION)
    references = re.findall(r'"\$ref": "(#[^"]*)"', json.dumps(schema))
    assert len(references) > 100
    for reference in references:
        found: Any = schema
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]


@pytest.mark.parametrize("sample", [*samples.CLIENT, *samples.SERVER], ids=lambda sample: tag(type(sample)))
def test_every_example_fits_the_schema(sample: msgspec.Struct) -> None:
    PUBLISHED.check(msgspec.to_builtins(sample))


def test_what_does_not_fit_is_noticed() -> None:
    for wrong in (
        {"type": "reply.done", "reply_id": "r", "status": "cancelled", "timestamp": 1.0},
        {"type": "reply.done", "reply_id": "r", "timestamp": 1.0},
        {"type": "reply.done", "reply_id": "r", "status": "completed", "timestamp": "now"},
        {"type": "session.update", "session": {"output": {"volume": 101}}},
        {"type": "session.update", "session": {"nonsense": 1}},
    ):
        with pytest.raises(jsonschema.ValidationError):
            PUBLISHED.check(wrong)
    with pytest.raises(KeyError):
        PUBLISHED.check({"type": "no.such"})


@pytest.mark.parametrize("sample", samples.CLIENT, ids=lambda sample: tag(type(sample)))
def test_every_example_of_a_client_is_understood(sample: msgspec.Struct) -> None:
    dialect = VoiceAgent()
    dialect.render(SessionReady("sess_1", 0, SessionSettings(extensions=(PLAYOUT_ACK,))), 0.0)
    body = msgspec.to_builtins(sample)
    if "reply_id" in body:
        body["reply_id"] = json.loads(dialect.render(ReplyBegan(1), 0.0)[0])["reply_id"]
    dialect.parse(json.dumps(body), None)
    with pytest.raises(ClientError):
        dialect.parse(json.dumps(msgspec.to_builtins(ReplyCancel(reply_id="?"))), None)


def test_the_tables_are_whole() -> None:
    assert {fault.code for fault in FAULTS} == set(get_args(Code))
    fields = document(VERSION)["components"]["schemas"]["SessionFields"]["properties"]
    tops = {name.split(".")[0] for name in (*MUTABLE, *IMMUTABLE)}
    assert tops | {"llm", "pre_connect_requests", "webhook"} == set(fields)
    assert not set(MUTABLE) & set(IMMUTABLE)
    for fault in FAULTS:
        code = re.search(r"closed with (\d+)", fault.afterwards)
        if code is not None:
            assert int(code[1]) in CLOSES
    assert set(CLOSES) >= {close_code(ClientError(fault.code, "").failure) for fault in FAULTS}


def test_the_page_in_the_documentation_is_the_page_that_is_served() -> None:
    written = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    assert written == page.page(VERSION), "make docs"


def test_the_page_holds_the_example_client_and_every_message() -> None:
    text = page.page(VERSION)
    assert (ROOT / "examples" / "client.py").read_text(encoding="utf-8") in text
    assert all(f"#### `{tag(kind)}`" in text for kind in (*CLIENT_MESSAGES, *SERVER_EVENTS))
    assert "{{" not in text
    links = {link.lower() for link in re.findall(r"\]\(#([\w-]+)\)", text)}
    heads = {re.sub(r"[^\w-]", "", head.lower().replace(" ", "-")) for head in re.findall(r"^#+ (.+)$", text, re.M)}
    assert links <= heads


def test_every_json_block_of_the_page_fits_the_schema() -> None:
    blocks = re.findall(r"```json\n(.*?)```", page.page(VERSION), re.S)
    assert len(blocks) == len(CLIENT_MESSAGES) + len(SERVER_EVENTS)
    for block in blocks:
        PUBLISHED.check(json.loads(block))
    inline = re.findall(r"`(\{\"type\".*?\})`", page.page(VERSION))
    assert inline
    for text in inline:
        PUBLISHED.check(json.loads(text))


async def test_they_are_served() -> None:
    async with gateway() as place:
        base = place.url.replace("ws://", "http://").removesuffix("/v1/ws")

        def get(path: str) -> str:
            with urllib.request.urlopen(base + path, timeout=5) as answer:
                return str(answer.read().decode())

        assert json.loads(await asyncio.to_thread(get, "/asyncapi.json")) == json.loads(json.dumps(document(VERSION)))
        assert await asyncio.to_thread(get, "/llms-full.txt") == page.page(VERSION)
        index = await asyncio.to_thread(get, "/llms.txt")
        for link in re.findall(r"\]\((/[^)]+)\)", index):
            await asyncio.to_thread(get, link)
