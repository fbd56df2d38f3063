"""``natter swap``: another engine or model for one service of a running stack, while calls go on.

The new one is started beside the old. When it is ready the old one hands its sessions over and ends; if it never is,
it is removed, and nothing has changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from natter_cli import config, control
from natter_cli.compose import Compose
from natter_cli.control import Wish
from natter_cli.terminal import note
from natter_runtime.errors import UsageError

HAND_OVER_S: Final = 60.0
"""What is allowed beyond the deadline for the old one to end."""


def run(
    *,
    service: str,
    engine: str,
    model: str,
    settings: Sequence[str],
    deadline_s: float,
    project: str,
    files: Sequence[str],
) -> int:
    """Swap; return 0 when the new one serves.

    Args:
        engine, model: what it is to work with; empty for as it is. Another engine without a model has its default.
        settings: further variables, ``NAME=VALUE``.
        deadline_s: how long the new one may take to become ready.
        project, files: of docker compose; empty for its own defaults.

    Raises:
        UsageError: nothing to change, or no stack to change it in.
        EngineError: the new one does not become ready; the message says why.
    """
    changes = changes_of(service, engine, model, settings)
    path = control.path_of(config.read().port)
    if path.exists() and not project and not files:
        for news in control.ask(path, Wish(service, changes), deadline_s + HAND_OVER_S):
            note(news)
    else:
        options = [*(("-p", project) if project else ()), *(part for file in files for part in ("-f", file))]
        asyncio.run(Compose(tuple(options), tell=note).swap(service, changes, deadline_s))
    print(f"{service} runs with {' '.join(f'{name}={value}' for name, value in changes.items())}")
    note("to keep that, set it where the stack is started: in .env, or in the environment")
    return 0


def changes_of(service: str, engine: str, model: str, settings: Sequence[str]) -> dict[str, str]:
    """Return the variables that are to change.

    Raises:
        UsageError: there are none, or one is not of the form NAME=VALUE.
    """
    changes: dict[str, str] = {}
    prefix = f"NATTER_{service.upper()}"
    if engine:
        changes |= {f"{prefix}_ENGINE": engine, f"{prefix}_MODEL": model}
    elif model:
        changes[f"{prefix}_MODEL"] = model
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name.isidentifier():
            raise UsageError(f"--set {setting!r}: expected NAME=VALUE")
        changes[name] = value
    if not changes:
        raise UsageError("nothing to change: expected --engine, --model or --set")
    return changes
