"""Writes the files that are made from the code::

    .venv/bin/python scripts/generate.py

``.env.example`` comes from the configuration classes, ``deploy/nats/nats.conf`` from the table of rights. A test
fails when a file is not what this writes.
"""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from natter_cli.config import CliConfig
from natter_gateway.config import GatewayConfig
from natter_llm.config import LlmConfig
from natter_protocol import rights, subjects
from natter_runtime.bus_nats import STREAM
from natter_runtime.config import RuntimeConfig, Setting, settings_of
from natter_stt.config import SttConfig
from natter_tts.config import TtsConfig
from natter_turn.config import TurnConfig

ROOT: Final = Path(__file__).resolve().parents[1]
WIDTH: Final = 118

PARTS: Final[tuple[tuple[str, type[Any]], ...]] = (
    ("every service", RuntimeConfig),
    ("gateway", GatewayConfig),
    ("turn", TurnConfig),
    ("stt", SttConfig),
    ("llm", LlmConfig),
    ("tts", TtsConfig),
    ("the natter command", CliConfig),
)

_ENV_HEAD: Final = """\
# Every setting of Natter with its default; copy to .env and change what you want. Generated from the configuration
# classes by scripts/generate.py. A secret may also lie in a file: NAME_FILE=/path instead of NAME=value.
#
# `docker compose` reads .env. Services that are started by hand read their environment.
"""
_COMPOSE: Final = """\
# -- docker compose only

# the key of the agent's clients; empty: one is generated at the first start, kept and printed
#NATTER_API_KEYS=
# ports of the gateways on this machine, one for each replica
#NATTER_PORTS=8080-8083
# address of this machine that they are published on; only together with keys and a proxy that speaks TLS
#NATTER_PUBLISH=127.0.0.1
# port of Jaeger's page
#NATTER_JAEGER_PORT=16686
"""


def env_example() -> str:
    """Return ``.env.example``: every variable of every service, with its unit and its default."""
    blocks = [_ENV_HEAD, _COMPOSE]
    seen = {"NATTER_API_KEYS"}
    for title, config in PARTS:
        lines = [f"# -- {title}", ""]
        for field, about in settings_of(config):
            if about.env.startswith(("NATTER_", "OTEL_")) and about.env not in seen:
                seen.add(about.env)
                lines += [*textwrap.wrap(_told(about), WIDTH, initial_indent="# ", subsequent_indent="# ")]
                lines.append(f"#{about.env}={_shown(field)}")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _told(about: Setting) -> str:
    notes = [f"in {about.unit}"] if about.unit and not about.unit[0].isdigit() else []
    if about.low is not None or about.high is not None:
        low = "" if about.low is None else f"{about.low:.12g}"
        high = "" if about.high is None else f"{about.high:.12g}"
        notes.append(f"{low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}")
    if about.choices:
        notes.append("one of " + ", ".join(about.choices))
    if about.secret:
        notes.append("secret")
    return f"{about.help} ({'; '.join(notes)})" if notes else about.help


def _shown(field: dataclasses.Field[Any]) -> str:
    value = field.default
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, Path):
        return str(value).replace(str(Path.home()), "~")
    return str(value)


_NATS_HEAD: Final = """\
# The bus, with one user for each service. Generated from natter_protocol/rights.py by scripts/generate.py.
#
# A service may say what is its business and hear what it works on: llm no audio at all, stt not the agent's, tts not
# the user's. Each has subjects of its own for the answers to its requests, and only the part of JetStream's interface
# that it uses. The passwords are defined in the included file: NATTER_NATS_STT_PASSWORD and so on.

include "secrets/passwords.conf"

listen: 0.0.0.0:4222
http: 127.0.0.1:8222
max_payload: 1MB

jetstream {
  store_dir: /data
}
"""
_API: Final = "$JS.API"
_READS: Final = (
    f"{_API}.CONSUMER.CREATE.{STREAM}.*.{subjects.LOG_PATTERN}",
    f"{_API}.CONSUMER.INFO.{STREAM}.*",
    f"{_API}.CONSUMER.MSG.NEXT.{STREAM}.*",
)
_KEEPS: Final = (
    f"{_API}.STREAM.INFO.{STREAM}",
    f"{_API}.STREAM.CREATE.{STREAM}",
    f"{_API}.STREAM.UPDATE.{STREAM}",
    f"{_API}.STREAM.PURGE.{STREAM}",
    f"{_API}.STREAM.MSG.GET.{STREAM}",
)
OPERATOR: Final = "operator"
"""Who looks, and asks who is there: ``natter tap``, ``natter swap``."""


def nats_conf() -> str:
    """Return ``nats.conf``: one user for each service, and one for the operator."""
    users = [_user(service, _rights(service)) for service in subjects.SERVICES]
    users.append(_user(OPERATOR, _operator()))
    body = "\n".join(users)
    return f"{_NATS_HEAD}\nauthorization {{\n  timeout: 2\n  users: [\n{body}  ]\n}}\n"


def _rights(service: str) -> rights.Rights:
    own = rights.rights_of(service)
    api = (*_READS, *_KEEPS) if service == "gateway" else _READS
    return rights.Rights((*own.publish, *api), own.subscribe)


def _operator() -> rights.Rights:
    asks = [subject for service in subjects.SERVICES for subject in _asks(service)]
    everything = subjects.in_any_session(subjects.everything("any"))
    hears = (everything, subjects.BEATS, f"{rights.inbox(OPERATOR)}.>")
    return rights.Rights((*asks, *_READS, f"{_API}.STREAM.INFO.{STREAM}"), hears)


def _asks(service: str) -> Iterator[str]:
    yield subjects.svc(service, "info")
    yield f"{subjects.svc(service, 'ping')}.*"


def _user(name: str, may: rights.Rights) -> str:
    return "\n".join(
        [
            "    {",
            f"      user: {name}",
            f"      password: $NATTER_NATS_{name.upper()}_PASSWORD",
            "      permissions {",
            *_list("publish", may.publish),
            *_list("subscribe", may.subscribe),
            '        allow_responses: {max: 1, expires: "10s"}',
            "      }",
            "    }",
            "",
        ]
    )


def _list(what: str, patterns: tuple[str, ...]) -> list[str]:
    return [f"        {what}: [", *(f'          "{pattern}"' for pattern in patterns), "        ]"]


TARGETS: Final = {
    ROOT / ".env.example": env_example,
    ROOT / "deploy" / "nats" / "nats.conf": nats_conf,
}
"""Each generated file, and what makes its content."""


def main() -> None:
    """Write all of them."""
    for path, make in TARGETS.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
