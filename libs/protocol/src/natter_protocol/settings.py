"""What a session is configured with, independent of the dialect its client speaks.

``None`` means "not stated": the service that reads the field uses its own default. Milliseconds
are integers and end in ``_ms``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec


class Encoding(StrEnum):
    """How a client's audio is coded."""

    PCM16 = "pcm16"
    MULAW = "mulaw"
    ALAW = "alaw"


class AudioFormat(msgspec.Struct, frozen=True, omit_defaults=True):
    """Coding and rate of one direction of a client's audio, always mono."""

    encoding: Encoding = Encoding.PCM16
    rate: int = 24_000


class Modality(StrEnum):
    """Whether a direction carries speech or only text."""

    AUDIO = "audio"
    TEXT = "text"


class TranscriptionMode(StrEnum):
    """How accuracy and patience trade against speed."""

    MIN_LATENCY = "min_latency"
    BALANCED = "balanced"
    MAX_ACCURACY = "max_accuracy"


class Preset(StrEnum):
    """A named set of turn-taking wishes."""

    IVR = "ivr"
    """Short answers, fast."""
    CONVERSATION = "conversation"
    """Ordinary talk."""
    CLINICAL = "clinical"
    """Slow, careful, with long pauses."""


class TurnPolicy(msgspec.Struct, frozen=True, omit_defaults=True):
    """The user's wishes about turn-taking; unstated fields are adaptive."""

    vad_threshold: float | None = None
    """Speech probability (0-1) from which a window counts as speech."""
    min_silence_ms: int | None = None
    """Lower bound of the silence that ends a turn."""
    max_silence_ms: int | None = None
    """Silence that ends a turn whatever else speaks against it."""
    interrupt_response: bool = True
    """Whether speaking over the agent may stop it."""
    interruption_delay_ms: int | None = None
    """How long an overlap may be looked at before it is decided."""
    uninterruptible: tuple[str, ...] = ()
    """Causes of replies that cannot be interrupted, such as ``greeting``."""
    preset: Preset | None = None
    """What the unstated fields are taken from."""
    eager: bool | None = None
    """Whether an answer may be begun before the turn is surely over."""


class InputSettings(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the client sends, and how it is to be heard."""

    modality: Modality = Modality.AUDIO
    format: AudioFormat = AudioFormat()
    turn: TurnPolicy = TurnPolicy()
    mode: TranscriptionMode | None = None
    keyterms: tuple[str, ...] = ()
    prompt: str | None = None
    """Context for the recogniser; not an instruction to the agent."""
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes; empty means the recogniser's own choice."""
    continuous_partials: bool | None = None
    noise_suppression: str | None = None
    """``near-field`` or ``far-field``."""
    noise_threshold: float | None = None


class OutputSettings(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the client gets."""

    modality: Modality = Modality.AUDIO
    format: AudioFormat = AudioFormat()
    voice: str | None = None
    volume: int | None = None
    """0 (silent) to 100 (as synthesised)."""


class ExecutionMode(StrEnum):
    """What the conversation does while a tool runs."""

    INTERACTIVE = "interactive"
    HOLD = "hold"


class SealedHeader(msgspec.Struct, frozen=True, omit_defaults=True):
    """A header of a request. Its value is sealed: only who has the platform's secret can read it."""

    name: str
    sealed: str


class HttpCall(msgspec.Struct, frozen=True, omit_defaults=True):
    """The request by which a tool is called, where the platform and not the client runs it."""

    url: str
    method: str = "POST"
    headers: tuple[SealedHeader, ...] = ()


class ToolServer(msgspec.Struct, frozen=True, omit_defaults=True):
    """A server of the Model Context Protocol whose tools the agent may call; the platform calls them."""

    name: str
    """Its tools are known to the model as ``<name>_<tool>``."""
    url: str
    headers: tuple[SealedHeader, ...] = ()


class Tool(msgspec.Struct, frozen=True, omit_defaults=True):
    """A function that the agent may call. ``parameters`` is a JSON Schema object."""

    name: str
    description: str = ""
    parameters: dict[str, Any] = {}
    mode: ExecutionMode = ExecutionMode.INTERACTIVE
    timeout_s: float = 120.0
    on_success: str | None = None
    """Instruction to the model for the reply that follows a result."""
    on_error: str | None = None
    side_effects: bool = False
    """Whether calling it twice would do something twice; its calls then carry an idempotency key."""
    http: HttpCall | None = None
    """None: the client runs it."""
    builtin: bool = False
    """The platform's own; the client neither sees nor answers its calls."""


class OwnModel(msgspec.Struct, frozen=True, omit_defaults=True):
    """A language model of the agent's own: a server that speaks OpenAI's chat completions."""

    base_url: str
    model: str
    sealed_key: str = ""
    """Its API key, sealed like a header's value; empty: it needs none."""


class Webhook(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where one session's events are posted to."""

    url: str
    events: tuple[str, ...] = ()
    """Names of events; empty means all."""
    secret: str | None = None
    """What they are signed with, as the client gave it: on its way to the gateway's seal, never in a log."""
    sealed_secret: str = ""
    """The same, sealed."""


class SessionSettings(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything a session is configured with."""

    system_prompt: str = ""
    greeting: str = ""
    """Spoken word for word when the session opens; empty means that the agent waits."""
    input: InputSettings = InputSettings()
    output: OutputSettings = OutputSettings()
    tools: tuple[Tool, ...] = ()
    llm: OwnModel | None = None
    """None: the platform's model."""
    record: bool | None = None
    """Whether the call is recorded; None: as the gateway is configured."""
    extensions: tuple[str, ...] = ()
    """Names of the events beyond the borrowed dialect that the client asked for."""
    webhook: Webhook | None = None
    tool_servers: tuple[ToolServer, ...] = ()
