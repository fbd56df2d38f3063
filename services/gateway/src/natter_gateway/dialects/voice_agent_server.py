"""What a server of the Voice Agent dialect says. These types are the only account of it.

They write what is sent (:mod:`natter_gateway.dialects.voice_agent`) and are published as the schema
(:mod:`natter_gateway.published`). Every field is always there, ``null`` where nothing is known; ``UNSET``
leaves out what belongs to an extension or a switch.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from natter_gateway.dialects.wire import about

Code = Literal[
    "agent_id_not_first",
    "agent_not_found",
    "at_capacity",
    "audio_rate_violation",
    "concurrency_exceeded",
    "immutable_field",
    "internal_error",
    "invalid_audio",
    "invalid_config",
    "invalid_format",
    "invalid_value",
    "invalid_webhook",
    "session_expired",
    "session_forbidden",
    "session_not_found",
    "unauthorized",
]


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """How audio is coded."""

    encoding: Literal["audio/pcm", "audio/pcmu", "audio/pcma"]
    sample_rate: int


class TurnDetection(msgspec.Struct, frozen=True, kw_only=True):
    """The stated wishes about turn-taking; `null` is adaptive."""

    vad_threshold: float | None
    min_silence: int | None
    max_silence: int | None
    interrupt_response: bool
    interruption_delay: int | None
    uninterruptible_turns: list[str]
    preset: Literal["ivr", "conversation", "clinical"] | UnsetType = UNSET
    eager: bool | UnsetType = UNSET


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """The input side of a configuration."""

    type: Literal["audio", "text"]
    format: Format
    turn_detection: TurnDetection | None
    keyterms: list[str] | None
    transcription_mode: Literal["min_latency", "balanced", "max_accuracy"] | None
    continuous_partials: bool | None
    transcription_prompt: str | None
    language_codes: list[str] | None
    voice_focus: Literal["near-field", "far-field"] | None
    voice_focus_threshold: float | None


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """The output side of a configuration."""

    type: Literal["audio", "text"]
    voice: str
    format: Format
    volume: int | None


class Instructions(msgspec.Struct, frozen=True, kw_only=True):
    """What the model is told after a tool's result."""

    success: str | None
    error: str | None


class ToolConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A tool of a configuration."""

    name: str
    description: str
    parameters: dict[str, Any]
    execution_mode: Literal["interactive", "hold"]
    timeout_seconds: float
    type: Literal["function"] = "function"
    http: dict[str, Any] | None = None
    response_instructions: Instructions | None = None
    deployment_id: str | None = None
    session_update: dict[str, Any] | None = None
    image_tag: str | None = None
    side_effects: Annotated[bool | UnsetType, about("there if it was stated")] = UNSET


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """The whole configuration as it holds now; `null` is what was not stated."""

    id: Annotated[str, about("the session's id")]
    system_prompt: str
    greeting: str | None
    input: Input
    output: Output
    tools: list[ToolConfig]
    llm: list[dict[str, Any]] = []
    pre_connect_requests: list[dict[str, Any]] = []
    extensions: Annotated[list[str] | UnsetType, about("there if any were asked for")] = UNSET


class ServerEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of what the server says."""

    timestamp: Annotated[float, about("wall clock of the server, seconds since the epoch")]


class SessionUpdated(ServerEvent, tag="session.updated", frozen=True, kw_only=True):
    """An update was accepted; `config` is what holds now."""

    config: Config
    version: Annotated[int | UnsetType, about("extension `session.version`: counts the accepted updates from 1")] = (
        UNSET
    )
    effective_from_turn: Annotated[
        int | UnsetType, about("extension `session.version`: the user's first turn that it is in force for, from 1")
    ] = UNSET


class SessionReady(ServerEvent, tag="session.ready", frozen=True, kw_only=True):
    """The session can be talked to. Once after the first update, and once after each resume."""

    session_id: str
    expires_at: Annotated[int, about("when the session ends at the latest, seconds since the epoch")]
    resume_token: Annotated[str, about("may be shown as `Authorization: Bearer` to come back to this session")]
    config: Config


class ResumedItem(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the conversation."""

    item_id: str
    role: Literal["user", "agent"]
    text: Annotated[str, about("what was said; of the agent: what was heard")]
    interrupted: bool


class SessionResumedFrom(ServerEvent, tag="session.resumed_from", frozen=True, kw_only=True):
    """Follows `session.ready` of a resume (extension `session.resumed_from`): where both sides go on."""

    input_sample: Annotated[
        int, about("the server has the user's audio up to here: samples sent so far, at the rate of `input.format`")
    ]
    reply_id: Annotated[str | None, about("the reply that goes on; every other one is over")]
    reply_ms: Annotated[int | None, about("where in that reply the audio goes on")]
    items: Annotated[list[ResumedItem], about("the newest entries of the conversation, oldest first")]


class SessionEnded(ServerEvent, tag="session.ended", frozen=True, kw_only=True):
    """The last event of every clean end."""

    session_duration_seconds: float
    audio_duration_seconds: Annotated[float | None, about("of the audio that the client sent")]


class SessionError(ServerEvent, tag="session.error", frozen=True, kw_only=True):
    """Something is wrong. Whether the session goes on is told by the table of errors."""

    code: Code
    message: str
    param: Annotated[str | None, about("the field that is wrong, such as `tools[0].name`")]
    session_id: str | None


class SpeechStarted(ServerEvent, tag="input.speech.started", frozen=True, kw_only=True):
    """The user has begun to speak. While the agent speaks it is told only of an interruption: drop what plays."""


class SpeechStopped(ServerEvent, tag="input.speech.stopped", frozen=True, kw_only=True):
    """The user's turn is over."""


class UserDelta(ServerEvent, tag="transcript.user.delta", frozen=True, kw_only=True):
    """The whole text of the user's turn so far; the next one replaces it."""

    item_id: str
    text: str


class UserTranscript(ServerEvent, tag="transcript.user", frozen=True, kw_only=True):
    """What the user said in a turn. A later one with the same `item_id` replaces it."""

    item_id: str
    text: str


class ReplyStarted(ServerEvent, tag="reply.started", frozen=True, kw_only=True):
    """The agent begins to speak, or to call tools. Exactly one `reply.done` follows."""

    reply_id: str
    item_id: str


class ReplyAudio(ServerEvent, tag="reply.audio", frozen=True, kw_only=True):
    """A piece of the agent's voice, paced at real time."""

    reply_id: str
    data: Annotated[str, about("base64 of raw samples in `output.format`")]


class AgentDelta(ServerEvent, tag="transcript.agent.delta", frozen=True, kw_only=True):
    """A word of the agent, to be appended; the times count from the reply's first sample."""

    reply_id: str
    item_id: str
    delta: str
    start_ms: int | None
    end_ms: int | None


class AgentTranscript(ServerEvent, tag="transcript.agent", frozen=True, kw_only=True):
    """What was heard of a reply: all of it, or what came before an interruption."""

    reply_id: str
    item_id: str
    text: str
    interrupted: bool


class ReplyDone(ServerEvent, tag="reply.done", frozen=True, kw_only=True):
    """The last event of a reply."""

    reply_id: str
    status: Literal["completed", "interrupted"]


class ToolCall(ServerEvent, tag="tool.call", frozen=True, kw_only=True):
    """The client is to run a tool and answer with `tool.result`.

    After a resume it may come again, under the same id: then it is to be answered again, and not run twice.
    """

    call_id: str
    name: str
    arguments: Annotated[dict[str, Any], about("fit the tool's `parameters`")]
    args: Annotated[dict[str, Any] | UnsetType, about("the same under its older name, if the server is set so")] = UNSET
    idempotency_key: Annotated[
        str | UnsetType, about("extension `tool.idempotency`: the same whenever the same call is told of again")
    ] = UNSET


class ReplyError(ServerEvent, tag="reply.error", frozen=True, kw_only=True):
    """A model or its provider failed while it made a reply; the session goes on."""

    reply_id: str
    code: Annotated[str, about("open; such as `llm_provider_error`")]
    message: str
    retryable: bool
    status_code: int | None = None
    provider_code: str | None = None
    provider_param: str | None = None


class AgentHeld(ServerEvent, tag="agent.held", frozen=True, kw_only=True):
    """The agent has paused, because the user makes a sound (extension `agent.hold`)."""

    reply_id: str


class AgentResumed(ServerEvent, tag="agent.resumed", frozen=True, kw_only=True):
    """It was no interruption: the reply goes on from the very sample (extension `agent.hold`)."""

    reply_id: str


class TurnDecision(ServerEvent, tag="turn.decision", frozen=True, kw_only=True):
    """What was decided about whose turn it is, and why (extension `turn.decision`)."""

    item_id: Annotated[str, about("the user's turn")]
    decision: Annotated[
        Literal["wait", "go_on", "begin", "commit", "reopen", "drop", "hold", "resume", "interrupt"],
        about("what was decided; `begin`: an answer is begun before the turn is surely over, and waits unheard"),
    ]
    rule: Annotated[str, about("the rule that decided; an open word")]
    reason: Annotated[str, about("the same in a sentence, for people")]
    text: Annotated[str, about("what had been heard of the turn")]
    silence_ms: Annotated[int | None, about("milliseconds of silence that had passed")]
    needed_ms: Annotated[int | None, about("milliseconds of silence that the evidence calls for")]
    probability: Annotated[float | None, about("how sure it was that the turn was over, 0-1")]
    evidence: Annotated[dict[str, Any], about("what was weighed, by name; open")]
    presets: Annotated[dict[str, int], about("milliseconds of silence that each preset would have called for")]


class MeasuredStep(msgspec.Struct, frozen=True):
    """One step of the way from the user's last sound to the agent's first."""

    name: Annotated[str, about("open; such as `decision` or `first_token`")]
    owner: Annotated[str, about("the service that it was spent in")]
    ms: float


class TurnMetrics(ServerEvent, tag="turn.metrics", frozen=True, kw_only=True):
    """Where the time between the user's last sound and the agent's first went (extension `turn.metrics`)."""

    item_id: str
    reply_id: str
    total_ms: Annotated[float, about("the sum of the steps and of what is unaccounted for")]
    steps: Annotated[list[MeasuredStep], about("in their order")]
    unaccounted_ms: Annotated[float, about("what no step claims; negative if steps overlapped")]
    speculations: Annotated[int, about("answers that were begun before the turn was surely over")]
    ahead_ms: Annotated[float, about("how long before that this answer was begun; 0 if it was not")]


SERVER_EVENTS: tuple[type[ServerEvent], ...] = (
    SessionUpdated,
    SessionReady,
    SessionEnded,
    SessionError,
    SpeechStarted,
    SpeechStopped,
    UserDelta,
    UserTranscript,
    ReplyStarted,
    ReplyAudio,
    AgentDelta,
    AgentTranscript,
    ReplyDone,
    ToolCall,
    ReplyError,
    SessionResumedFrom,
    AgentHeld,
    AgentResumed,
    TurnDecision,
    TurnMetrics,
)
"""All of them, in the order of the documentation."""
