"""Any server that speaks OpenAI's chat completions, over one pooled HTTP client.

Less code between the socket and the first token than a library for every provider: one request, the
project's own reader of server-sent events, and a deadline for each stage.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Final

import httpx

from natter_llm.chat import RETRYABLE, Json, StreamReader, messages_json, options, words_of
from natter_llm.config import LlmConfig
from natter_llm.deadlines import within
from natter_llm.engine import EngineInfo, Event, Request
from natter_llm.sse import SseError, SseParser
from natter_runtime.errors import EngineError

log = logging.getLogger(__name__)

MAX_CONNECTIONS: Final = 256
KEEPALIVE_S: Final = 60.0
WRITE_S: Final = 10.0
DRAIN_S: Final = 0.1
"""So long a server has to end its answer after it said that it is done."""


class OpenAiCompatible:
    """See the module.

    Args:
        config: base URL, key, model and deadlines.
        transport: takes the place of the network in tests; None is the real one.
    """

    def __init__(self, config: LlmConfig, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._config = config
        self._model = config.model
        self._usage_option = True
        headers = {"Authorization": f"Bearer {config.api_key}"} if config.api_key else {}
        self._client = httpx.AsyncClient(
            base_url=config.base_url.rstrip("/") + "/",
            headers=headers,
            timeout=httpx.Timeout(
                connect=config.connect_s, read=config.first_token_s, write=WRITE_S, pool=config.connect_s
            ),
            limits=httpx.Limits(
                max_connections=MAX_CONNECTIONS,
                max_keepalive_connections=MAX_CONNECTIONS,
                keepalive_expiry=KEEPALIVE_S,
            ),
            transport=transport,
        )

    @property
    def info(self) -> EngineInfo:
        """Its name and the model behind it."""
        return EngineInfo("openai_compatible", self._model)

    async def warm_up(self) -> None:
        """Open a connection, and ask for the model's name where none is set."""
        try:
            response = await self._client.get("models")
            response.raise_for_status()
            names = [entry["id"] for entry in response.json()["data"]]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            if not self._model:
                raise EngineError(
                    f"{self._client.base_url}models cannot be read ({_reason(error)}): set NATTER_LLM_MODEL"
                ) from error
            log.warning("%s does not answer yet: %s", self._client.base_url, _reason(error))
            return
        if not self._model:
            if not names:
                raise EngineError(f"{self._client.base_url} has no model: set NATTER_LLM_MODEL")
            self._model = names[0]
            log.info("no model is set: using %s, the first one of the server", self._model)

    async def close(self) -> None:
        """Close the pool."""
        await self._client.aclose()

    async def generate(self, request: Request) -> AsyncGenerator[Event, None]:
        """Answer ``request``, as the Protocol says."""
        body: Json = {
            "model": self._model,
            "messages": messages_json(request.messages),
            "stream": True,
            **options(request),
        }
        first_s, next_s = self._config.first_token_s, self._config.next_token_s
        try:
            async with contextlib.aclosing(within(self._chunks(body), first_s, next_s)) as chunks:
                reader = StreamReader()
                async for chunk in chunks:
                    for event in reader.take(chunk):
                        yield event
                for event in reader.end():
                    yield event
        except httpx.TransportError as error:
            raise EngineError(f"{self._client.base_url}: {_reason(error)}", retryable=True) from error
        except SseError as error:
            raise EngineError(f"{self._client.base_url}: {error}") from error

    async def _chunks(self, body: Json) -> AsyncGenerator[Json, None]:
        """Yield the stream's JSON objects, asking once more without what an older server refuses."""
        asked = {**body, "stream_options": {"include_usage": True}} if self._usage_option else body
        async with self._client.stream("POST", "chat/completions", json=asked) as response:
            if response.status_code < 400:
                async for chunk in _objects(response):
                    yield chunk
                return
            text = (await response.aread()).decode("utf-8", "replace")
            if response.status_code != 400 or "stream_options" not in text or asked is body:
                raise _refusal(response.status_code, text)
            self._usage_option = False
        async with contextlib.aclosing(self._chunks(body)) as again:
            async for chunk in again:
                yield chunk


async def _objects(response: httpx.Response) -> AsyncGenerator[Json, None]:
    if response.headers.get("content-type", "").startswith("application/json"):
        yield _whole(_parsed(await response.aread()))
        return
    parser = SseParser()
    pieces = response.aiter_bytes()
    async for piece in pieces:
        for data in parser.feed(piece):
            if data.strip() == "[DONE]":
                await _drain(pieces)
                return
            yield _parsed(data)
    for data in parser.end():
        if data.strip() != "[DONE]":
            yield _parsed(data)


async def _drain(pieces: AsyncIterator[bytes]) -> None:
    """Read to the end of the body: only then does the connection go back to the pool."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_S):
            async for _ in pieces:
                pass


def _parsed(data: str | bytes) -> Json:
    try:
        value = json.loads(data)
    except ValueError:
        raise EngineError(f"the model's server sent no JSON: {data[:80]!r}", retryable=True) from None
    if not isinstance(value, dict):
        raise EngineError(f"the model's server sent no object: {data[:80]!r}", retryable=True)
    return value


def _whole(answer: Json) -> Json:
    """Return an answer that was not streamed as if it were one piece of a stream."""
    choices = [
        {
            "delta": {
                **(choice.get("message") or {}),
                "tool_calls": [
                    {**call, "index": number}
                    for number, call in enumerate((choice.get("message") or {}).get("tool_calls") or [])
                ],
            },
            "finish_reason": choice.get("finish_reason") or "stop",
        }
        for choice in answer.get("choices") or []
    ]
    return {**answer, "choices": choices}


def _refusal(status: int, text: str) -> EngineError:
    return EngineError(f"the model's server answered {status}: {words_of(text)}", retryable=status in RETRYABLE)


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
