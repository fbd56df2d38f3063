"""Tools: called with arguments that fit, awaited, answered whenever it comes (contract, 9)."""

from __future__ import annotations

from typing import Any, Final

from natter_cli.conformance.caller import Caller
from natter_cli.conformance.check import check, in_order, met, same
from natter_cli.conformance.lab import Lab
from natter_cli.conformance.talking import ask

STOCK: Final[dict[str, Any]] = {
    "type": "function",
    "name": "stock",
    "description": "How many loaves are left.",
    "parameters": {
        "type": "object",
        "properties": {
            "item": {"type": "string", "enum": ["rye", "sourdough"]},
            "code": {"type": "string", "pattern": "[A-Z]{2}[0-9]{2}"},
            "day": {"type": "string", "format": "date"},
        },
        "required": ["item"],
    },
    "timeout_seconds": 20,
}
CALL: Final = 'Call the function stock with {"item": "rye"}.'


async def called(caller: Caller, instructions: str = CALL) -> dict[str, Any]:
    """Let the model call; return the event."""
    await caller.send("reply.create", instructions=instructions)
    return await caller.until("tool.call")


@check("9")
async def a_tool_turn(lab: Lab) -> None:
    """A user's turn brings a call, its result brings the answer, without a reply.create."""
    prompt = f'Whatever is said: {CALL} Then say exactly: "Two are left."'
    async with lab.session(system_prompt=prompt, tools=[STOCK]) as caller, caller.microphone():
        await ask(caller, lab)
        call = await caller.until("tool.call")
        same((call["name"], call["arguments"]), ("stock", {"item": "rye"}), "the call")
        await caller.until("reply.done")
        await caller.send("tool.result", call_id=call["call_id"], result='{"loaves": 2}')
        await caller.until("reply.done")
        same(caller.of("transcript.agent")[-1]["text"], "Two are left.", "text")
        order = ("reply.started", "tool.call", "reply.done", "reply.started", "transcript.agent", "reply.done")
        in_order(caller.kinds(), order, "a tool's turn")
        same(len({event["reply_id"] for event in caller.of("reply.started")}), 2, "replies")


@check("9.1")
async def bad_arguments_never_reach_the_client(lab: Lab) -> None:
    """Arguments that fail enum, pattern or format are not sent; the agent asks again."""
    for wrong in ('{"item": "cake"}', '{"item": "rye", "code": "ab1"}', '{"item": "rye", "day": "tomorrow"}', "{}"):
        async with lab.session(tools=[STOCK]) as caller:
            ask_again = f'Call the function stock with {wrong}. Then say exactly: "Which one, please?"'
            await caller.send("reply.create", instructions=ask_again)
            await caller.until("reply.done")
            same(caller.of("tool.call"), [], f"calls with {wrong}")
            same(caller.of("transcript.agent")[0]["text"], "Which one, please?", "text")


@check("9.1")
async def a_corrected_call_is_made(lab: Lab) -> None:
    """A call whose arguments were corrected is made, once."""
    async with lab.session(tools=[STOCK]) as caller:
        call = await called(caller, f'Call the function stock with {{"item": "cake"}}. Then {CALL.lower()}')
        same(call["arguments"], {"item": "rye"}, "arguments")
        await caller.until("reply.done")
        same(len(caller.of("tool.call")), 1, "calls")


@check("9.2")
async def a_result_may_come_at_once(lab: Lab) -> None:
    """A result that is sent before reply.done is accepted."""
    async with lab.session(tools=[STOCK]) as caller:
        call = await called(caller)
        await caller.send("tool.result", call_id=call["call_id"], result='{"loaves": 2}')
        await caller.until("transcript.agent")
        await caller.until("reply.done")
        same(caller.of("session.error"), [], "errors")


@check("9.2")
async def a_result_may_come_late(lab: Lab) -> None:
    """A result that comes after the conversation went on is told of."""
    async with lab.session(tools=[STOCK]) as caller:
        call = await called(caller)
        await caller.until("reply.done")
        await caller.send("reply.create", instructions='Say exactly: "One moment."')
        await caller.until("reply.done")
        await caller.send("tool.result", call_id=call["call_id"], result="two loaves, in plain words")
        await caller.until("reply.started")
        await caller.until("reply.done")


@check("9.2")
async def a_result_survives_an_interruption(lab: Lab) -> None:
    """A result is told of though the reply that called was cut short."""
    async with lab.session(tools=[STOCK]) as caller, caller.microphone():
        call = await called(caller, f'Say exactly: "{"I will look it up right now for you. " * 3}" and {CALL.lower()}')
        await caller.until("reply.audio")
        await caller.send("reply.cancel", reply_id=caller.of("reply.started")[0]["reply_id"])
        await caller.until("reply.done", status="interrupted")
        await caller.send("tool.result", call_id=call["call_id"], result="two")
        await caller.until("reply.started")
        await caller.until("reply.done", status="completed")


@check("9.2")
async def unknown_and_second_results_are_ignored(lab: Lab) -> None:
    """A result for a call nobody knows, and a second one, are ignored quietly."""
    async with lab.session(tools=[STOCK]) as caller:
        await caller.send("tool.result", call_id="call_nobody_made", result="x")
        call = await called(caller)
        for result in ("two", "three"):
            await caller.send("tool.result", call_id=call["call_id"], result=result)
        await caller.until("transcript.agent")
        await caller.until("reply.done")
        same([event["type"] for event in await caller.quiet(0.8)], [], "what came after the answer")
        same(caller.of("session.error"), [], "errors")


@check("4.3")
async def a_failed_tool_is_answered_too(lab: Lab) -> None:
    """is_error brings an answer, and its own response_instructions."""
    tool = {**STOCK, "response_instructions": {"success": 'Say exactly: "Fine."', "error": 'Say exactly: "Sorry."'}}
    for is_error, text in ((True, "Sorry."), (False, "Fine.")):
        async with lab.session(tools=[tool]) as caller:
            call = await called(caller)
            await caller.send("tool.result", call_id=call["call_id"], result="x", is_error=is_error)
            await caller.until("transcript.agent")
            same(caller.of("transcript.agent")[0]["text"], text, f"text with is_error {is_error}")


@check("9.2")
async def several_calls_at_once(lab: Lab) -> None:
    """Several calls of one reply come as one tool.call each; the answer waits for all of them."""
    other = {"type": "function", "name": "price", "parameters": {}}
    async with lab.session(tools=[STOCK, other]) as caller:
        await called(caller, 'Call the function stock with {"item": "rye"} and call the function price with {}.')
        second = await caller.until("tool.call")
        await caller.until("reply.done")
        ids = [call["call_id"] for call in caller.of("tool.call")]
        same(len(set(ids)), 2, "call_ids")
        await caller.send("tool.result", call_id=second["call_id"], result="3 euros")
        same([event["type"] for event in await caller.quiet(0.6)], [], "what came before the other result")
        await caller.send("tool.result", call_id=ids[0], result="2")
        await caller.until("transcript.agent")


@check("9.1")
async def a_tool_that_takes_too_long(lab: Lab) -> None:
    """After timeout_seconds the agent goes on without the result."""
    async with lab.session(tools=[{**STOCK, "timeout_seconds": 1}]) as caller:
        call = await called(caller)
        await caller.until("reply.done")
        await caller.until("transcript.agent")
        await caller.until("reply.done")
        await caller.send("tool.result", call_id=call["call_id"], result="too late")
        same([event["type"] for event in await caller.quiet(0.8)], [], "what the late result brings")


@check("9.3")
async def a_tool_that_holds_the_conversation(lab: Lab) -> None:
    """hold: no answer to the user, whose transcript comes with the result; reply.create is allowed."""
    async with lab.session(tools=[{**STOCK, "execution_mode": "hold"}]) as caller, caller.microphone():
        call = await called(caller)
        await caller.until("reply.done")
        caller.speak(await lab.spoken())
        await caller.until("input.speech.stopped")
        events = await caller.quiet(1.0)
        met("reply.started" not in {event["type"] for event in events}, "nobody is answered")
        same(caller.of("transcript.user"), [], "transcripts while it holds")
        await caller.send("reply.create", instructions='Say exactly: "Still looking."')
        await caller.until("transcript.agent", text="Still looking.")
        await caller.until("reply.done")
        await caller.send("tool.result", call_id=call["call_id"], result="two")
        await caller.until("transcript.user")
        await caller.until("reply.started")
        await caller.until("reply.done")


@check("9.1")
async def tools_may_change(lab: Lab) -> None:
    """tools replaces the whole list in the middle of a session."""
    async with lab.session(tools=[STOCK]) as caller:
        await caller.send("session.update", session={"tools": [{"type": "function", "name": "price"}]})
        updated = await caller.until("session.updated")
        same([tool["name"] for tool in updated["config"]["tools"]], ["price"], "tools")
        await caller.send("reply.create", instructions="Call the function price with {}.")
        same((await caller.until("tool.call"))["name"], "price", "name")
