"""Who may connect: API keys and tokens, and what of a key is remembered."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from natter_gateway.config import LOOPBACK
from natter_gateway.tokens import Mint, Purpose, Ticket

ANYBODY: Final = "anybody"
"""The owner of sessions on a gateway without keys."""

CREDENTIALS: Final[dict[str, dict[str, str]]] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "`Authorization: Bearer` with an API key, a temporary token, or a resume token",
    },
    "raw": {
        "type": "httpApiKey",
        "in": "header",
        "name": "Authorization",
        "description": "an API key or a token without `Bearer`",
    },
    "query": {
        "type": "httpApiKey",
        "in": "query",
        "name": "token",
        "description": "a temporary token, or an API key; for browsers, which cannot set headers",
    },
}
"""Where credentials are looked for, as a published schema tells it."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a connection may do."""

    owner: str
    """Fingerprint of the key behind it."""
    ticket: Ticket | None = None
    """The token it came with, if it came with one."""

    @property
    def only_session(self) -> str:
        """The only session it may come back to; empty: any of its owner's, or a new one."""
        ticket = self.ticket
        return ticket.session if ticket is not None and ticket.purpose is Purpose.RESUME else ""

    @property
    def max_session_s(self) -> int:
        """How long a session may last that it opens; 0: as long as the gateway allows."""
        return self.ticket.max_session_s if self.ticket is not None else 0


@dataclass(frozen=True, slots=True)
class Gatekeeper:
    """Judges the credentials of a connection.

    They are looked for in ``Authorization`` (with or without ``Bearer``) and in ``?token=``.

    Args:
        keys: the accepted API keys; none means that anything is accepted.
        mint: reads tokens; None accepts none.
    """

    keys: tuple[str, ...]
    mint: Mint | None = None

    def access(self, headers: Mapping[str, str], query: Mapping[str, str]) -> Access | None:
        """Return what the bearer of a key or of a token may do, or None if it may not come in."""
        presented = credentials(headers, query)
        ticket = self.mint.read(presented) if self.mint is not None else None
        if ticket is not None:
            return Access(ticket.owner, ticket)
        owner = self._owner(presented)
        return Access(owner) if owner is not None else None

    def is_stranger(self, headers: Mapping[str, str]) -> bool:
        """Whether a page of another site asks of a gateway without keys.

        A browser lets any page open a WebSocket to anywhere, and says which page it is; what the page lacks is a key. A
        gateway without keys is for this machine only (:mod:`natter_gateway.config`), and so are pages it listens to. By
        the name that a page calls the gateway nothing is judged: that is the page's to choose.
        """
        origin = headers.get("origin")
        if self.keys or origin is None:
            return False
        try:
            return urlsplit(origin).hostname not in LOOPBACK
        except ValueError:
            return True

    def owner(self, headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
        """Return a fingerprint of the presented API key, or None if it is not accepted; a token is no key."""
        return self._owner(credentials(headers, query))

    def _owner(self, presented: str) -> str | None:
        if not self.keys:
            return ANYBODY
        found = None
        for key in self.keys:  # all of them, so that the time taken tells nothing
            if hmac.compare_digest(key.encode(), presented.encode()):
                found = hashlib.sha256(key.encode()).hexdigest()[:16]
        return found


def credentials(headers: Mapping[str, str], query: Mapping[str, str]) -> str:
    """Return the key or token that is presented, or an empty string."""
    header = headers.get("authorization", "").strip()
    scheme, _, rest = header.partition(" ")
    presented = rest.strip() if scheme.lower() == "bearer" else header
    return presented or query.get("token", "")
