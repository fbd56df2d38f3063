"""Turns and replies: their events, their order, their audio (contract, 3-5, 7, 8)."""

from __future__ import annotations

import array
import asyncio
from itertools import pairwise
from typing import Any, Final

from natter_cli.conformance import shapes
from natter_cli.conformance.caller import CLOCK, Caller
from natter_cli.conformance.check import check, in_order, met, same, within
from natter_cli.conformance.lab import Lab

LONG: Final = "Please listen to this rather long greeting, which goes on and on until somebody speaks over it."
SHORT: Final = "Good morning to you."
AUDIBLE: Final = 300


def words(text: str) -> list[str]:
    """Return the words of ``text``."""
    return text.split()


async def ask(caller: Caller, lab: Lab) -> dict[str, Any]:
    """Let the user speak; return the final transcript."""
    caller.speak(await lab.spoken())
    return await caller.until("transcript.user")


def about(caller: Caller, reply_id: str) -> list[dict[str, Any]]:
    """Return the events of one reply."""
    return [event for event in caller.events if event.get("reply_id") == reply_id]


@check("10")
async def a_greeting_is_spoken_word_for_word(lab: Lab) -> None:
    """The greeting is a reply like any other, and transcript.agent is exactly its text."""
    async with lab.session(greeting=SHORT) as caller:
        await caller.until("reply.done")
        same(caller.of("transcript.agent")[0]["text"], SHORT, "text")
        order = ("session.ready", "reply.started", "reply.audio", "transcript.agent", "reply.done")
        in_order(caller.kinds(), order, "a greeting")
        same(caller.of("reply.done")[0]["status"], "completed", "status")


@check("10")
async def without_a_greeting_the_agent_waits(lab: Lab) -> None:
    """Without a greeting, and with an empty one, the agent says nothing."""
    for session in ({}, {"greeting": ""}):
        async with lab.session(**session) as caller, caller.microphone():
            same([event["type"] for event in await caller.quiet(1.0)], [], "what came")


@check("3")
async def a_turn_and_its_answer(lab: Lab) -> None:
    """A user's turn and its answer come in the documented order, once each."""
    async with lab.session() as caller, caller.microphone():
        await ask(caller, lab)
        await caller.until("reply.done")
        order = (
            "input.speech.started",
            "transcript.user.delta",
            "input.speech.stopped",
            "transcript.user",
            "reply.started",
            "reply.audio",
            "transcript.agent",
            "reply.done",
        )
        in_order(caller.kinds(), order, "a turn")
        for kind in ("input.speech.started", "input.speech.stopped", "transcript.user", "reply.started", "reply.done"):
            same(len(caller.of(kind)), 1, f"number of {kind}")
        items = {event["item_id"] for event in (*caller.of("transcript.user.delta"), *caller.of("transcript.user"))}
        same(len(items), 1, "item_ids of the user's turn")
        reply = caller.of("reply.started")[0]
        met(reply["item_id"] not in items, "the reply has an item_id of its own")
        same({event["reply_id"] for event in caller.of("reply.audio")}, {reply["reply_id"]}, "reply_id of the audio")
        met(caller.of("transcript.user")[0]["text"].strip(), "the transcript has words")


@check("5")
async def every_event_has_exactly_its_fields(lab: Lab) -> None:
    """Every event has exactly its documented fields, a float timestamp, and ids of the documented shape."""
    async with lab.session(greeting=SHORT) as caller, caller.microphone():
        await caller.until("reply.done")
        await ask(caller, lab)
        await caller.until("reply.done")
        await caller.send("no.such")
        await caller.until("session.error")
        await caller.send("session.end")
        await caller.until("session.ended")
        for event in caller.events:
            shapes.whole(event)
        times = [event["timestamp"] for event in caller.events]
        same(times, sorted(times), "order of the timestamps")


@check("5")
async def words_come_with_their_times(lab: Lab) -> None:
    """transcript.agent.delta appends to transcript.agent, and its times grow with the audio."""
    async with lab.session(greeting=SHORT) as caller:
        await caller.until("reply.done")
        deltas = caller.of("transcript.agent.delta")
        same(words("".join(delta["delta"] for delta in deltas)), words(SHORT), "the deltas together")
        length = len(caller.audio()) / 48
        for one, two in pairwise(deltas):
            met(one["start_ms"] <= two["start_ms"], "start_ms grows")
        for delta in deltas:
            met(0 <= delta["start_ms"] <= delta["end_ms"] <= length + 50, "the times lie within the audio")


@check("7")
async def audio_comes_at_real_time(lab: Lab) -> None:
    """reply.audio is paced at real time, in small pieces."""
    async with lab.session(greeting=LONG) as caller:
        await caller.until("reply.audio")
        began = CLOCK.monotonic()
        await caller.until("reply.done", patience=40)
        length = len(caller.audio()) / 48_000
        within(CLOCK.monotonic() - began, length - 0.5, length + 0.7, "seconds from the first piece to the end")
        longest = max(len(piece["data"]) for piece in caller.of("reply.audio")) * 3 / 4 / 48
        within(longest, 5, 205, "milliseconds of the longest piece")


@check("18.19")
async def a_reply_does_not_begin_with_silence(lab: Lab) -> None:
    """The first sample of a reply that can be heard lies within its first 0.3 s."""
    async with lab.session(greeting=SHORT) as caller:
        await caller.until("reply.done")
        samples = array.array("h", caller.audio())
        loud = next((index for index, sample in enumerate(samples) if abs(sample) > AUDIBLE), len(samples))
        within(loud / 24, 0, 300, "milliseconds before anything is heard")


@check("7")
async def telephone_formats(lab: Lab) -> None:
    """G.711 mu-law and A-law at 8 kHz work in both directions, independently."""
    for encoding in ("audio/pcmu", "audio/pcma"):
        output = {"format": {"encoding": encoding, "sample_rate": 8000}}
        async with lab.session(greeting=SHORT, output=output) as caller, caller.microphone():
            await caller.until("reply.done")
            spoken = caller.of("transcript.agent.delta")[-1]["end_ms"]
            within(len(caller.audio()) / 8, spoken - 200, spoken + 1500, f"milliseconds of {encoding}")
            await ask(caller, lab)
        async with lab.session(input={"format": {"encoding": encoding}}) as caller, caller.microphone(encoding):
            same([event["type"] for event in await caller.quiet(0.6)], [], f"what {encoding} silence brings")


@check("4.1.2")
async def volume_zero_is_silent(lab: Lab) -> None:
    """Volume 0 makes the agent silent, and it may change while the agent speaks."""
    async with lab.session(greeting=LONG, output={"volume": 0}) as caller:
        await caller.until("reply.audio")
        await caller.quiet(0.5)
        same(set(caller.audio()), {0}, "the samples")
        await caller.send("session.update", session={"output": {"volume": 100}})
        await caller.until("session.updated")
        await caller.quiet(0.8)
        met(max(array.array("h", caller.audio())) > AUDIBLE, "it can be heard again")


@check("3")
async def speaking_over_the_agent_stops_it(lab: Lab) -> None:
    """A barge-in: input.speech.started, the trimmed transcript, reply.done interrupted, no more audio, a turn."""
    async with lab.session(greeting=LONG) as caller, caller.microphone():
        reply = (await caller.until("reply.started"))["reply_id"]
        await caller.quiet(1.5)
        caller.speak(await lab.spoken())
        done = await caller.until("reply.done")
        same((done["reply_id"], done["status"]), (reply, "interrupted"), "reply.done")
        agent = caller.of("transcript.agent")[0]
        same(agent["interrupted"], True, "interrupted")
        met(
            LONG.startswith(agent["text"].rstrip(" .,")) and 0 < len(agent["text"]) < len(LONG),
            "the text is a beginning",
        )
        in_order(caller.kinds(), ("input.speech.started", "transcript.agent", "reply.done"), "a barge-in")
        await caller.until("transcript.user")
        met(about(caller, reply)[-1]["type"] == "reply.done", "reply.done is the last event of its reply")
        await caller.until("reply.started")


@check("8")
async def an_agent_that_may_not_be_interrupted_is_not(lab: Lab) -> None:
    """interrupt_response false, and a greeting that is named uninterruptible, are spoken to their end."""
    for policy in ({"interrupt_response": False}, {"uninterruptible_turns": ["greeting"]}):
        async with lab.session(greeting=LONG, input={"turn_detection": policy}) as caller, caller.microphone():
            await caller.until("reply.started")
            await caller.quiet(0.5)
            caller.speak(await lab.spoken())
            done = await caller.until("reply.done", patience=40)
            same(done["status"], "completed", f"status with {policy}")
            same(caller.of("transcript.agent")[0]["text"], LONG, "text")


@check("8")
async def a_change_of_the_policy_holds_at_once(lab: Lab) -> None:
    """interrupt_response may be changed while the agent speaks."""
    async with lab.session(greeting=LONG) as caller, caller.microphone():
        await caller.until("reply.started")
        await caller.send("session.update", session={"input": {"turn_detection": {"interrupt_response": False}}})
        await caller.until("session.updated")
        caller.speak(await lab.spoken())
        same((await caller.until("reply.done", patience=40))["status"], "completed", "status")


@check("18.9")
async def a_client_that_stops_sending_gets_its_turn(lab: Lab) -> None:
    """A client that sends speech and then nothing at all gets its turn all the same."""
    async with lab.session() as caller:
        voice = await lab.spoken()
        for start in range(0, len(voice), 2400):
            await caller.send_audio(voice[start : start + 2400])
            await asyncio.sleep(0.05)
        await caller.until("transcript.user")
        await caller.until("reply.done")


@check("4.2")
async def a_burst_is_heard(lab: Lab) -> None:
    """Audio that comes all at once is heard like any other."""
    async with lab.session() as caller:
        voice = await lab.spoken()
        for start in range(0, len(voice), 24_000):
            await caller.send_audio(voice[start : start + 24_000])
        await caller.until("transcript.user")
        same(caller.of("session.error"), [], "errors")


@check("18.7")
async def audio_before_ready_is_no_error(lab: Lab) -> None:
    """Audio that is sent before session.ready brings no error."""
    async with lab.connect() as caller:
        for _ in range(5):
            await caller.send_audio(bytes(2400))
        await caller.send("session.update", session={})
        for _ in range(5):
            await caller.send_audio(bytes(2400))
        await caller.until("session.ready")
        same(caller.of("session.error"), [], "errors")
        await caller.send("session.end")


@check("4.4")
async def a_reply_on_request(lab: Lab) -> None:
    """reply.create starts a reply, and its instructions reach the model for this reply only."""
    async with lab.session() as caller:
        await caller.send("reply.create", instructions='Say exactly: "The shop opens at nine."')
        await caller.until("reply.done")
        same(caller.of("transcript.agent")[0]["text"], "The shop opens at nine.", "text")
        await caller.send("reply.create")
        await caller.until("reply.done")
        met(caller.of("transcript.agent")[1]["text"] != "The shop opens at nine.", "the instruction is gone")
        same(caller.of("session.updated")[0]["config"]["system_prompt"], "", "system_prompt")


@check("4.4")
async def a_reply_on_request_replaces_the_greeting(lab: Lab) -> None:
    """reply.create while the greeting plays takes its place."""
    async with lab.session(greeting=LONG) as caller:
        first = (await caller.until("reply.started"))["reply_id"]
        await caller.quiet(0.5)
        await caller.send("reply.create", instructions='Say exactly: "Hello."')
        done = await caller.until("reply.done")
        same((done["reply_id"], done["status"]), (first, "interrupted"), "the greeting's end")
        await caller.until("reply.done", status="completed")
        same(caller.of("transcript.agent")[1]["text"], "Hello.", "text")


@check("4.5")
async def what_is_added_reaches_the_model(lab: Lab) -> None:
    """conversation.message starts no reply, and reaches the model."""
    async with lab.session() as caller:
        await caller.send("conversation.message", role="system", content='When asked, say exactly: "Ada Lovelace."')
        same([event["type"] for event in await caller.quiet(0.6)], [], "what came")
        await caller.send("reply.create")
        await caller.until("reply.done")
        same(caller.of("transcript.agent")[0]["text"], "Ada Lovelace.", "text")


@check("4.8")
async def a_reply_is_cancelled(lab: Lab) -> None:
    """reply.cancel ends a reply as an interruption does, and the session goes on."""
    async with lab.session(greeting=LONG) as caller:
        reply = (await caller.until("reply.started"))["reply_id"]
        await caller.quiet(1.0)
        await caller.send("reply.cancel", reply_id=reply)
        agent = await caller.until("transcript.agent")
        same((agent["reply_id"], agent["interrupted"]), (reply, True), "transcript.agent")
        same((await caller.until("reply.done"))["status"], "interrupted", "status")
        await caller.send("reply.cancel", reply_id=reply)
        await caller.send("reply.create", instructions='Say exactly: "Hello."')
        await caller.until("reply.done", status="completed")
        same(caller.of("session.error"), [], "errors")


@check("4.1.2")
async def a_session_without_output_audio(lab: Lab) -> None:
    """output.type text: transcripts, and no reply.audio."""
    async with lab.session(output={"type": "text"}, greeting=SHORT) as caller, caller.microphone():
        await caller.until("reply.done")
        await ask(caller, lab)
        await caller.until("reply.done")
        same(caller.of("reply.audio"), [], "reply.audio")
        order = ("transcript.user", "reply.started", "transcript.agent.delta", "transcript.agent", "reply.done")
        in_order(caller.kinds(), order, "a turn")
        same(caller.of("transcript.agent")[0]["text"], SHORT, "text")


@check("4.1.1")
async def a_session_without_input_audio(lab: Lab) -> None:
    """input.type text: the conversation is held by conversation.message and reply.create."""
    async with lab.session(input={"type": "text"}, output={"type": "text"}) as caller:
        await caller.send("conversation.message", role="user", content="Hello.")
        await caller.send("reply.create", instructions='Say exactly: "Hello yourself."')
        await caller.until("reply.done")
        same(caller.of("transcript.agent")[0]["text"], "Hello yourself.", "text")
