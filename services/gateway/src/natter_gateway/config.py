"""What the gateway is configured with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from natter_runtime.config import setting
from natter_runtime.errors import UsageError

MIN_SECRET = 16
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
"""Names of this machine."""


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """Settings of the gateway."""

    host: str = setting("127.0.0.1", "NATTER_HOST", "address that clients connect to")
    port: int = setting(8080, "NATTER_PORT", "port that clients connect to", low=0, high=65535)
    api_keys: tuple[str, ...] = setting(
        (), "NATTER_API_KEYS", "keys that clients may use, comma-separated; unset: any key, loopback only", secret=True
    )
    secret: str = setting(
        "",
        "NATTER_SECRET",
        "what tokens are signed and stored secrets sealed with, 16 characters or more, the same on all gateways and "
        "llm services; unset: tokens are good on one gateway only, and no secrets are stored",
        secret=True,
    )
    token_single_use: bool = setting(
        False, "NATTER_TOKEN_SINGLE_USE", "whether a temporary token opens one session only"
    )
    data: Path = setting(
        Path("~/.local/share/natter").expanduser(), "NATTER_DATA", "where agents, records and recordings are kept"
    )
    database_url: str = setting(
        "", "NATTER_DATABASE_URL", "postgresql://user:password@host/name; unset: SQLite in NATTER_DATA", secret=True
    )
    public_url: str = setting(
        "", "NATTER_PUBLIC_URL", "what links in answers begin with, such as https://voice.example.com; unset: as asked"
    )
    traces_url: str = setting(
        "", "NATTER_TRACES_URL", "Jaeger's page, such as http://127.0.0.1:16686, for links to traces; unset: no links"
    )
    http_tools_private: bool = setting(
        False,
        "NATTER_HTTP_TOOLS_PRIVATE",
        "whether URLs of users (HTTP tools, pre-connect, webhooks, their models) may use http and private hosts",
    )
    recording: bool = setting(True, "NATTER_RECORDING", "whether calls are recorded whose agent does not say")
    recordings_days: int = setting(
        30, "NATTER_RECORDINGS_DAYS", "how long recordings are kept; 0 is as long as their records", unit="days", low=0
    )
    sessions_days: int = setting(
        90, "NATTER_SESSIONS_DAYS", "how long records of sessions are kept; 0 is for good", unit="days", low=0
    )
    recordings_url: str = setting(
        "",
        "NATTER_RECORDINGS_URL",
        "s3://bucket/prefix?endpoint=https://host&region=name: storage for recordings, with credentials in AWS_*; "
        "unset: a folder in NATTER_DATA",
    )
    prices: Path | None = setting(None, "NATTER_PRICES", "TOML file of prices, for what a call cost")
    max_session_s: float = setting(
        10_800.0, "NATTER_MAX_SESSION_S", "longest duration of a session", unit="seconds", low=10
    )
    resume_s: float = setting(
        30.0,
        "NATTER_RESUME_S",
        "how long a session waits for a client whose connection was lost",
        unit="seconds",
        low=0,
    )
    idle_ask_s: float = setting(
        0.0, "NATTER_IDLE_ASK_S", "silence after which the agent may say something; 0 is never", unit="seconds", low=0
    )
    idle_end_s: float = setting(
        0.0, "NATTER_IDLE_END_S", "silence after which a session ends; 0 is never", unit="seconds", low=0
    )
    strict_voices: bool = setting(
        False, "NATTER_STRICT_VOICES", "refuse names of voices that the hosted API no longer has"
    )
    legacy_args: bool = setting(False, "NATTER_LEGACY_ARGS", "repeat the arguments of tool.call as args")
    message_rate: float = setting(
        200.0, "NATTER_MESSAGE_RATE", "messages a client may send for ever; faster ones wait", unit="per second", low=10
    )
    first_message_s: float = setting(
        30.0, "NATTER_FIRST_MESSAGE_S", "how long a new socket may be silent", unit="seconds", low=1
    )
    lead_ms: int = setting(
        60, "NATTER_LEAD_MS", "how far ahead of playback audio is sent", unit="milliseconds", low=20, high=200
    )
    reclaim_s: float = setting(
        10.0, "NATTER_RECLAIM_S", "how long a session waits for a new worker", unit="seconds", low=1
    )

    @property
    def open_to_all(self) -> bool:
        """Whether any key is accepted."""
        return not self.api_keys

    def check(self) -> None:
        """Refuse to accept any key from anywhere, or to sign with what can be guessed.

        Raises:
            UsageError: no keys are set, and others than this machine can connect; or the secret is too short.
        """
        if self.secret and len(self.secret) < MIN_SECRET:
            raise UsageError(f"NATTER_SECRET has {len(self.secret)} characters: expected at least {MIN_SECRET}")
        if self.open_to_all and self.host not in LOOPBACK:
            raise UsageError(
                f"NATTER_HOST={self.host!r} without NATTER_API_KEYS: expected keys, or an address of this machine only"
            )
