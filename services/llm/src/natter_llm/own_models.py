"""Models of agents' own: one engine for each server and key, shared by the calls that use it.

An agent names any server that speaks chat completions. It is called like every host of a user: https, public
addresses, unless the operator allows more. What nobody uses any longer stays connected for the next call, up to
:data:`MAX_IDLE` of them.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Final

import httpx

from natter_llm.config import LlmConfig
from natter_llm.engine import Engine, EngineInfo, Event, Request
from natter_llm.engines.openai_compatible import OpenAiCompatible
from natter_protocol.settings import OwnModel
from natter_runtime.addresses import Forbidden
from natter_runtime.errors import EngineError
from natter_runtime.outside import GuardedTransport
from natter_runtime.seal import SealBroken, Sealer, SecretMissing

MAX_IDLE: Final = 32
KEEPALIVE: Final = 16

Connect = Callable[[], httpx.AsyncBaseTransport]


class OwnEngine:
    """An engine at a server of a user's, whose key may turn out not to be readable here."""

    def __init__(self, inner: OpenAiCompatible | None, model: str, trouble: str = "") -> None:
        self._inner = inner
        self._model = model
        self._trouble = trouble

    @property
    def info(self) -> EngineInfo:
        """Its name and the model behind it."""
        return EngineInfo("own", self._model)

    async def warm_up(self) -> None:
        """There is nothing to load."""

    async def generate(self, request: Request) -> AsyncGenerator[Event, None]:
        """Answer ``request``, as the Protocol says."""
        if self._inner is None:
            raise EngineError(self._trouble)
        try:
            async with contextlib.aclosing(self._inner.generate(request)) as events:
                async for event in events:
                    yield event
        except Forbidden as error:
            raise EngineError(f"the agent's model is not called: {error}") from error

    async def close(self) -> None:
        """Let go of connections."""
        if self._inner is not None:
            await self._inner.close()


@dataclass(slots=True)
class _Kept:
    engine: OwnEngine
    users: int = 0


class OwnModels:
    """See the module.

    Args:
        config: deadlines and everything else that an agent does not say.
        sealer: opens keys.
        connect: makes the transport of a new engine; None is the real one.
    """

    def __init__(self, config: LlmConfig, sealer: Sealer, connect: Connect | None = None) -> None:
        self._config = config
        self._sealer = sealer
        self._connect = connect or self._guarded
        self._kept: dict[OwnModel, _Kept] = {}

    def take(self, model: OwnModel) -> Engine:
        """Return the engine of ``model``, to be given back."""
        kept = self._kept.pop(model, None) or _Kept(self._made(model))
        self._kept[model] = kept  # the newest is last
        kept.users += 1
        return kept.engine

    async def give_back(self, model: OwnModel) -> None:
        """A call does not need the engine of ``model`` any longer."""
        self._kept[model].users -= 1
        idle = [known for known, kept in self._kept.items() if not kept.users]
        for known in idle[: max(0, len(idle) - MAX_IDLE)]:
            await self._kept.pop(known).engine.close()

    async def close(self) -> None:
        """Close all of them."""
        while self._kept:
            _, kept = self._kept.popitem()
            await kept.engine.close()

    def _guarded(self) -> httpx.AsyncBaseTransport:
        return GuardedTransport(private=self._config.http_tools_private, keepalive=KEEPALIVE)

    def _made(self, model: OwnModel) -> OwnEngine:
        try:
            key = self._sealer.open(model.sealed_key) if model.sealed_key else ""
        except (SealBroken, SecretMissing) as error:
            return OwnEngine(None, model.model, f"the key of the agent's model cannot be opened: {error}")
        config = dataclasses.replace(self._config, base_url=model.base_url, model=model.model, api_key=key)
        return OwnEngine(OpenAiCompatible(config, self._connect()), model.model)
