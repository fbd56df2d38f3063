"""``natter doctor``: would a call work here, with which engines, and why."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Final

from natter_cli import config, probes
from natter_cli.probes import Check
from natter_cli.terminal import colours, paint
from natter_runtime.clock import Clock, SystemClock

_MARKS: Final = {True: ("ok", "green"), False: ("BAD", "red"), None: ("-", "dim")}


def run(as_json: bool) -> int:
    """Print what was found; return 1 if a call could not work."""
    env = config.environment()
    checks = examine(env, SystemClock())
    works = not any(check.ok is False for check in checks)
    if as_json:
        print(json.dumps({"works": works, "checks": [_as_dict(check) for check in checks]}, indent=2))
    else:
        colour = colours(sys.stdout, env.get("NO_COLOR", ""))
        for check in checks:
            print(line(check, colour))
        print("A call would work here." if works else "A call would not work here: see the lines marked BAD.")
    return 0 if works else 1


def examine(env: Mapping[str, str], clock: Clock) -> list[Check]:
    """Look at everything."""
    found = [probes.versions(), probes.settings(env)]
    if found[-1].ok:  # with a wrong setting, nobody could say what would be chosen
        found += [*probes.engines(env), *probes.model_files(env), probes.nats(env), probes.port(env)]
    found += [probes.speech_libraries(), probes.audio_devices(), asyncio.run(probes.loop_lag(clock))]
    return found


def line(check: Check, colour: bool = False) -> str:
    """Return ``check`` as a line for a person."""
    mark, style = _MARKS[check.ok]
    hint = f" -> {check.hint}" if check.hint else ""
    return f"{paint(f'{mark:<3}', style, colour)} {check.name:<24} {check.detail}{hint}"


def _as_dict(check: Check) -> dict[str, object]:
    return {
        "name": check.name,
        "ok": check.ok,
        "detail": check.detail,
        "hint": check.hint,
        "data": check.data,
    }
