"""Coming back after a lost connection (contract, 12)."""

from __future__ import annotations

import asyncio

from natter_cli.conformance.caller import Caller
from natter_cli.conformance.check import check, met, same
from natter_cli.conformance.lab import Lab
from natter_cli.conformance.talking import LONG
from natter_cli.conformance.tooling import STOCK, called


def session_of(caller: Caller) -> str:
    """Return the id of the caller's session."""
    return str(caller.of("session.ready")[0]["session_id"])


async def back(caller: Caller, session: str) -> dict[str, object]:
    """Resume; return ``session.ready``."""
    await caller.send("session.resume", session_id=session)
    return await caller.until("session.ready")


@check("12")
async def a_lost_client_comes_back(lab: Lab) -> None:
    """After an unclean drop session.resume brings session.ready with the same id and configuration, once."""
    async with lab.connect() as caller:
        await caller.send("session.update", session={"system_prompt": "Be brief.", "greeting": ""})
        await caller.until("session.ready")
        await caller.send("session.update", session={"system_prompt": "Be kind."})
        await caller.until("session.updated")
        await caller.drop()
    async with lab.connect() as again:
        ready = await back(again, session_of(caller))
        same(ready["session_id"], session_of(caller), "session_id")
        same(again.events[0]["type"], "session.ready", "the first event")
        same(again.events[0]["config"]["system_prompt"], "Be kind.", "system_prompt")
        await again.send("session.end")
        same(await again.closed(), 1000, "close code")


@check("12")
async def the_greeting_is_not_repeated(lab: Lab) -> None:
    """A greeting that was spoken is not spoken again after a resume, and the conversation goes on."""
    async with lab.connect() as caller:
        await caller.send("session.update", session={"greeting": "Hello."})
        await caller.until("reply.done")
        await caller.drop()
    async with lab.connect() as again:
        await back(again, session_of(caller))
        met("reply.started" not in {event["type"] for event in await again.quiet(0.8)}, "no reply starts by itself")
        await again.send("reply.create", instructions='Say exactly: "Welcome back."')
        await again.until("transcript.agent", text="Welcome back.")
        await again.send("session.end")


@check("18", own=True)
async def a_reply_goes_on(lab: Lab) -> None:
    """A reply that was being spoken goes on after the resume, under its id, to its whole text."""
    async with lab.connect() as caller:
        await caller.send("session.update", session={"greeting": LONG})
        reply = (await caller.until("reply.started"))["reply_id"]
        await caller.quiet(1.5)
        await caller.drop()
    await asyncio.sleep(0.5)
    async with lab.connect() as again:
        await back(again, session_of(caller))
        agent = await again.until("transcript.agent", patience=40)
        same((agent["reply_id"], agent["text"], agent["interrupted"]), (reply, LONG, False), "transcript.agent")
        same((await again.until("reply.done"))["reply_id"], reply, "reply_id")
        same(again.of("reply.started"), [], "reply.started again")
        met(len(again.audio()) > 0, "there is more audio")
        await again.send("session.end")


@check("18", own=True)
async def a_call_is_told_of_again(lab: Lab) -> None:
    """A call whose result is awaited is told of again after a resume, under its id; its result is taken."""
    async with lab.connect() as caller:
        await caller.send("session.update", session={"tools": [STOCK]})
        await caller.until("session.ready")
        first = await called(caller)
        await caller.until("reply.done")
        await caller.drop()
    async with lab.connect() as again:
        await back(again, session_of(caller))
        second = await again.until("tool.call")
        same(second["call_id"], first["call_id"], "call_id")
        await again.send("tool.result", call_id=second["call_id"], result="two")
        await again.until("transcript.agent")
        await again.send("session.end")


@check("2")
async def the_resume_token_is_a_credential(lab: Lab) -> None:
    """resume_token is accepted as Bearer on the reconnect, for its session."""
    lab.need_key()
    async with lab.connect() as caller:
        await caller.send("session.update", session={})
        ready = await caller.until("session.ready")
        met(len(ready["resume_token"]) >= 32, "the token cannot be guessed")
        await caller.drop()
    async with lab.connect(headers={"Authorization": f"Bearer {ready['resume_token']}"}) as again:
        await back(again, session_of(caller))
        await again.send("session.end")


@check("12")
async def sessions_that_cannot_be_resumed(lab: Lab) -> None:
    """An unknown session and one that ended cleanly get session_not_found and 1008."""
    async with lab.session() as ended:
        await ended.send("session.end")
        await ended.closed()
    async with lab.connect() as closed:
        await closed.send("session.update", session={})
        await closed.until("session.ready")
        await closed.hang_up(1000)
    await asyncio.sleep(0.5)
    for session in ("sess_" + "0" * 32, session_of(ended), session_of(closed)):
        async with lab.connect() as again:
            await again.send("session.resume", session_id=session)
            same((await again.until("session.error"))["code"], "session_not_found", "code")
            same(await again.closed(), 1008, "close code")


@check("12")
async def somebody_elses_session(lab: Lab) -> None:
    """Somebody else's session gets session_forbidden and 1008, and stays where it is."""
    lab.need_other_key()
    async with lab.connect() as caller:
        await caller.send("session.update", session={})
        await caller.until("session.ready")
        await caller.drop()
    async with lab.connect(headers={"Authorization": f"Bearer {lab.other_key}"}) as thief:
        await thief.send("session.resume", session_id=session_of(caller))
        same((await thief.until("session.error"))["code"], "session_forbidden", "code")
        same(await thief.closed(), 1008, "close code")
    async with lab.connect() as again:
        await back(again, session_of(caller))
        await again.send("session.end")


@check("12", slow=True)
async def too_late_is_too_late(lab: Lab) -> None:
    """After the window a resume gets session_expired and 1008."""
    async with lab.connect() as caller:
        await caller.send("session.update", session={})
        await caller.until("session.ready")
        await caller.drop()
    await asyncio.sleep(lab.resume_s + 1.5)
    async with lab.connect() as again:
        await again.send("session.resume", session_id=session_of(caller))
        same((await again.until("session.error"))["code"], "session_expired", "code")
        same(await again.closed(), 1008, "close code")


@check("17", own=True)
async def the_newer_connection_has_the_session(lab: Lab) -> None:
    """A resume while the first connection is alive takes the session; the older one is told, and closed with 1008."""
    async with lab.session() as older, lab.connect() as newer:
        await back(newer, session_of(older))
        same((await older.until("session.error"))["code"], "session_forbidden", "code")
        same(await older.closed(), 1008, "close code")
        await newer.send("reply.create")
        await newer.until("reply.done")
        await newer.send("session.end")


@check("17")
async def a_resume_comes_first_or_not_at_all(lab: Lab) -> None:
    """session.resume in the middle of a session gets invalid_format, and the session goes on."""
    async with lab.session() as caller:
        await caller.send("session.resume", session_id=session_of(caller))
        same((await caller.until("session.error"))["code"], "invalid_format", "code")
        await caller.send("session.update", session={})
        await caller.until("session.updated")
