"""Who may come in, by which path, and how a connection begins and ends (contract, 1-3, 6)."""

from __future__ import annotations

from typing import Final

from natter_cli.conformance.caller import CLOCK, Caller
from natter_cli.conformance.check import Skip, check, met, same, within
from natter_cli.conformance.lab import Lab

OPENAI: Final = ("error", "session.created")
"""What a client of OpenAI's dialect may be told first."""


async def _opens(caller: Caller) -> None:
    await caller.send("session.update", session={})
    await caller.until("session.ready")
    await caller.send("session.end")
    same(await caller.closed(), 1000, "close code after session.end")


@check("2")
async def a_key_in_authorization_is_accepted(lab: Lab) -> None:
    """An API key in Authorization is accepted, with Bearer and without."""
    lab.need_key()
    for shown in (f"Bearer {lab.key}", lab.key):
        async with lab.connect(headers={"Authorization": shown}) as caller:
            await _opens(caller)


@check("2")
async def a_key_in_the_query_is_accepted(lab: Lab) -> None:
    """An API key in ?token= is accepted."""
    lab.need_key()
    async with lab.connect(query={"token": lab.key}) as caller:
        await _opens(caller)


@check("2.1")
async def a_temporary_token_is_accepted(lab: Lab) -> None:
    """A temporary token is accepted in ?token= and as Bearer."""
    lab.need_key()
    answer = await lab.get("/v1/token?expires_in_seconds=60")
    if answer.status_code == 404:
        raise Skip("the server has no /v1/token")
    async with lab.connect(query={"token": answer.json()["token"]}) as caller:
        await _opens(caller)
    fresh = (await lab.get("/v1/token?expires_in_seconds=60")).json()["token"]
    async with lab.connect(headers={"Authorization": f"Bearer {fresh}"}) as caller:
        await _opens(caller)


@check("2")
async def a_wrong_key_is_refused_at_once(lab: Lab) -> None:
    """A wrong key gets session.error unauthorized at open, then close 1008."""
    lab.need_key()
    wrong = {"Authorization": "Bearer wrong"}
    for way in (lab.connect(headers=wrong), lab.connect(query={"token": "wrong"}), lab.connect(headers={})):
        async with way as caller:
            error = await caller.until("session.error")
            same((error["code"], error["message"]), ("unauthorized", "Authentication failed"), "the error")
            same((error["session_id"], error["param"]), (None, None), "session_id and param")
            same(await caller.closed(), 1008, "close code")


@check("1")
async def older_paths_are_the_same(lab: Lab) -> None:
    """/v1/voice and /v1/realtime are aliases of /v1/ws."""
    for path in ("/v1/ws", "/v1/voice", "/v1/realtime"):
        async with lab.connect(path) as caller:
            await _opens(caller)


@check("18.18", own=True)
async def a_client_of_openai_is_told_apart(lab: Lab) -> None:
    """/v1/realtime with ?model= or the subprotocol realtime is another dialect, never this one."""
    headers = {"Authorization": f"Bearer {lab.key}"}
    async with lab.connect("/v1/realtime", query={"model": "x"}, headers=headers) as caller:
        await caller.send("session.update", session={})
        met((await _raw(caller))["type"] in OPENAI, "the answer is one of OpenAI's dialect")
    async with lab.connect("/v1/realtime", headers=headers, subprotocols=["realtime"]) as caller:
        met((await _raw(caller))["type"] in OPENAI, "the answer is one of OpenAI's dialect")


async def _raw(caller: Caller) -> dict[str, object]:
    """Return an event of a dialect that the schema does not know."""
    caller._published = None
    return await caller.next()


@check("1")
async def the_server_waits_for_the_client(lab: Lab) -> None:
    """The server says nothing before the client's first message."""
    async with lab.connect() as caller:
        same(await caller.quiet(0.7), [], "what came")


@check("3")
async def updated_and_then_ready(lab: Lab) -> None:
    """The first update is answered by session.updated, then session.ready, with the same config."""
    async with lab.connect() as caller:
        await caller.send("session.update", session={"system_prompt": "Be brief."})
        updated = await caller.next()
        ready = await caller.next()
        same((updated["type"], ready["type"]), ("session.updated", "session.ready"), "the first two events")
        same(ready["config"], updated["config"], "config")
        same(ready["config"]["id"], ready["session_id"], "config.id")
        same(type(ready["expires_at"]), int, "kind of expires_at")
        met(ready["expires_at"] > CLOCK.wall() + 30, "expires_at lies ahead")


@check("3")
async def an_end_is_clean(lab: Lab) -> None:
    """session.end is answered by session.ended with durations, then close 1000."""
    async with lab.connect() as caller:
        await caller.send("session.update", session={})
        await caller.until("session.ready")
        async with caller.microphone():
            await caller.quiet(0.5)
        await caller.send("session.end")
        ended = await caller.until("session.ended")
        same(await caller.closed(), 1000, "close code")
        within(ended["session_duration_seconds"], 0.4, 10, "session_duration_seconds")
        seconds = ended["audio_duration_seconds"]
        met(
            seconds is None or abs(seconds - caller.sent_samples / 24_000) < 0.2,
            "audio_duration_seconds is what was sent",
        )
        same(caller.events[-1]["type"], "session.ended", "the last event")


@check("4.1")
async def a_config_under_another_name_is_ignored(lab: Lab) -> None:
    """What is sent under `config` instead of `session` is ignored, and the session opens with defaults."""
    async with lab.connect() as caller:
        await caller.send("session.update", config={"system_prompt": "ignored"})
        ready = await caller.until("session.ready")
        same(ready["config"]["system_prompt"], "", "system_prompt")
        await caller.send("session.end")
