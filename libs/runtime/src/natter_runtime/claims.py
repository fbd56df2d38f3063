"""The claimant's side of rule R4: finding a worker for each service of a session, and a new one when it is lost."""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass
from typing import Final

import msgspec

from natter_protocol import codec, subjects
from natter_protocol.errors import ProtocolError
from natter_protocol.session import SessionAssigned, SessionTake
from natter_protocol.svc import SvcClaim, SvcOffer, SvcTaken
from natter_runtime.bus import Bus
from natter_runtime.errors import BusError, LogConflict, NatterError, NoResponders, RequestTimeout
from natter_runtime.metrics import Metrics
from natter_runtime.seat import Seat

log = logging.getLogger(__name__)

CLAIM_TIMEOUT_S: Final = 0.25
CLAIM_TRIES: Final = 3
TAKE_TIMEOUT_S: Final = 2.0
RETRY_S: Final = 0.25


class AtCapacity(NatterError):
    """No worker of ``service`` has room, or none is there.

    Attributes:
        service: which one.
        retry_after_s: when it may be worth trying again.
    """

    def __init__(self, service: str, retry_after_s: float = 2.0) -> None:
        super().__init__(f"no {service} worker has room")
        self.service = service
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Holder:
    """Who serves a service of a session, and under which claim."""

    service: str
    instance: str
    number: int


async def found(bus: Bus, session: str, service: str, instance: str, expect_last: int) -> int:
    """Write that ``instance`` serves ``service`` and return the claim number that this founds.

    The message itself is under no claim, so its id is random: two gateways that write at the same
    time must not look like one that repeats itself.

    Raises:
        LogConflict: somebody else wrote since ``expect_last``.
        LogError: the log is not there.
    """
    message = msgspec.structs.replace(
        SessionAssigned(service=service, instance=instance, after=expect_last),
        session=session,
        by="gateway",
        seq=secrets.randbits(31) + 1,
    )
    data, subject = codec.encode(message), subjects.of(message)
    promise = await bus.log.append(subject, data, id=message.id, expect_last=expect_last)
    try:
        async with asyncio.timeout(TAKE_TIMEOUT_S):
            return await promise
    except TimeoutError:
        raise BusError(f"{subject}: the event log gave no acknowledgement") from None


async def claim(bus: Bus, seat: Seat, service: str, metrics: Metrics, *, patience_s: float = 0.0) -> Holder:
    """Find a worker for ``service``, give it the session, and wait until it has taken it.

    Args:
        seat: the gateway's own.
        patience_s: how long to wait for a worker if none has room, and for the bus if it is down; 0 when a
            session opens.

    Raises:
        AtCapacity: nobody has room within ``patience_s``.
        LogConflict: another gateway has taken the session over.
        BusError: without patience, the bus or its log gave no answer.
    """
    try:
        async with asyncio.timeout(patience_s or CLAIM_TRIES * (CLAIM_TIMEOUT_S + TAKE_TIMEOUT_S)):
            while True:
                try:
                    holder = await _attempt(bus, seat, service, metrics)
                except LogConflict:
                    raise
                except BusError as error:
                    if not patience_s:
                        raise
                    log.warning("no %s worker can be claimed yet: %s", service, error)
                    holder = None
                if holder is not None:
                    metrics.claim("granted")
                    return holder
                if not patience_s:
                    break
                await asyncio.sleep(RETRY_S)
    except TimeoutError:
        pass
    metrics.claim("at_capacity")
    raise AtCapacity(service)


async def _attempt(bus: Bus, seat: Seat, service: str, metrics: Metrics) -> Holder | None:
    for _ in range(CLAIM_TRIES):
        instance = await _offer(bus, seat, service)
        if instance is None:
            return None
        if not instance:
            continue
        subject = subjects.assigned(seat.session, service)
        number = await found(bus, seat.session, service, instance, await bus.log.last(subject))
        try:
            answer = await seat.ask(
                SessionTake(service=service, instance=instance, number=number), timeout=TAKE_TIMEOUT_S
            )
        except (NoResponders, RequestTimeout, ProtocolError):
            metrics.claim("offer_broken")
            continue
        if isinstance(answer, SvcTaken) and answer.instance == instance:
            seat.record.sequences.set_claim(service, number)
            return Holder(service, instance, number)
    return None


async def _offer(bus: Bus, seat: Seat, service: str) -> str | None:
    """Return the instance that offers, an empty string to ask again, or None if nobody is there to ask.

    One that is full is leaving the queue group, so the next question reaches another, or nobody.
    """
    request = msgspec.structs.replace(SvcClaim(gateway=seat.service), session=seat.session)
    try:
        answer = await bus.request(subjects.svc(service, "claim"), codec.encode(request), timeout=CLAIM_TIMEOUT_S)
    except NoResponders:
        return None
    except RequestTimeout:
        return ""
    try:
        message = codec.decode(answer.data)
    except ProtocolError as error:
        log.warning("the answer to a claim is no message: %s", error)
        return ""
    return message.instance if isinstance(message, SvcOffer) else ""
