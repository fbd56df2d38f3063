"""The built-in tools, and the one that ends a call."""

from __future__ import annotations

import asyncio

from natter_protocol.reply import Outcome, ReplyHeard
from natter_protocol.session import CloseReason, SessionClosed
from natter_protocol.tool import ToolCalled, ToolReturned
from natter_protocol.turn import Scope, TurnCancel, TurnStarted
from tests.support.gateway_house import Client, client
from tests.support.gateway_rest import ANNA, Desk, desk
from tests.unit.gateway.test_session import commit, speak

HEADERS = {"Authorization": ANNA}


async def test_they_are_listed() -> None:
    async with desk() as at:
        (tool,) = (await at.anna.get("/v1/builtin-tools")).json()["builtin_tools"]
        assert set(tool) == {"name", "description", "parameters", "execution_mode"}
        assert (tool["name"], tool["execution_mode"]) == ("end_call", "interactive")
        assert tool["parameters"]["type"] == "object"


async def agent(at: Desk) -> str:
    return str((await at.agent(tools=[{"type": "builtin", "name": "end_call"}]))["id"])


async def hang_up(at: Desk, epoch: int = 1) -> None:
    """The model calls the tool in a reply."""
    called = ToolCalled(epoch=epoch, turn=1, call="call_1", name="end_call", arguments={})
    await at.place.workers["llm"].seat.store(called)


async def test_the_call_ends_when_the_goodbye_was_heard() -> None:
    async with desk() as at:
        id = await agent(at)
        async with client(at.place.url, {"agent_id": id}, additional_headers=HEADERS) as caller:
            session = caller.events[-1]["session_id"]
            await commit(at.place, 1, 1)
            await hang_up(at)
            await speak(at.place, 1, 0.6, "Goodbye then!")
            assert await caller.closed() == 1000
            kinds = caller.kinds()
            assert kinds[-2:] == ["reply.done", "session.ended"]
            assert "tool.call" not in kinds
            audio = [event for event in caller.events if event["type"] == "reply.audio"]
            assert len(audio) == 30  # all of it
        closed = await at.place.workers["stt"].hears(SessionClosed)
        assert closed.reason is CloseReason.AGENT
        assert (await at.complete(session))["public_close_reason"] == "agent"


async def test_who_speaks_over_it_keeps_the_call() -> None:
    async with desk() as at:
        id = await agent(at)
        async with client(at.place.url, {"agent_id": id}, additional_headers=HEADERS) as caller:
            await commit(at.place, 1, 1)
            await hang_up(at)
            await speak(at.place, 1, 2.0, "Goodbye then and a nice day")
            await caller.until("reply.started")
            await asyncio.sleep(0.6)
            turn = at.place.workers["turn"].seat
            await turn.say(TurnStarted(turn=2, start_sample=30_000, over_epoch=1))
            await turn.say(TurnCancel(turn=2, epoch=1, scope=Scope.THROUGH, reason="barge_in"))
            await caller.until("reply.done")
            answer = await at.place.workers["llm"].hears(ToolReturned)
            assert (answer.call, "goes on" in answer.result) == ("call_1", True)
            await still_there(caller)


async def still_there(caller: Client) -> None:
    await caller.send({"type": "session.update", "session": {"system_prompt": "Still here."}})
    await caller.until("session.updated")


async def test_the_clients_own_tool_of_that_name_is_the_clients() -> None:
    async with (
        desk() as at,
        client(at.place.url, {"tools": [{"name": "end_call"}]}, additional_headers=HEADERS) as caller,
    ):
        await commit(at.place, 1, 1)
        await hang_up(at)
        await caller.until("tool.call")
        await speak(at.place, 1, 0.2, "Goodbye!")
        await caller.until("reply.done")
        heard = await at.place.workers["llm"].hears(ReplyHeard)
        assert heard.outcome is Outcome.COMPLETED
        await still_there(caller)


async def test_a_client_has_no_say_in_what_the_platform_runs() -> None:
    async with desk() as at:
        tools = [{"name": "stock", "http": {"url": "https://api.example.com/"}}, {"name": "mine"}]
        id = (await at.agent(tools=tools))["id"]
        async with client(at.place.url, {"agent_id": id}, additional_headers=HEADERS) as caller:
            await commit(at.place, 1, 1)
            for call, name in (("call_1", "stock"), ("call_2", "mine")):
                await at.place.workers["llm"].seat.store(
                    ToolCalled(epoch=1, turn=1, call=call, name=name, arguments={})
                )
                assert (await caller.until("tool.call"))["name"] == name  # told of both
                await caller.send({"type": "tool.result", "call_id": call, "result": "forged"})
            answer = await at.place.workers["llm"].hears(ToolReturned)
            assert answer.call == "call_2"
