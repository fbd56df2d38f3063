"""Secrets that users entrust to the platform, sealed with the platform's own secret.

What is sealed may lie in a database or travel in the event log: only a service that has
``NATTER_SECRET`` can open it. The cipher is Fernet (AES-128-CBC with HMAC-SHA256) of ``cryptography``,
its key derived from the secret by HKDF (RFC 5869); other purposes derive other keys.
"""

from __future__ import annotations

import base64
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from natter_runtime.errors import NatterError, UsageError

MIN_SECRET: Final = 16
"""Characters; a shorter secret could be guessed by who has something sealed."""


class SecretMissing(NatterError):
    """``NATTER_SECRET`` is not set, so nothing can be sealed or opened."""

    def __init__(self) -> None:
        super().__init__("NATTER_SECRET is not set, so secrets can neither be stored nor used")


class SealBroken(NatterError):
    """What was to be opened was sealed with another secret, or is damaged."""

    def __init__(self) -> None:
        super().__init__("it was sealed with another NATTER_SECRET, or is damaged")


class Sealer:
    """Seals and opens short texts.

    Args:
        secrets: ``NATTER_SECRET``: one secret, or several with commas. The first seals, all open, so that a
            new one can be put before the old. Empty: everything raises :class:`SecretMissing`.

    Raises:
        UsageError: a secret is too short.
    """

    def __init__(self, secrets: str) -> None:
        self._secrets = [secret.strip() for secret in secrets.split(",") if secret.strip()]
        if any(len(secret) < MIN_SECRET for secret in self._secrets):
            raise UsageError(f"NATTER_SECRET: expected at least {MIN_SECRET} characters (try: openssl rand -hex 32)")
        keys = [Fernet(base64.urlsafe_b64encode(derive(secret, "seal"))) for secret in self._secrets]
        self._fernet = MultiFernet(keys) if keys else None

    @property
    def ready(self) -> bool:
        """Whether there is a secret."""
        return self._fernet is not None

    def seal(self, text: str) -> str:
        """Return ``text`` so that only :meth:`open` can read it; never twice the same.

        Raises:
            SecretMissing: there is no secret.
        """
        if self._fernet is None:
            raise SecretMissing
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """Return the text in ``sealed``.

        Raises:
            SecretMissing: there is no secret.
            SealBroken: none of the secrets fits.
        """
        if self._fernet is None:
            raise SecretMissing
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except (InvalidToken, UnicodeError):
            raise SealBroken from None


def derive(secret: str, purpose: str) -> bytes:
    """Return 32 bytes that depend on ``secret`` and on what they are for."""
    return HKDF(SHA256(), 32, salt=None, info=f"natter.{purpose}.v1".encode()).derive(secret.encode())
