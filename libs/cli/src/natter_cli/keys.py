"""``natter init``: the keys of a stack, made once and kept in a folder.

::

    FOLDER/nats/passwords.conf     the passwords of all users, as deploy/nats/nats.conf includes them
    FOLDER/nats/cluster.conf       the password that the servers of a cluster have for each other
    FOLDER/<service>/nats_password its own, for NATTER_NATS_PASSWORD_FILE
    FOLDER/operator/nats_password  for `natter tap` and `natter swap`
    FOLDER/gateway/api_keys        for NATTER_API_KEYS_FILE
    FOLDER/gateway/secret          for NATTER_SECRET_FILE: signs tokens and seals secrets, the same for all gateways
    FOLDER/llm/secret              the same: opens what is sealed

Each service is to see its own subfolder and nothing else. What exists stays as it is.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from natter_cli import config
from natter_protocol.subjects import SERVICES
from natter_runtime.errors import UsageError

USERS: Final = (*SERVICES, "operator")
CLUSTER: Final = "cluster"
"""The user that the servers of a cluster are for each other."""
SERVERS: Final = ("nats-0.nats", "nats-1.nats", "nats-2.nats")
"""The servers of a cluster, as deploy/kubernetes names them."""
_BYTES: Final = 24
_API_KEY: Final = "nk_"
"""What a generated key begins with, so that it is recognised where it should not be."""


def run(folder: Path) -> int:
    """Make what is missing in ``folder`` and say what there is to know.

    Raises:
        UsageError: the folder cannot be written.
    """
    try:
        made = make(folder, own_keys=bool(config.read().api_keys))
    except OSError as error:
        raise UsageError(f"{folder}: expected a folder that can be written ({error.strerror or error})") from None
    if made:
        print(f"a new API key, kept in {folder / 'gateway' / 'api_keys'}: {made}")
    return 0


def make(folder: Path, *, own_keys: bool) -> str:
    """Make what is missing in ``folder``; return the API key if one was made, else an empty string.

    Args:
        own_keys: the operator has keys already, in NATTER_API_KEYS.
    """
    passwords = {user: _kept(folder / user / "nats_password", secrets.token_urlsafe(_BYTES)) for user in USERS}
    lines = [f'NATTER_NATS_{user.upper()}_PASSWORD: "{password}"\n' for user, password in passwords.items()]
    _write(folder / "nats" / "passwords.conf", "".join(lines))
    own = _kept(folder / CLUSTER / "nats_password", secrets.token_urlsafe(_BYTES))
    routes = ", ".join(f'"nats://{CLUSTER}:{own}@{server}:6222"' for server in SERVERS)
    lines = [f'NATTER_NATS_CLUSTER_PASSWORD: "{own}"\n', f"NATTER_NATS_ROUTES: [{routes}]\n"]
    _write(folder / "nats" / "cluster.conf", "".join(lines))  # apart: nats-server refuses what it does not use
    secret = _kept(folder / "gateway" / "secret", secrets.token_urlsafe(_BYTES))
    _write(folder / "llm" / "secret", secret)
    key = folder / "gateway" / "api_keys"
    if own_keys or key.exists():
        return ""
    return _kept(key, f"{_API_KEY}{secrets.token_urlsafe(_BYTES)}")


def _kept(path: Path, fresh: str) -> str:
    """Return what is in ``path``; put ``fresh`` there first if there is nothing."""
    if path.exists() and (known := path.read_text(encoding="utf-8").strip()):
        return known
    _write(path, fresh)
    return fresh


def _write(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)
