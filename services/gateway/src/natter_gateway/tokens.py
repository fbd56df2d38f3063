"""Tokens that the gateway signs: temporary ones for browsers, and those that a client comes back with.

A token carries what it says (whose it is, until when, for what) under an HMAC-SHA256 of it; nothing is
stored, and every gateway with the same secret can read it. Only a token for a single use leaves a
trace: its use is written to the event log once, whichever gateway is shown it first.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import logging
import secrets
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import msgspec

from natter_gateway.config import GatewayConfig
from natter_protocol import codec, subjects
from natter_protocol.session import SessionAdmitted
from natter_runtime.bus import Bus
from natter_runtime.clock import Clock
from natter_runtime.errors import LogConflict, LogError

log = logging.getLogger(__name__)

MAX_EXPIRES_S: Final = 600
"""A temporary token opens sessions for so long at most (contract, 2.1)."""
LONGEST: Final = 512
"""Characters; nothing longer is looked at."""
SPEND_S: Final = 2.0
_HEADER: Final = struct.Struct(">BBQI12sB")
"""Purpose u8, flags u8, expiry u64 (epoch seconds), session cap u32 (seconds, 0: none), id, length of the owner u8."""
_ONCE: Final = 0x01
_MAC_BYTES: Final = hashlib.sha256().digest_size


class Purpose(IntEnum):
    """What a token is good for."""

    OPEN = 1
    """To open a session, or to come back to one of the same owner."""
    RESUME = 2
    """To come back to one session, and to nothing else."""


_PREFIXES: Final = {Purpose.OPEN: "nt_", Purpose.RESUME: "rt_"}


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a token says."""

    purpose: Purpose
    owner: str
    """Fingerprint of the key that it was made with."""
    expires_at: int
    """Wall clock, seconds since the epoch; of the token, not of the session."""
    max_session_s: int = 0
    """The session may last so long at most; 0: as long as the gateway allows."""
    session: str = ""
    """For ``RESUME``: the only session it is good for."""
    once: bool = False
    id: str = ""
    """24 hexadecimal digits, different for every token."""


class Mint:
    """Makes tokens and reads them.

    Args:
        secret: what tokens are signed with.
        clock: whose wall clock decides what has expired.
        once: whether temporary tokens are good for one session only.
    """

    def __init__(self, secret: bytes, clock: Clock, *, once: bool = False) -> None:
        self._key = hashlib.sha256(b"natter token\0" + secret).digest()
        self._clock = clock
        self._once = once

    def temporary(self, owner: str, expires_in_s: int, max_session_s: int = 0) -> tuple[str, Ticket]:
        """Return a token that opens sessions for ``owner`` during the next ``expires_in_s`` seconds."""
        expires_at = int(self._clock.wall()) + expires_in_s
        return self._made(Ticket(Purpose.OPEN, owner, expires_at, max_session_s, once=self._once))

    def resume(self, owner: str, session: str, expires_at: int) -> str:
        """Return the token with which ``owner`` may come back to ``session`` until ``expires_at``."""
        return self._made(Ticket(Purpose.RESUME, owner, expires_at, session=session))[0]

    def read(self, text: str) -> Ticket | None:
        """Return what ``text`` says; None if it is no token of ours, or has expired."""
        prefix, body = text[:3], text[3:]
        if len(text) > LONGEST or prefix not in _PREFIXES.values():
            return None
        try:
            data = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        if _text(data) != body:  # the last character has bits to spare
            return None
        said, mac = data[:-_MAC_BYTES], data[-_MAC_BYTES:]
        if not hmac.compare_digest(self._mac(said), mac):
            return None
        ticket = _unpacked(said)
        return ticket if prefix == _PREFIXES[ticket.purpose] and self._clock.wall() < ticket.expires_at else None

    def _made(self, ticket: Ticket) -> tuple[str, Ticket]:
        ticket = Ticket(
            ticket.purpose,
            ticket.owner,
            ticket.expires_at,
            ticket.max_session_s,
            ticket.session,
            ticket.once,
            secrets.token_hex(12),
        )
        said = _packed(ticket)
        return f"{_PREFIXES[ticket.purpose]}{_text(said + self._mac(said))}", ticket

    def _mac(self, said: bytes) -> bytes:
        return hmac.digest(self._key, said, "sha256")


def mint_for(config: GatewayConfig, clock: Clock) -> Mint:
    """Return the mint of a gateway; without a secret, one whose tokens are good on this very process only."""
    if not config.secret:
        log.warning("NATTER_SECRET is not set: tokens are good on this gateway only, until it ends")
    secret = config.secret.encode() if config.secret else secrets.token_bytes(32)
    return Mint(secret, clock, once=config.token_single_use)


async def spend(bus: Bus, ticket: Ticket, gateway: str) -> bool:
    """Use up a ticket that is good once; return whether this was its first use. Any other ticket is always good.

    Raises:
        LogError: the event log cannot be asked.
    """
    if not ticket.once:
        return True
    message = msgspec.structs.replace(
        SessionAdmitted(gateway=gateway), session=f"token_{ticket.id}", by="gateway", seq=secrets.randbits(31) + 1
    )
    promise = await bus.log.append(subjects.of(message), codec.encode(message), id=message.id, expect_last=0)
    try:
        async with asyncio.timeout(SPEND_S):
            await promise
    except LogConflict:
        return False
    except TimeoutError:
        raise LogError("the event log gave no acknowledgement") from None
    return True


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _packed(ticket: Ticket) -> bytes:
    owner = ticket.owner.encode()
    flags = _ONCE if ticket.once else 0
    id = bytes.fromhex(ticket.id)
    header = _HEADER.pack(ticket.purpose, flags, ticket.expires_at, ticket.max_session_s, id, len(owner))
    return header + owner + ticket.session.encode()


def _unpacked(said: bytes) -> Ticket:
    """Return the ticket in ``said``, which was signed and so was made by :func:`_packed`."""
    purpose, flags, expires_at, max_session_s, id, length = _HEADER.unpack_from(said)
    owner = said[_HEADER.size : _HEADER.size + length].decode()
    session = said[_HEADER.size + length :].decode()
    return Ticket(Purpose(purpose), owner, expires_at, max_session_s, session, bool(flags & _ONCE), id.hex())
