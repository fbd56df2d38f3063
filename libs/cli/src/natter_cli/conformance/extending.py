"""What Natter adds: nobody sees it who did not ask for it by name."""

from __future__ import annotations

import asyncio

from natter_cli.conformance import shapes
from natter_cli.conformance.check import check, met, same, within
from natter_cli.conformance.lab import Lab
from natter_cli.conformance.resuming import back, session_of
from natter_cli.conformance.talking import LONG, ask
from natter_cli.conformance.tooling import STOCK, called


@check("18", own=True)
async def nobody_sees_what_he_did_not_ask_for(lab: Lab) -> None:
    """Without extensions a call has nothing but events of the contract, also with tools that do something."""
    tool = {**STOCK, "side_effects": True}
    async with lab.session(greeting=LONG, tools=[tool]) as caller, caller.microphone():
        await caller.until("reply.started")
        await caller.quiet(1.0)
        await ask(caller, lab)
        call = await called(caller)
        await caller.send("tool.result", call_id=call["call_id"], result="2")
        await caller.until("reply.done")
        for event in caller.events:
            if event["type"] != "session.updated" and event["type"] != "session.ready":
                shapes.whole(event)


@check("18", own=True)
async def unknown_extensions_are_refused(lab: Lab) -> None:
    """An extension nobody knows gets invalid_value with the names of those there are."""
    async with lab.session() as caller:
        await caller.send("session.update", session={"extensions": ["no.such"]})
        error = await caller.until("session.error")
        same((error["code"], error["param"]), ("invalid_value", "extensions[0]"), "the error")
        met("agent.hold" in error["message"], "the names are told")


@check("18", own=True)
async def the_version_of_the_settings(lab: Lab) -> None:
    """session.version: session.updated tells a version, and from which turn on it holds."""
    async with lab.session(extensions=["session.version"]) as caller, caller.microphone():
        first = caller.of("session.updated")[0]
        same((first["version"], first["effective_from_turn"]), (1, 1), "the first")
        await ask(caller, lab)
        await caller.send("session.update", session={"system_prompt": "x"})
        second = await caller.until("session.updated")
        same((second["version"], second["effective_from_turn"]), (2, 2), "the second")


@check("18", own=True)
async def where_both_sides_go_on(lab: Lab) -> None:
    """session.resumed_from: tells how much audio the server has, which reply goes on, and what was said."""
    async with lab.connect() as caller:
        await caller.send("session.update", session={"extensions": ["session.resumed_from"]})
        await caller.until("session.ready")
        async with caller.microphone():
            final = await ask(caller, lab)
            reply = (await caller.until("reply.started"))["reply_id"]
            await caller.quiet(0.5)
        await asyncio.sleep(0.1)
        await caller.drop()
    async with lab.connect() as again:
        await back(again, session_of(caller))
        resumed = await again.until("session.resumed_from")
        within(resumed["input_sample"], caller.sent_samples - 12_000, caller.sent_samples, "input_sample")
        same(resumed["reply_id"], reply, "reply_id")
        same([item["item_id"] for item in resumed["items"]], [final["item_id"]], "items")
        await again.until("reply.done", reply_id=reply)
        await again.send("session.end")


@check("18", own=True)
async def a_hold_is_told(lab: Lab) -> None:
    """agent.hold: the agent's pause is told, and what becomes of it."""
    async with lab.session(greeting=LONG, extensions=["agent.hold"]) as caller, caller.microphone():
        reply = (await caller.until("reply.started"))["reply_id"]
        await caller.quiet(1.0)
        caller.speak(await lab.spoken())
        same((await caller.until("agent.held"))["reply_id"], reply, "reply_id")
        await caller.until("input.speech.started")
        await caller.until("reply.done", status="interrupted")


@check("18", own=True)
async def what_was_played_is_what_was_said(lab: Lab) -> None:
    """playout.ack: what was really played decides the transcript of an interrupted reply."""
    async with lab.session(greeting=LONG, extensions=["playout.ack"]) as caller:
        reply = (await caller.until("reply.started"))["reply_id"]
        for _ in range(20):
            await caller.quiet(0.1)
            await caller.send("playout.ack", reply_id=reply, played_ms=400)
        await caller.send("reply.cancel", reply_id=reply)
        agent = await caller.until("transcript.agent")
        said = [delta for delta in caller.of("transcript.agent.delta") if delta["start_ms"] < 800]
        met(len(agent["text"].split()) <= len(said), "no more words than were played")
    async with lab.session() as caller:
        await caller.send("playout.ack", reply_id=reply, played_ms=400)
        same((await caller.until("session.error"))["code"], "invalid_format", "code without the extension")


@check("18", own=True)
async def a_key_for_what_is_done_once(lab: Lab) -> None:
    """tool.idempotency: calls of tools with side_effects carry a key, and keep it over a resume."""
    session = {"tools": [{**STOCK, "side_effects": True}], "extensions": ["tool.idempotency"]}
    async with lab.connect() as caller:
        await caller.send("session.update", session=session)
        await caller.until("session.ready")
        first = await called(caller)
        met(len(first["idempotency_key"]) >= 16, "there is a key")
        await caller.drop()
    async with lab.connect() as again:
        await back(again, session_of(caller))
        same((await again.until("tool.call"))["idempotency_key"], first["idempotency_key"], "the key")
        await again.send("session.end")
