"""What a stack on one machine keeps between its runs: agents and records, and the secret that seals what they hold.

Each gateway's port has a folder of its own, as with its calls: two stacks that do not share an event log must not
share records of calls either.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from natter_runtime.errors import UsageError

_SECRET_FILE: Final = "secret"


def data_of(state: Path, gateway_port: int) -> Path:
    """Return where the stack with this gateway keeps agents, records and recordings."""
    return state / f"data-{gateway_port}"


def secret_of(state: Path) -> str:
    """Return the secret of this machine's stacks; it is made once, and only its owner can read it.

    Raises:
        UsageError: it can be neither read nor written.
    """
    path = state / _SECRET_FILE
    try:
        state.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="ascii").strip()
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            made = secrets.token_hex(32)
            file.write(made)
            return made
    except OSError as error:
        raise UsageError(f"NATTER_STATE={state}: {error.strerror or error}") from error
