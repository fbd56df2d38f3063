"""What a gateway keeps and does beside its calls: the database, stored agents, records, webhooks."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import msgspec

from natter_gateway import failures
from natter_gateway.agents.book import AgentBook
from natter_gateway.config import GatewayConfig
from natter_gateway.failures import ClientError
from natter_gateway.records import prices
from natter_gateway.records.finaliser import Finaliser
from natter_gateway.records.keeper import Keeper
from natter_gateway.records.means import Means
from natter_gateway.records.retention import Retention
from natter_gateway.records.shelf import Shelf, open_shelf
from natter_gateway.store.database import Database, open_database
from natter_gateway.voices import Voices
from natter_gateway.webhooks.sender import Sender
from natter_protocol.settings import SessionSettings
from natter_runtime import addresses, outside
from natter_runtime.addresses import Forbidden
from natter_runtime.app import Runtime
from natter_runtime.executor import ModelExecutor
from natter_runtime.pulse import Pulse
from natter_runtime.seal import Sealer, SecretMissing, derive
from natter_runtime.tasks import spawn

FETCHING: Final = 4
"""Recordings in a bucket that are fetched at a time; others wait for their next piece."""


@dataclass(frozen=True, slots=True)
class Links:
    """Links to artifacts that need no key, for a while: signed, so that nobody makes their own.

    Attributes:
        key: the same on all gateways with one ``NATTER_SECRET``.
    """

    key: bytes

    def sign(self, session: str, artifact: str, expires: int) -> str:
        """Return the signature of a link that is good until ``expires`` (seconds since the epoch)."""
        return hmac.new(self.key, f"{session}/{artifact}/{expires}".encode(), "sha256").hexdigest()

    def good(self, session: str, artifact: str, expires: int, signature: str, now: float) -> bool:
        """Whether a link is ours and still good."""
        expected = self.sign(session, artifact, expires)
        return now < expires and hmac.compare_digest(expected.encode(), signature.encode())


@dataclass(frozen=True, slots=True)
class Office:
    """See the module. Made by :func:`open_office`.

    Attributes:
        fetching: reads recordings for who fetches them; a few threads, so that calls' own sound never waits for them.
    """

    config: GatewayConfig
    database: Database
    sealer: Sealer
    agents: AgentBook
    shelf: Shelf
    fetching: ModelExecutor
    keeper: Keeper
    retention: Retention
    sender: Sender
    links: Links

    def sealed(self, settings: SessionSettings) -> SessionSettings:
        """Return the settings that a client asks for with the secret of its webhook sealed: they go into the log.

        Raises:
            ClientError: the webhook leads to a host that is not public, or there is nothing to seal with.
        """
        webhook = settings.webhook
        if webhook is None:
            return settings
        try:
            addresses.target(webhook.url, private=self.config.http_tools_private)
            sealed = self.sealer.seal(webhook.secret) if webhook.secret else webhook.sealed_secret
        except (Forbidden, SecretMissing) as error:
            raise ClientError(failures.INVALID_WEBHOOK, f"'webhook': {error}", "webhook") from None
        kept = msgspec.structs.replace(webhook, secret=None, sealed_secret=sealed)
        return msgspec.structs.replace(settings, webhook=kept)

    async def run(self) -> None:
        """Do what is to be done, until cancelled."""
        async with asyncio.TaskGroup() as group:
            spawn(group, self.keeper.run(), "records")
            spawn(group, self.sender.run(), "webhooks")


@asynccontextmanager
async def open_office(
    config: GatewayConfig, runtime: Runtime, pulse: Pulse, voices: Voices, live: Callable[[], set[str]]
) -> AsyncIterator[Office]:
    """Open it, and close it in the end.

    Args:
        live: returns the sessions that this gateway serves now.

    Raises:
        UsageError: a setting is wrong, or the database cannot be used; the message names the setting.
    """
    table, sealer = prices.load(config.prices), Sealer(config.secret)
    shelf = open_shelf(config.recordings_url, config.data)
    clock, bus = runtime.clock, runtime.bus
    database = await open_database(config.database_url, config.data)
    mixing, shelving = ModelExecutor("mixdown"), ModelExecutor("shelf")
    fetching = ModelExecutor("fetching", FETCHING)

    def others() -> set[str]:
        return pulse.watch.all_alive(clock.monotonic()) - {runtime.instance}

    def serves(instance: str, session: str) -> bool:
        return session in live() if instance == runtime.instance else pulse.watch.alive(instance, clock.monotonic())

    for executor in (database.executor, mixing, shelving):
        runtime.metrics.watch(executor)
    async with contextlib.AsyncExitStack() as stack:
        for close in (database.close, mixing.close, shelving.close, fetching.close):
            stack.callback(close)
        client = await stack.enter_async_context(outside.client(private=config.http_tools_private))
        means = Means(runtime.instance, database, bus, shelf, clock, runtime.metrics, shelving, mixing)
        retention = Retention(means, config.sessions_days, config.recordings_days)
        keeper = Keeper(means, Finaliser(means, table, serves), retention, live, others, recording=config.recording)
        yield Office(
            config,
            database,
            sealer,
            AgentBook(database, sealer, client, voices),
            shelf,
            fetching,
            keeper,
            retention,
            Sender(database, sealer, client, clock),
            Links(derive(config.secret, "links") if config.secret else secrets.token_bytes(32)),
        )
