"""The language model that all systems call: an OpenAI-compatible server that answers by the script of the item.

A call is known by ``[call=<id>]`` in its system prompt. Which entry of the plan is answered follows from
how many replies the conversation already holds; the number that a reply tells counts the requests, so a
reply that was begun and thrown away never shares it with one that was heard.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from benchmarks.bench.record import Asked
from benchmarks.bench.replies import reply

NAME: Final = "scripted"
FIRST_S: Final = 0.1
TOKEN_S: Final = 0.01
"""Time to the first token and between two, as of a fast hosted model."""
START_S: Final = 10.0
_CALL: Final = re.compile(r"\[call=([^\]]+)\]")


def mark(call: str) -> str:
    """Return the system prompt that tells the model which call it is in."""
    return f"You take part in a test. [call={call}]"


@dataclass
class Script:
    """What is answered in one call, and what was asked."""

    plan: Sequence[str]
    asked: list[Asked] = field(default_factory=list)


class ScriptedModel:
    """Serves chat completions on a free port of this machine while it is entered.

    Args:
        now: the clock by which requests are noted.
        first_s, token_s: see :data:`FIRST_S`, :data:`TOKEN_S`.
    """

    def __init__(self, now: Callable[[], float], first_s: float = FIRST_S, token_s: float = TOKEN_S) -> None:
        self._now = now
        self._first_s = first_s
        self._token_s = token_s
        self._scripts: dict[str, Script] = {}
        self.url = ""

    def expect(self, call: str, plan: Sequence[str]) -> Script:
        """Answer the call ``call`` by ``plan`` from now on."""
        self._scripts[call] = script = Script(plan)
        return script

    def forget(self, call: str) -> None:
        """The call is over."""
        self._scripts.pop(call, None)

    def answer(self, messages: Sequence[dict[str, Any]]) -> str:
        """Return the reply to ``messages``, and note that it was asked for."""
        script = self._scripts.get(_call_of(messages), Script(("short",)))
        number = len(script.asked) + 1
        turns = [(message["role"], content_of(message)) for message in messages if message["role"] != "system"]
        answered = sum(role == "assistant" and bool(text.strip()) for role, text in turns)
        said = reply(number, script.plan[min(answered, len(script.plan) - 1)])
        script.asked.append(Asked(self._now(), number, turns, said))
        return said

    def app(self) -> FastAPI:
        """Return the server."""
        app = FastAPI(title="Scripted model")

        @app.get("/v1/models")
        async def models() -> dict[str, Any]:
            return {"object": "list", "data": [{"id": NAME, "object": "model"}]}

        @app.post("/v1/chat/completions")
        async def complete(request: Request) -> StreamingResponse:
            body = await request.json()
            return StreamingResponse(self._stream(self.answer(body["messages"])), media_type="text/event-stream")

        return app

    async def _stream(self, text: str) -> AsyncIterator[str]:
        await asyncio.sleep(self._first_s)
        for index, word in enumerate(text.split(" ")):
            yield _chunk({"role": "assistant", "content": word if index == 0 else f" {word}"})
            await asyncio.sleep(self._token_s)
        yield _chunk({}, "stop")
        yield "data: [DONE]\n\n"

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve while the block runs; yields the base URL.

        Raises:
            TimeoutError: it did not start.
        """
        config = uvicorn.Config(self.app(), host="127.0.0.1", port=0, log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # signals are the benchmark's own
        serving = asyncio.create_task(server.serve(), name="model")
        try:
            async with asyncio.timeout(START_S):
                while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                    await asyncio.sleep(0.01)
            port = server.servers[0].sockets[0].getsockname()[1]
            self.url = f"http://127.0.0.1:{port}/v1"
            yield self.url
        finally:
            server.should_exit = True
            await serving


def content_of(message: dict[str, Any]) -> str:
    """Return the text of a chat message, whether it is a string or a list of parts."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", "") for part in content if isinstance(part, dict))


def _call_of(messages: Sequence[dict[str, Any]]) -> str:
    for message in messages:
        if message["role"] in ("system", "developer") and (found := _CALL.search(content_of(message))):
            return found[1]
    return ""


def _chunk(delta: dict[str, Any], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    body = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": NAME, "choices": [choice]}
    return f"data: {json.dumps(body)}\n\n"
