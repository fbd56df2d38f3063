"""Who may connect: API keys, and what of a key is remembered."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

ANYBODY: Final = "anybody"
"""The owner of sessions on a gateway without keys."""


@dataclass(frozen=True, slots=True)
class Gatekeeper:
    """Judges the credentials of a connection.

    Args:
        keys: the accepted API keys; none means that anything is accepted.
    """

    keys: tuple[str, ...]

    def owner(self, headers: Mapping[str, str], query: Mapping[str, str]) -> str | None:
        """Return a fingerprint of the presented key, or None if it is not accepted.

        The key is looked for in ``Authorization`` (with or without ``Bearer``) and in ``?token=``.
        """
        if not self.keys:
            return ANYBODY
        header = headers.get("authorization", "").strip()
        scheme, _, rest = header.partition(" ")
        presented = rest.strip() if scheme.lower() == "bearer" else header
        presented = presented or query.get("token", "")
        for key in self.keys:
            if hmac.compare_digest(key.encode(), presented.encode()):
                return hashlib.sha256(key.encode()).hexdigest()[:16]
        return None
