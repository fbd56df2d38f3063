"""Where sessions look agents up."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

import httpx
import msgspec

from natter_gateway import failures
from natter_gateway.agents import preconnect
from natter_gateway.agents.document import Document, stored
from natter_gateway.agents.problems import Invalid
from natter_gateway.agents.settings import settings_of
from natter_gateway.failures import ClientError
from natter_gateway.store import agents
from natter_gateway.store.database import Database, StoreError
from natter_gateway.voices import Voices
from natter_protocol.settings import SessionSettings
from natter_runtime.seal import Sealer

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AgentBook:
    """All stored agents, as sessions see them.

    Attributes:
        client: for requests to hosts of users.
        voices: those that an agent may have.
    """

    database: Database
    sealer: Sealer
    client: httpx.AsyncClient
    voices: Voices = field(default_factory=Voices)

    async def resolve(self, owner: str, agent_id: str) -> SessionSettings:
        """Return the settings of a stored agent of ``owner``.

        Raises:
            ClientError: there is no such agent, or the database does not answer; fatal.
        """
        return self._settings(await self._document(owner, agent_id))

    async def prepare(self, owner: str, agent_id: str, session_id: str) -> SessionSettings:
        """Return the settings that a call begins with, after the agent's own server was asked about it.

        Raises:
            ClientError: as :meth:`resolve`; or that server refuses the call.
        """
        document = await self._document(owner, agent_id)
        settings = self._settings(document)
        facts = preconnect.Facts(agent_id=agent_id, session_id=session_id)
        verdict = await preconnect.ask(self.client, self.sealer, document.pre_connect_requests, facts)
        if verdict.reject:
            raise ClientError(failures.SESSION_FORBIDDEN, "The agent does not take this call", fatal=True)
        if verdict.greeting is not None:
            settings = msgspec.structs.replace(settings, greeting=verdict.greeting)
        return settings

    async def _document(self, owner: str, agent_id: str) -> Document:
        try:
            row = await self.database.read(lambda connection: agents.get(connection, owner, agent_id))
        except StoreError as error:
            log.error("agent not loaded: %s", error)
            raise ClientError(failures.INTERNAL_ERROR, "The agent could not be loaded", fatal=True) from None
        if row is None:
            raise ClientError(failures.AGENT_NOT_FOUND, "Agent not found", "agent_id", fatal=True)
        return stored(row)

    def _settings(self, document: Document) -> SessionSettings:
        try:
            return settings_of(document, self.voices)
        except Invalid as error:  # it was valid when it was kept
            log.error("a stored agent is not valid any more: %s", error)
            problem = error.problems[0]
            raise ClientError(failures.INVALID_CONFIG, str(error), problem.param, fatal=True) from None
