"""What the command itself reads from the environment; the services read their own."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from natter_runtime.config import RuntimeConfig, load, setting


@dataclass(frozen=True, slots=True)
class CliConfig:
    """The settings of ``natter``."""

    host: str = setting("127.0.0.1", "NATTER_HOST", "address that the gateway listens on")
    port: int = setting(8080, "NATTER_PORT", "port that the gateway listens on", low=1, high=65535)
    nats_url: str = setting(
        "", "NATTER_NATS_URL", "NATS servers to use; empty: `natter up` starts one of its own", secret=True
    )
    url: str = setting("", "NATTER_URL", "where `natter talk` calls; empty: the gateway on this machine")
    key: str = setting("", "NATTER_API_KEY", "the key that `natter talk` shows", secret=True)
    api_keys: str = setting("", "NATTER_API_KEYS", "the keys of a stack that has some already", secret=True)
    state: Path = setting(Path("~/.local/state/natter").expanduser(), "NATTER_STATE", "where `natter up` keeps calls")
    xdg_state: Path | None = setting(None, "XDG_STATE_HOME", "folder of the default of NATTER_STATE")
    stt_engine: str = setting("", "NATTER_STT_ENGINE", "the recogniser; empty: the service's default")
    stt_model: str = setting("", "NATTER_STT_MODEL", "its model; empty: the engine's default")
    tts_engine: str = setting("", "NATTER_TTS_ENGINE", "what speaks; empty: the service's default")
    tts_model: str = setting("", "NATTER_TTS_MODEL", "its model; empty: the engine's default")
    no_color: str = setting("", "NO_COLOR", "anything: no colours")

    @property
    def call_url(self) -> str:
        """The WebSocket that ``natter talk`` calls."""
        return self.url or socket_url(self.host, self.port)


def read(environ: Mapping[str, str] | None = None) -> CliConfig:
    """Return the command's settings.

    Raises:
        UsageError: a value does not fit.
    """
    given = environment() if environ is None else environ
    config = load(CliConfig, given)
    if config.xdg_state is not None and not given.get("NATTER_STATE", "").strip():
        return dataclasses.replace(config, state=config.xdg_state / "natter")
    return config


def read_runtime(environ: Mapping[str, str] | None = None) -> RuntimeConfig:
    """Return what every service is configured with.

    Raises:
        UsageError: a value does not fit.
    """
    return load(RuntimeConfig, environment() if environ is None else environ)


def environment() -> dict[str, str]:
    """Return a copy of the environment, to read or to hand to a process."""
    return dict(os.environ)


def reachable(host: str) -> str:
    """Return an address under which a listener on ``host`` is reached from this machine."""
    local = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
    return f"[{local}]" if ":" in local else local


def socket_url(host: str, port: int) -> str:
    """Return the WebSocket URL of a gateway."""
    return f"ws://{reachable(host)}:{port}/v1/ws"


def page_url(host: str, port: int) -> str:
    """Return the URL of a gateway's page."""
    return f"http://{reachable(host)}:{port}/"
