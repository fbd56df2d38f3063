"""What is wrong is told by its code, its words, its field, and its fate (contract, 6)."""

from __future__ import annotations

import base64
from typing import Any, Final

from natter_cli.conformance.caller import Caller
from natter_cli.conformance.check import Skip, check, met, same
from natter_cli.conformance.lab import Lab

MESSAGES: Final[tuple[tuple[str, str, str], ...]] = (
    ("{", "invalid_format", "Invalid JSON format."),
    ('{"type":"no.such"}', "invalid_format", "Unknown message type: no.such"),
    ('{"type":"input.audio"}', "invalid_format", "Invalid message format for type 'input.audio'"),
    ('{"type":"input.audio","audio":"***"}', "invalid_audio", "Invalid audio data"),
    ('{"type":"tool.result","call_id":"c"}', "invalid_format", "Invalid message format for type 'tool.result'"),
    (
        '{"type":"conversation.message","role":"agent","content":"x"}',
        "invalid_format",
        "Invalid message format for type 'conversation.message'",
    ),
    (
        '{"type":"conversation.message","role":"user","content":"x","more":1}',
        "invalid_format",
        "Invalid message format for type 'conversation.message'",
    ),
)
"""A message, and the code and words of the answer."""


async def _goes_on(caller: Caller) -> None:
    await caller.send("session.update", session={})
    await caller.until("session.updated")


@check("6")
async def messages_that_cannot_be_understood(lab: Lab) -> None:
    """Bad JSON, unknown types, wrong shapes and bad base64 get their code and words, and the session goes on."""
    async with lab.session() as caller:
        for text, code, words in MESSAGES:
            await caller.send_raw(text)
            error = await caller.until("session.error")
            same((error["code"], error["message"]), (code, words), f"answer to {text}")
        await _goes_on(caller)


@check("6")
async def shapes_that_are_no_messages(lab: Lab) -> None:
    """JSON that is no object with a type gets invalid_format, and the session goes on."""
    async with lab.session() as caller:
        for text in ("[]", "3", '"x"', "null", "{}", '{"type":3}', "[" * 5_000):
            await caller.send_raw(text)
            same((await caller.until("session.error"))["code"], "invalid_format", f"answer to {text[:20]}")
        await _goes_on(caller)


@check("1")
async def binary_frames_are_refused(lab: Lab) -> None:
    """A binary frame gets a clear error, and the session goes on."""
    async with lab.session() as caller:
        await caller.send_raw(bytes(960))
        same((await caller.until("session.error"))["code"], "invalid_format", "code")
        await _goes_on(caller)


@check("6", own=True)
async def a_long_message_is_refused(lab: Lab) -> None:
    """A message that is too long gets a clear error, and the session goes on; one beyond all measure closes it."""
    async with lab.session() as caller:
        await caller.send("input.audio", audio=base64.b64encode(bytes(250_000)).decode())
        error = await caller.until("session.error")
        same(error["code"], "invalid_format", "code")
        met("characters" in error["message"], "the message tells how long it may be")
        await _goes_on(caller)
        await caller.send_raw("x" * 2_000_000)
        same(await caller.closed(), 1009, "close code")


VALUES: Final[tuple[tuple[dict[str, Any], str], ...]] = (
    ({"system_prompt": 3}, "system_prompt"),
    ({"output": {"voice": "nobody-of-this-name"}}, "output.voice"),
    ({"output": {"volume": 101}}, "output.volume"),
    ({"input": {"format": {"encoding": "audio/opus"}}}, "input.format.encoding"),
    ({"input": {"keyterms": ["x"] * 101}}, "input.keyterms"),
    ({"input": {"transcription_prompt": "x" * 1751}}, "input.transcription_prompt"),
    ({"input": {"transcription_mode": "fast"}}, "input.transcription_mode"),
    ({"input": {"voice_focus": "everywhere"}}, "input.voice_focus"),
    ({"input": {"voice_focus_threshold": 2}}, "input.voice_focus_threshold"),
    ({"input": {"turn_detection": {"vad_threshold": -1}}}, "input.turn_detection.vad_threshold"),
    ({"input": {"turn_detection": {"min_silence": 10}}}, "input.turn_detection.min_silence"),
    ({"input": {"turn_detection": {"interruption_delay": 5000}}}, "input.turn_detection.interruption_delay"),
    (
        {"input": {"turn_detection": {"min_silence": 900, "max_silence": 100}}},
        "input.turn_detection.max_silence",
    ),
    ({"tools": [{"type": "function", "name": ""}]}, "tools[0].name"),
    ({"tools": [{"type": "function", "name": "aai_x"}]}, "tools[0].name"),
    (
        {"tools": [{"type": "function", "name": "x", "parameters": {"properties": []}}]},
        "tools[0].parameters.properties",
    ),
    ({"tools": [{"type": "function", "name": "x", "timeout_seconds": 301}]}, "tools[0].timeout_seconds"),
    ({"tools": [{"type": "function", "name": "x", "execution_mode": "later"}]}, "tools[0].execution_mode"),
)
"""An update with a bad value, and the field that is to be named."""


@check("6")
async def a_bad_value_later_leaves_the_session_open(lab: Lab) -> None:
    """A bad value in a later update gets invalid_value (or immutable_field) with param, and the session goes on."""
    async with lab.session() as caller:
        for update, param in VALUES:
            await caller.send("session.update", session=update)
            error = await caller.until("session.error")
            code = "immutable_field" if param == "output.voice" else "invalid_value"
            same((error["code"], error["param"]), (code, param), f"answer to {update}")
        await _goes_on(caller)


@check("6")
async def a_bad_first_value_is_fatal(lab: Lab) -> None:
    """A bad value in the first update gets invalid_value with param, then close 1008."""
    for update, param in (*VALUES[1:3], VALUES[-3], ({"llm": [{"model": "x"}]}, "llm")):
        async with lab.connect() as caller:
            await caller.send("session.update", session=update)
            error = await caller.until("session.error")
            same((error["code"], error["param"]), ("invalid_value", param), f"answer to {update}")
            same(await caller.closed(), 1008, f"close code after {update}")


@check("6")
async def a_bad_voice_is_told_the_good_ones(lab: Lab) -> None:
    """A bad voice is answered with the names of those there are."""
    async with lab.connect() as caller:
        await caller.send("session.update", session={"output": {"voice": "nobody-of-this-name"}})
        error = await caller.until("session.error")
        met(error["message"].startswith("Invalid voice 'nobody-of-this-name'. Must be one of: alba, "), "the words")


@check("4.1")
async def an_unknown_field_leaves_the_connection_open(lab: Lab) -> None:
    """An unknown key of session gets invalid_format, and another first update may follow."""
    async with lab.connect() as caller:
        for update in ({"interrupt_response": False}, {"greeting": None}, {"input": {"eagerness": "low"}}):
            await caller.send("session.update", session=update)
            same((await caller.until("session.error"))["code"], "invalid_format", f"answer to {update}")
        await caller.send("session.update", session={})
        await caller.until("session.ready")
        await caller.send("session.end")


@check("4.1.4")
async def agents_are_opened_alone_and_first(lab: Lab) -> None:
    """agent_id with other fields is invalid_value and 1008; unknown is agent_not_found and 1008; later stays open."""
    for session, code in (
        ({"agent_id": "agent_" + "0" * 32, "system_prompt": "x"}, "invalid_value"),
        ({"agent_id": "agent_" + "0" * 32}, "agent_not_found"),
    ):
        async with lab.connect() as caller:
            await caller.send("session.update", session=session)
            same((await caller.until("session.error"))["code"], code, f"answer to {session}")
            same(await caller.closed(), 1008, "close code")
    async with lab.session() as caller:
        await caller.send("session.update", session={"agent_id": "agent_" + "0" * 32})
        error = await caller.until("session.error")
        same(error["message"], "agent_id can only be set on the first session.update", "message")
        await _goes_on(caller)


@check("6")
async def only_an_update_may_come_first(lab: Lab) -> None:
    """Other messages before the first update get invalid_format, and the connection stays open."""
    async with lab.connect() as caller:
        for kind in ("reply.create", "tool.result"):
            await caller.send(kind, call_id="c", result="x")
            same((await caller.until("session.error"))["code"], "invalid_format", f"answer to {kind}")
        await caller.send("session.update", session={})
        await caller.until("session.ready")
        await caller.send("session.end")


@check("4.2")
async def far_too_much_audio_is_refused(lab: Lab) -> None:
    """Audio that stays far ahead of real time gets audio_rate_violation, and the session goes on."""
    async with lab.session() as caller:
        for _ in range(80):
            await caller.send_audio(bytes(48_000))
        same((await caller.until("session.error"))["code"], "audio_rate_violation", "code")
        await _goes_on(caller)


@check("6", slow=True)
async def a_session_has_a_longest_duration(lab: Lab) -> None:
    """At the end of the time that its token allows a session gets session_expired and 1008."""
    lab.need_key()
    answer = await lab.get("/v1/token?expires_in_seconds=60&max_session_duration_seconds=60")
    if answer.status_code == 404:
        raise Skip("the server has no /v1/token")
    async with lab.connect(query={"token": answer.json()["token"]}) as caller:
        await caller.send("session.update", session={})
        await caller.until("session.ready")
        error = await caller.until("session.error", patience=70)
        same(error["code"], "session_expired", "code")
        same(await caller.closed(), 1008, "close code")
