"""Any server that speaks OpenAI's chat completions, over one pooled HTTP client.

Less code between the socket and the first token than a library for every provider: one request, the
project's own reader of server-sent events, and a deadline for each stage.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final

import httpx

from natter_llm.chat import CallAssembler, Json, messages_json, options, usage_of
from natter_llm.config import LlmConfig
from natter_llm.deadlines import within
from natter_llm.engine import Done, EngineInfo, Event, Request, Text, Usage
from natter_llm.sse import SseError, SseParser
from natter_runtime.errors import EngineError

log = logging.getLogger(__name__)

RETRYABLE: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Statuses after which the same request may succeed (529: overloaded, Anthropic)."""
MAX_CONNECTIONS: Final = 256
KEEPALIVE_S: Final = 60.0
WRITE_S: Final = 10.0
MAX_ERROR: Final = 300
"""Characters of a provider's own words that go into an error."""


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
        await self._client.aclose()

    async def generate(self, request: Request) -> AsyncGenerator[Event, None]:
        body: Json = {
            "model": self._model,
            "messages": messages_json(request.messages),
            "stream": True,
            **options(request),
        }
        first_s, next_s = self._config.first_token_s, self._config.next_token_s
        try:
            async with contextlib.aclosing(within(self._chunks(body), first_s, next_s)) as chunks:
                reader = _Reader()
                async for chunk in chunks:
                    for event in reader.take(chunk):
                        yield event
                for event in reader.end():
                    yield event
        except httpx.TimeoutException as error:
            raise EngineError(f"{self._client.base_url}: {_reason(error)}", retryable=True) from error
        except httpx.TransportError as error:
            raise EngineError(f"{self._client.base_url}: {_reason(error)}", retryable=True) from error
        except SseError as error:
            raise EngineError(f"{self._client.base_url}: {error}") from error

    async def _chunks(self, body: Json) -> AsyncGenerator[Json, None]:
        """Yield the stream's JSON objects."""
        if self._usage_option:
            body = {**body, "stream_options": {"include_usage": True}}
        async with self._client.stream("POST", "chat/completions", json=body) as response:
            if response.status_code >= 400:
                text = (await response.aread()).decode("utf-8", "replace")
                if response.status_code == 400 and "stream_options" in text and self._usage_option:
                    self._usage_option = False  # an older server; ask again without
                else:
                    raise _refusal(response.status_code, text)
            elif response.headers.get("content-type", "").startswith("application/json"):
                yield _whole(_parsed(await response.aread()))
                return
            else:
                parser = SseParser()
                async for piece in response.aiter_raw() if _plain(response) else response.aiter_bytes():
                    for data in parser.feed(piece):
                        if data.strip() == "[DONE]":
                            return
                        yield _parsed(data)
                for data in parser.end():
                    if data.strip() != "[DONE]":
                        yield _parsed(data)
                return
        async with contextlib.aclosing(self._chunks({k: v for k, v in body.items() if k != "stream_options"})) as again:
            async for chunk in again:
                yield chunk


class _Reader:
    """Turns the objects of a stream into events."""

    def __init__(self) -> None:
        self._calls = CallAssembler()
        self._finish = ""
        self._usage = Usage()

    def take(self, chunk: Json) -> list[Event]:
        if chunk.get("error"):
            raise _stream_error(chunk["error"])
        if chunk.get("usage"):
            self._usage = usage_of(chunk["usage"])
        events: list[Event] = []
        for choice in (chunk.get("choices") or [])[:1]:
            delta = choice.get("delta") or {}
            if text := delta.get("content"):
                events.append(Text(text))
            for piece in delta.get("tool_calls") or []:
                self._calls.add(piece)
            self._finish = choice.get("finish_reason") or self._finish
        return events

    def end(self) -> list[Event]:
        if not self._finish:
            raise EngineError("the model's stream ended in the middle", retryable=True)
        return [*self._calls.calls(), Done(self._finish, self._usage)]


def _plain(response: httpx.Response) -> bool:
    return response.headers.get("content-encoding", "identity") == "identity"


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
    return EngineError(f"the model's server answered {status}: {_words(text)}", retryable=status in RETRYABLE)


def _words(text: str) -> str:
    """Return what a provider says of an error, whichever of the usual shapes it has."""
    try:
        value: Any = json.loads(text)
    except ValueError:
        return text.strip()[:MAX_ERROR] or "no reason given"
    for key in ("error", "message", "detail"):
        if isinstance(value, Mapping) and key in value:
            value = value[key]
    return str(value)[:MAX_ERROR]


def _stream_error(error: Any) -> EngineError:
    code = error.get("code") if isinstance(error, Mapping) else None
    status = code if isinstance(code, int) else 500
    return EngineError(f"the model failed: {_words(json.dumps(error))}", retryable=status in RETRYABLE)


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
