"""The configuration: its echo, its values, what may change and what may not (contract, 4.1, 5.1)."""

from __future__ import annotations

from typing import Any, Final

from natter_cli.conformance import shapes
from natter_cli.conformance.check import check, met, same
from natter_cli.conformance.lab import Lab

TOOL: Final[dict[str, Any]] = {
    "type": "function",
    "name": "stock",
    "description": "How many are left.",
    "parameters": {"type": "object", "properties": {"item": {"type": "string"}}, "required": ["item"]},
}

FULL: Final[dict[str, Any]] = {
    "system_prompt": "You answer phones for a bakery.",
    "input": {
        "type": "audio",
        "format": {"encoding": "audio/pcm", "sample_rate": 24000},
        "keyterms": ["sourdough"],
        "transcription_mode": "balanced",
        "continuous_partials": True,
        "transcription_prompt": "Customers order bread by name.",
        "language_codes": ["en"],
        "voice_focus": "near-field",
        "voice_focus_threshold": 0.85,
        "turn_detection": {"vad_threshold": 0.6, "min_silence": 400, "max_silence": 2000, "interruption_delay": 300},
    },
    "output": {
        "type": "audio",
        "voice": "alba",
        "format": {"encoding": "audio/pcm", "sample_rate": 24000},
        "volume": 80,
    },
    "tools": [
        {**TOOL, "execution_mode": "hold", "timeout_seconds": 20, "response_instructions": {"success": "Be brief."}}
    ],
}


def contains(actual: Any, expected: Any, path: str) -> None:
    """Raise unless ``actual`` holds all of ``expected``, at every depth."""
    if isinstance(expected, dict):
        for name, value in expected.items():
            contains(actual.get(name), value, f"{path}.{name}")
    elif isinstance(expected, list) and expected and isinstance(expected[0], dict):
        same(len(actual), len(expected), f"length of {path}")
        for index, value in enumerate(expected):
            contains(actual[index], value, f"{path}[{index}]")
    elif isinstance(expected, str | bool | list) or expected is None:
        same(actual, expected, path)
    else:
        same(float(actual), float(expected), path)


@check("5.1")
async def the_echo_has_every_key(lab: Lab) -> None:
    """config has exactly the documented keys, null where nothing was stated."""
    async with lab.session() as caller:
        config = caller.events[-1]["config"]
        shapes.keys(config, shapes.CONFIG, "config")
        same(config["greeting"], None, "greeting")
        same(config["input"]["turn_detection"], None, "input.turn_detection")
        same(config["output"]["voice"], "alba", "output.voice")
        same(config["output"]["format"], {"encoding": "audio/pcm", "sample_rate": 24000}, "output.format")
        same((config["tools"], config["llm"], config["pre_connect_requests"]), ([], [], []), "the lists")


@check("5.1")
async def the_echo_is_what_was_sent(lab: Lab) -> None:
    """Everything that is stated comes back in config, tools with every key."""
    async with lab.session(**FULL) as caller:
        config = caller.events[-1]["config"]
        contains(config, FULL, "config")
        same(set(config["tools"][0]), shapes.TOOL, "keys of a tool")


MUTABLE: Final[tuple[dict[str, Any], ...]] = (
    {"system_prompt": "Be kind."},
    {"tools": [TOOL]},
    {"tools": []},
    {"input": {"turn_detection": {"vad_threshold": 0.4}}},
    {"input": {"keyterms": ["rye"]}},
    {"input": {"transcription_mode": "max_accuracy"}},
    {"input": {"transcription_prompt": "Bread."}},
    {"input": {"continuous_partials": True}},
    {"input": {"language_codes": ["en"]}},
    {"input": {"voice_focus": "far-field"}},
    {"input": {"voice_focus_threshold": 0.5}},
    {"input": {"format": {"encoding": "audio/pcmu", "sample_rate": 8000}}},
    {"output": {"volume": 40}},
)


@check("4.1.3")
async def what_may_change_does(lab: Lab) -> None:
    """Every mutable field changes in the middle of a session and is answered by session.updated."""
    async with lab.session() as caller:
        for update in MUTABLE:
            await caller.send("session.update", session=update)
            event = await caller.next()
            same(event["type"], "session.updated", f"answer to {update}")
            contains(event["config"], update, "config")


IMMUTABLE: Final[dict[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "greeting": ({"greeting": "Other."}, {"greeting": "Hi."}),
    "output.voice": ({"output": {"voice": "eve"}}, {"output": {"voice": "alba"}}),
    "output.format": (
        {"output": {"format": {"encoding": "audio/pcmu"}}},
        {"output": {"format": {"encoding": "audio/pcm", "sample_rate": 24000}}},
    ),
    "output.type": ({"output": {"type": "text"}}, {"output": {"type": "audio"}}),
}
"""What is fixed: a change of it, and the same again."""


@check("4.1.3")
async def what_is_fixed_stays(lab: Lab) -> None:
    """Every immutable field answers immutable_field with param and session_id, and the session goes on unchanged."""
    async with lab.session(greeting="Hi.") as caller:
        before = caller.of("session.ready")[0]
        for param, (change, _) in IMMUTABLE.items():
            await caller.send("session.update", session={**change, "system_prompt": "dropped too"})
            error = await caller.until("session.error")
            same((error["code"], error["param"]), ("immutable_field", param), f"answer to {change}")
            same(error["session_id"], before["session_id"], "session_id")
            same(error["message"], f"'{param}' cannot be changed after the first session.update", "message")
        await caller.send("session.update", session={})
        same((await caller.until("session.updated"))["config"], before["config"], "config")


@check("18.6")
async def the_same_again_is_no_change(lab: Lab) -> None:
    """An immutable field may be sent again with the same value."""
    async with lab.session(greeting="Hi.") as caller:
        for _, again in IMMUTABLE.values():
            await caller.send("session.update", session=again)
            event = await caller.until("session.updated")
            met(event["config"]["greeting"] == "Hi.", "the greeting stays")


@check("18.15")
async def turn_detection_may_be_given_back(lab: Lab) -> None:
    """turn_detection null, {} and a null field restore what is adaptive."""
    async with lab.session(input={"turn_detection": {"min_silence": 500, "vad_threshold": 0.4}}) as caller:
        await caller.send("session.update", session={"input": {"turn_detection": {"min_silence": None}}})
        stated = (await caller.until("session.updated"))["config"]["input"]["turn_detection"]
        same((stated["min_silence"], stated["vad_threshold"]), (None, 0.4), "turn_detection")
        nothings: tuple[dict[str, Any] | None, ...] = (None, {})
        for nothing in nothings:
            await caller.send("session.update", session={"input": {"turn_detection": nothing}})
            config = (await caller.until("session.updated"))["config"]
            same(config["input"]["turn_detection"], None, f"turn_detection after {nothing}")


@check("8")
async def older_turn_detection_is_accepted(lab: Lab) -> None:
    """turn_detection.type server_vad and semantic_vad are accepted and ignored."""
    for kind in ("server_vad", "semantic_vad"):
        async with lab.session(input={"turn_detection": {"type": kind, "vad_threshold": 0.5}}):
            pass


@check("18.5")
async def older_voices_are_accepted(lab: Lab) -> None:
    """Voice names of earlier generations open a session."""
    for voice in ("ivy", "josh", "dawn"):
        async with lab.session(output={"voice": voice}) as caller:
            same(caller.events[-1]["config"]["output"]["voice"], voice, "output.voice")
