"""Sending what was written: by any gateway, each delivery by one at a time, again and again until it was taken.

A delivery waits in the database, so it survives the gateway that wrote it. What fails is tried again after the
pauses of :data:`BACKOFF_S`; after the last of them it has failed for good.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any, Final

import httpx

from natter_gateway.store import webhooks
from natter_gateway.store.database import Database, StoreError
from natter_gateway.store.webhooks import DeliveryStatus, Due
from natter_gateway.webhooks.signature import HEADERS, sign
from natter_runtime import outside
from natter_runtime.addresses import Forbidden
from natter_runtime.clock import Clock
from natter_runtime.seal import SealBroken, Sealer, SecretMissing
from natter_runtime.tasks import spawn_contained

log = logging.getLogger(__name__)

BACKOFF_S: Final = (5.0, 30.0, 120.0, 600.0, 1800.0, 3600.0, 3 * 3600.0, 6 * 3600.0)
"""Pauses after the first, second, ... failed attempt: nine attempts in about eleven hours."""
TIMEOUT_S: Final = 10.0
LEASE_S: Final = 60.0
"""So long other gateways leave a delivery alone that one has taken."""
BATCH: Final = 16
"""Deliveries that are made at a time."""
POLL_S: Final = 1.0
MAX_ANSWER: Final = 1024


@dataclass(frozen=True, slots=True)
class Attempt:
    """The outcome of one attempt; ``error`` is empty if it was taken."""

    status: int | None
    error: str


@dataclass(frozen=True, slots=True)
class Sender:
    """See the module."""

    database: Database
    sealer: Sealer
    client: httpx.AsyncClient
    clock: Clock

    async def run(self) -> None:
        """Send what is due, until cancelled."""
        while True:
            try:
                sent = await self.send_due()
            except StoreError as error:
                log.warning("webhooks: %s", error)
                sent = 0
            if sent < BATCH:
                await self.clock.sleep(POLL_S)

    async def send_due(self) -> int:
        """Make the deliveries that are due now, a batch at most; return how many there were.

        Raises:
            StoreError: the database does not answer.
        """
        now = self.clock.wall()
        due = await self.database.write(lambda c: webhooks.take_due(c, now, now + LEASE_S, BATCH))
        async with asyncio.TaskGroup() as group:
            for one in due:
                spawn_contained(group, self._deliver(one), f"webhook {one.delivery.id}")
        return len(due)

    async def _deliver(self, due: Due) -> None:
        attempt = await self._attempt(due)
        outcome = settled(due.delivery.attempt_count + 1, attempt, self.clock.wall())
        if attempt.error:
            log.info("webhook %s: attempt %d: %s", due.delivery.id, outcome["attempt_count"], attempt.error)
        await self.database.write(lambda c: webhooks.settle(c, due.delivery.id, **outcome))

    async def _attempt(self, due: Due) -> Attempt:
        body = due.delivery.body.encode()
        try:
            headers = {"Content-Type": "application/json"}
            if due.sealed_secret:  # a session may bring a webhook without one
                signature = sign(self.sealer.open(due.sealed_secret), body, self.clock.wall())
                headers |= dict.fromkeys(HEADERS, signature)
            request = self.client.build_request("POST", due.url, content=body, headers=headers)
            answer = await outside.call(self.client, request, timeout_s=TIMEOUT_S, max_bytes=MAX_ANSWER)
        except (SealBroken, SecretMissing) as error:
            return Attempt(None, f"the secret cannot be opened: {error}")
        except (Forbidden, httpx.TransportError, TimeoutError) as error:
            return Attempt(None, outside.reason(error))
        return Attempt(answer.status, "" if answer.ok else f"status {answer.status}")


def settled(attempts: int, attempt: Attempt, now: float) -> dict[str, Any]:
    """Return what is to be noted after so many attempts, of which this was the last."""
    noted: dict[str, Any] = {
        "attempt_count": attempts,
        "http_status_code": attempt.status,
        "error": attempt.error or None,
        "next_retry_at": None,
    }
    if not attempt.error:
        return {**noted, "status": DeliveryStatus.DELIVERED.value, "delivered_at": now}
    if attempts > len(BACKOFF_S):
        return {**noted, "status": DeliveryStatus.FAILED.value}
    return {**noted, "next_retry_at": now + BACKOFF_S[attempts - 1]}
