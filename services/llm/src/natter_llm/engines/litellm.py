"""Every provider that litellm knows, by its model string and the usual variables.

The library takes seconds to import and half a second at its first call, so both happen in
:meth:`LiteLlm.warm_up`, the import on a thread. Nothing of it calls home: its price table is the one
it ships, it has no callbacks, and it logs no streams.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import warnings
from collections.abc import AsyncGenerator
from typing import Any, Final

from natter_llm.chat import Json, StreamReader, messages_json, options
from natter_llm.config import LlmConfig, keep_litellm_offline
from natter_llm.deadlines import within
from natter_llm.engine import ChatMessage, EngineInfo, Event, Request, Role
from natter_runtime.errors import EngineError, UsageError
from natter_runtime.executor import ModelExecutor

log = logging.getLogger(__name__)

HOISTING: Final = frozenset({"anthropic", "bedrock", "vertex_ai", "gemini", "cohere", "cohere_chat"})
"""Providers with one system prompt outside the conversation: a later instruction would move to its top."""
RETRYABLE: Final = (
    "RateLimitError",
    "Timeout",
    "APIConnectionError",
    "InternalServerError",
    "ServiceUnavailableError",
    "BadGatewayError",
)
"""litellm's exceptions after which the same request may succeed."""


class LiteLlm:
    """See the module.

    Args:
        config: model and deadlines; a base URL and a key only if they are Natter's own.
    """

    def __init__(self, config: LlmConfig) -> None:
        self._config = config
        self._library: Any = None
        self._hoists = False

    @property
    def info(self) -> EngineInfo:
        """Its name and the model behind it."""
        return EngineInfo("litellm", self._config.model)

    async def warm_up(self) -> None:
        """Import the library on a thread, and run a mocked request through it."""
        executor = ModelExecutor("llm-import")
        try:
            self._library = await executor.run(_import)
        finally:
            executor.close()
        try:
            _, provider, _, _ = self._library.get_llm_provider(self._config.model)
        except self._library.BadRequestError as error:
            raise UsageError(f"NATTER_LLM_MODEL={self._config.model!r}: {_first_line(error)}") from error
        self._hoists = provider in HOISTING
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the library's data models warn about themselves when they are built
            mocked = await self._library.acompletion(
                model="openai/warm-up", messages=[{"role": "user", "content": "."}], stream=True, mock_response="ready"
            )
            async for _ in mocked:
                pass

    async def close(self) -> None:
        """Close the connections that the library keeps."""
        if self._library is not None:
            with contextlib.suppress(Exception):  # the library's own business; the service is ending
                await self._library.close_litellm_async_clients()

    async def generate(self, request: Request) -> AsyncGenerator[Event, None]:
        """Answer ``request``, as the Protocol says."""
        reader = StreamReader()
        paced = within(self._chunks(request), self._config.first_token_s, self._config.next_token_s)
        async with contextlib.aclosing(paced) as chunks:
            async for chunk in chunks:
                for event in reader.take(chunk):
                    yield event
        for event in reader.end():
            yield event

    async def _chunks(self, request: Request) -> AsyncGenerator[Json, None]:
        stream: Any = None
        try:
            stream = await self._library.acompletion(**self._arguments(request))
            async for chunk in stream:
                yield chunk.model_dump()
        except Exception as error:  # boundary: the library raises what each provider's client raises
            raise _engine_error(error) from error
        finally:
            if stream is not None:
                with contextlib.suppress(Exception):  # closing what is already broken
                    await stream.aclose()

    def _arguments(self, request: Request) -> Json:
        messages = instructions_as_user(request.messages) if self._hoists else request.messages
        arguments: Json = {
            "model": self._config.model,
            "messages": messages_json(messages),
            "stream": True,
            "stream_options": {"include_usage": True},
            "timeout": self._config.first_token_s,
            "max_retries": 0,
            "_skip_mcp_handler": True,  # without it any request with tools needs the package mcp
            **options(request),
        }
        if self._config.base_url:
            arguments["base_url"] = self._config.base_url
        if self._config.api_key:
            arguments["api_key"] = self._config.api_key
        return arguments


def instructions_as_user(messages: tuple[ChatMessage, ...]) -> tuple[ChatMessage, ...]:
    """Return ``messages`` with every system message after the first in the user's role, marked as what it is."""
    return tuple(
        ChatMessage(Role.USER, f"[Instruction, not said by the user: {message.content}]")
        if message.role is Role.SYSTEM and number > 0
        else message
        for number, message in enumerate(messages)
    )


def _import() -> Any:
    """Import litellm and turn off whatever talks to others. Blocks for seconds."""
    keep_litellm_offline()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            library: Any = importlib.import_module("litellm")
    except ImportError as error:
        raise UsageError("the litellm engine is not installed: install natter-llm[litellm]") from error
    library.telemetry = False
    library.disable_streaming_logging = True
    library.suppress_debug_info = True
    library.drop_params = True
    library.modify_params = True
    library.callbacks = []
    library.success_callback = []
    library.failure_callback = []
    library._async_success_callback = []
    library._async_failure_callback = []
    return library


def _engine_error(error: Exception) -> EngineError:
    error = getattr(error, "original_exception", None) or error  # what failed inside a stream comes wrapped
    kinds = {kind.__name__ for kind in type(error).__mro__}
    return EngineError(f"{type(error).__name__}: {_first_line(error)}", retryable=not kinds.isdisjoint(RETRYABLE))


def _first_line(error: Exception) -> str:
    text = str(error).strip()
    return text.splitlines()[0][:300] if text else type(error).__name__
