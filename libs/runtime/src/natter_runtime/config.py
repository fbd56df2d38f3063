"""Settings from the environment: one frozen dataclass per service, one reader for all.

Each field says its variable, its unit and what it is for; ``.env.example`` and ``natter doctor``
are made from the same declarations.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from natter_runtime.errors import UsageError

C = TypeVar("C")

FILE = "_FILE"
"""Behind the name of a secret's variable: the file that it lies in."""
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


@dataclass(frozen=True, slots=True)
class Setting:
    """What is to be known about one variable."""

    env: str
    help: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    secret: bool = False


def setting(
    default: Any,
    env: str,
    help: str,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    secret: bool = False,
) -> Any:
    """Declare a dataclass field that is read from the variable ``env``."""
    about = Setting(env, help, unit, low, high, choices, secret)
    return dataclasses.field(default=default, metadata={"setting": about})


def settings_of(config: type[Any]) -> list[tuple[dataclasses.Field[Any], Setting]]:
    """Return the declared settings of a configuration class, in order."""
    return [(field, field.metadata["setting"]) for field in dataclasses.fields(config) if "setting" in field.metadata]


def load(config: type[C], environ: Mapping[str, str]) -> C:
    """Return ``config`` with what ``environ`` says; unset or empty variables keep their defaults.

    A secret may lie in a file, whose path is in the variable of its name with ``_FILE`` behind it; what the
    variable itself says comes first.

    Raises:
        UsageError: a value does not fit; the message names the variable and what was expected.
    """
    hints = typing.get_type_hints(config)
    values: dict[str, Any] = {}
    for field, about in settings_of(config):
        text = environ.get(about.env, "").strip() or _kept(about, environ)
        if text:
            values[field.name] = _parse(text, hints[field.name], about)
    return config(**values)


def _kept(about: Setting, environ: Mapping[str, str]) -> str:
    """Return the secret that lies in a file, or an empty string."""
    variable = f"{about.env}{FILE}"
    path = environ.get(variable, "").strip()
    if not about.secret or not path:
        return ""
    try:
        return Path(path).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{variable}={path!r}: expected a file that can be read ({error})") from None


def _parse(text: str, hint: Any, about: Setting) -> Any:
    wanted = _without_none(hint)
    value: Any
    if typing.get_origin(wanted) is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if wanted is bool:
        if text.lower() in _TRUE:
            return True
        if text.lower() in _FALSE:
            return False
        raise UsageError(f"{about.env}={text!r}: expected yes or no")
    try:
        value = Path(text).expanduser() if wanted is Path else wanted(text)
    except ValueError:
        kind = "a whole number" if wanted is int else "a number"
        raise UsageError(f"{about.env}={text!r}: expected {kind}{_in_unit(about)}") from None
    if about.choices and value not in about.choices:
        raise UsageError(f"{about.env}={text!r}: expected one of {', '.join(about.choices)}")
    low, high = about.low, about.high
    if not ((low is None or value >= low) and (high is None or value <= high)):  # so that nan fits nowhere
        raise UsageError(f"{about.env}={text!r}: expected {_bounds(low, high)}{_in_unit(about)}")
    return value


def _bounds(low: float | None, high: float | None) -> str:
    if high is None:
        return f"at least {low:.12g}"
    return f"at most {high:.12g}" if low is None else f"{low:.12g} to {high:.12g}"


def _without_none(hint: Any) -> Any:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return next(part for part in typing.get_args(hint) if part is not type(None))
    return hint


def _in_unit(about: Setting) -> str:
    return f" ({about.unit})" if about.unit else ""


@dataclass(frozen=True, slots=True)
class RuntimeConfig:
    """What every service is configured with, whatever it does."""

    nats_url: str = setting("nats://127.0.0.1:4222", "NATTER_NATS_URL", "NATS servers, comma-separated", secret=True)
    nats_user: str = setting("", "NATTER_NATS_USER", "user of NATS, named as the service; empty where there are none")
    nats_password: str = setting("", "NATTER_NATS_PASSWORD", "its password", secret=True)
    models: Path = setting(Path("~/.cache/natter/models").expanduser(), "NATTER_MODELS", "where models are kept")
    log_level: str = setting(
        "info", "NATTER_LOG_LEVEL", "how much is logged", choices=("debug", "info", "warning", "error")
    )
    log_format: str = setting("text", "NATTER_LOG_FORMAT", "what a line looks like", choices=("text", "json"))
    log_text: bool = setting(
        False, "NATTER_LOG_TEXT", "whether what people say may be in logs and, marked as pii, in traces"
    )
    calls_max_bytes: int = setting(
        1024 * 1024 * 1024, "NATTER_CALLS_MAX_BYTES", "size of the event log", unit="bytes", low=1024 * 1024
    )
    calls_max_age_s: float = setting(
        24 * 3600.0, "NATTER_CALLS_MAX_AGE_S", "how long events are kept", unit="seconds", low=3600
    )
    calls_replicas: int = setting(
        1, "NATTER_CALLS_REPLICAS", "copies of the event log in a NATS cluster", low=1, high=5
    )
    name: str = setting("", "NATTER_NAME", "what the instance's name begins with; empty: the service's own")
    capacity: int = setting(
        32, "NATTER_CAPACITY", "sessions one instance of a service takes at a time", unit="sessions", low=1
    )
    drain_s: float = setting(
        25.0, "NATTER_DRAIN_S", "how long a stopping service waits for its sessions to move", unit="seconds", low=0
    )
    health_port: int = setting(
        0, "NATTER_HEALTH_PORT", "port of /healthz, /readyz and /metrics of a worker; 0 is off", low=0, high=65535
    )
    health_host: str = setting("127.0.0.1", "NATTER_HEALTH_HOST", "address that the health port listens on")
    otlp_endpoint: str = setting(
        "", "OTEL_EXPORTER_OTLP_ENDPOINT", "where traces go, such as http://127.0.0.1:4318; empty is off"
    )
    otlp_protocol: str = setting(
        "http/protobuf",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "how they travel; grpc needs natter-runtime[otlp-grpc]",
        choices=("http/protobuf", "grpc"),
    )
    trace_ratio: float = setting(
        1.0, "NATTER_TRACE_RATIO", "part of the calls that is traced", unit="0-1", low=0, high=1
    )
