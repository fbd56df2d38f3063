"""The signature of a webhook: HMAC-SHA256 over the moment and the body. Pure."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

HEADERS: Final = ("X-Natter-Signature", "X-AAI-Signature")
"""The second is the name that receivers written for the hosted API look for; the value is the same."""
TOLERANCE_S: Final = 300


def sign(secret: str, body: bytes, now: float) -> str:
    """Return ``t=<unix seconds>,v1=<hex>``, the HMAC of ``<t>.<body>``."""
    moment = int(now)
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def verify(secret: str, body: bytes, signature: str, now: float) -> bool:
    """Whether ``signature`` is ours and not older than five minutes: what a receiver does."""
    parts = dict(part.partition("=")[::2] for part in signature.split(","))
    try:
        moment = int(parts.get("t", ""))
    except ValueError:
        return False
    fresh = abs(now - moment) <= TOLERANCE_S
    return fresh and hmac.compare_digest(sign(secret, body, moment), signature)
