"""What a client of the Voice Agent dialect may say. These types are the only account of it.

They read what comes (:mod:`natter_gateway.dialects.voice_agent`), word the complaint about what does not fit
(:mod:`natter_gateway.dialects.complaint`), and are published as the schema (:mod:`natter_gateway.published`).
A field that is absent is ``UNSET`` and keeps its value; ``null`` restores the default.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from natter_gateway.dialects.wire import about

MAX_PROMPT = 100_000
MAX_GREETING = 2_000
MAX_CONTEXT = 1_750
MAX_KEYTERMS = 100
MAX_TOOLS = 128

Milliseconds = Annotated[float, msgspec.Meta(ge=50, le=10_000)]
Delay = Annotated[float, msgspec.Meta(ge=0, le=1_000)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
Seconds = Annotated[float, msgspec.Meta(ge=1, le=300)]
Prompt = Annotated[str, msgspec.Meta(max_length=MAX_PROMPT)]
Greeting = Annotated[str, msgspec.Meta(max_length=MAX_GREETING)]
Context = Annotated[str, msgspec.Meta(max_length=MAX_CONTEXT)]
Note = Annotated[str, msgspec.Meta(max_length=500)]
ShortName = Annotated[str, msgspec.Meta(max_length=128)]
ToolName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Language = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")]
Keyterm = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Nothing = Annotated[list[Any], msgspec.Meta(max_length=0)]


class Fields(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the objects within ``session.update``."""


class FormatFields(Fields, frozen=True, kw_only=True):
    """How audio is coded; always mono."""

    encoding: Annotated[
        Literal["audio/pcm", "audio/pcmu", "audio/pcma"] | UnsetType | None,
        about("`audio/pcm` is signed 16-bit little-endian at 24000 Hz; the other two are G.711 at 8000 Hz"),
    ] = UNSET
    sample_rate: Annotated[int | UnsetType | None, about("24000 for `audio/pcm`, 8000 for the other two")] = UNSET


class TurnDetectionFields(Fields, frozen=True, kw_only=True):
    """When a turn of the user is over, and what interrupts the agent. Unset fields are adaptive."""

    type: Annotated[
        Literal["server_vad", "semantic_vad"] | UnsetType | None, about("accepted from older clients, and ignored")
    ] = UNSET
    vad_threshold: Annotated[Share | UnsetType | None, about("lower is more sensitive; default 0.5")] = UNSET
    min_silence: Annotated[
        Milliseconds | UnsetType | None, about("milliseconds of silence before a turn that looks complete is over")
    ] = UNSET
    max_silence: Annotated[
        Milliseconds | UnsetType | None, about("milliseconds of silence after which any turn is over")
    ] = UNSET
    interrupt_response: Annotated[
        bool | UnsetType | None, about("whether speaking over the agent may stop it; default true")
    ] = UNSET
    interruption_delay: Annotated[
        Delay | UnsetType | None, about("milliseconds that an overlap may be looked at before it is decided")
    ] = UNSET
    uninterruptible_turns: Annotated[
        list[Literal["greeting", "dtmf_prompt", "tool_refused_ask"]] | UnsetType | None,
        about("replies that cannot be interrupted"),
    ] = UNSET
    preset: Annotated[
        Literal["ivr", "conversation", "clinical"] | UnsetType | None,
        about("beyond the hosted API: a named set of these fields; what is stated beside it goes before it"),
    ] = UNSET
    eager: Annotated[
        bool | UnsetType | None,
        about("beyond the hosted API: whether an answer may be begun before the turn is surely over; it waits unheard"),
    ] = UNSET


class InputFields(Fields, frozen=True, kw_only=True):
    """What the client sends, and how it is heard."""

    type: Annotated[
        Literal["audio", "text"] | UnsetType | None, about("`text`: the session takes no audio; default `audio`")
    ] = UNSET
    format: FormatFields | UnsetType | None = UNSET
    keyterms: Annotated[
        Annotated[list[Keyterm], msgspec.Meta(max_length=MAX_KEYTERMS)] | UnsetType | None,
        about("words that are likely to be said"),
    ] = UNSET
    transcription_mode: Annotated[
        Literal["min_latency", "balanced", "max_accuracy"] | UnsetType | None,
        about("how accuracy and patience trade against speed; default `balanced`"),
    ] = UNSET
    continuous_partials: Annotated[bool | UnsetType | None, about("more frequent partial transcripts")] = UNSET
    transcription_prompt: Annotated[
        Context | UnsetType | None, about("context for the recogniser; no instruction to the agent")
    ] = UNSET
    language_codes: Annotated[
        Annotated[list[Language], msgspec.Meta(max_length=20)] | UnsetType | None,
        about("languages that the user may speak, refused if one is not heard; default: the recogniser's own choice"),
    ] = UNSET
    voice_focus: Annotated[
        Literal["near-field", "far-field"] | UnsetType | None,
        about("suppress noise; where the user's microphone is. Default: as it comes"),
    ] = UNSET
    voice_focus_threshold: Annotated[
        Share | UnsetType | None, about("how much of what `voice_focus` suppresses at most; default 0.85")
    ] = UNSET
    turn_detection: TurnDetectionFields | UnsetType | None = UNSET


class OutputFields(Fields, frozen=True, kw_only=True):
    """What the client gets. Only `volume` may change after the first update."""

    type: Annotated[
        Literal["audio", "text"] | UnsetType | None, about("`text`: transcripts and no audio; default `audio`")
    ] = UNSET
    voice: Annotated[ShortName | UnsetType | None, about("name of a voice; default `alba`")] = UNSET
    format: FormatFields | UnsetType | None = UNSET
    volume: Annotated[Percent | UnsetType | None, about("0 is silent, 100 as synthesised")] = UNSET


class ResponseInstructions(Fields, frozen=True, kw_only=True):
    """What the model is told last when a tool has returned."""

    success: Note | UnsetType | None = UNSET
    error: Note | UnsetType | None = UNSET


class ToolFields(Fields, frozen=True, kw_only=True):
    """A function that the agent may call; the client runs it."""

    type: Literal["function"] = "function"
    name: Annotated[ToolName, about("the prefix `aai_` is reserved")]
    description: Annotated[Prompt | UnsetType | None, about("what the model is told about it")] = UNSET
    parameters: Annotated[
        dict[str, Any] | UnsetType | None,
        about(
            "a JSON Schema object, checked when it is registered; a `pattern` is about the whole value. Arguments "
            "that do not fit are never sent: the agent asks again"
        ),
    ] = UNSET
    execution_mode: Annotated[
        Literal["interactive", "hold"] | UnsetType | None,
        about("`hold`: the agent keeps silent until the result is there; default `interactive`"),
    ] = UNSET
    timeout_seconds: Annotated[Seconds | UnsetType | None, about("how long the result may take; default 120")] = UNSET
    response_instructions: ResponseInstructions | UnsetType | None = UNSET
    side_effects: Annotated[
        bool | UnsetType | None,
        about("Natter's own: calling it twice would do something twice; see the extension `tool.idempotency`"),
    ] = UNSET
    http: Annotated[UnsetType | None, about("stored agents only")] = UNSET
    dtmf_collected_arguments: Annotated[Nothing | UnsetType | None, about("telephone calls only")] = UNSET
    deployment_id: Annotated[UnsetType | None, about("part of the echo; has no effect")] = UNSET
    session_update: Annotated[UnsetType | None, about("part of the echo; has no effect")] = UNSET
    image_tag: Annotated[UnsetType | None, about("part of the echo; has no effect")] = UNSET


class WebhookFields(Fields, frozen=True, kw_only=True):
    """Where this session's events are posted to."""

    url: Annotated[str, msgspec.Meta(max_length=2048, pattern=r"^https?://")]
    events: list[str]
    secret: Annotated[str, msgspec.Meta(min_length=32)] | UnsetType | None = UNSET


class SessionFields(Fields, frozen=True, kw_only=True):
    """The configuration of a session, or a change of it."""

    agent_id: Annotated[str | UnsetType, about("a stored agent; in the first update, and alone")] = UNSET
    system_prompt: Annotated[Prompt | UnsetType | None, about("what the model is told to be")] = UNSET
    greeting: Annotated[
        Greeting | UnsetType | None, about("spoken word for word when the session opens; fixed after the first update")
    ] = UNSET
    input: InputFields | UnsetType | None = UNSET
    output: OutputFields | UnsetType | None = UNSET
    tools: Annotated[
        Annotated[list[ToolFields], msgspec.Meta(max_length=MAX_TOOLS)] | UnsetType | None,
        about("replaces the whole list"),
    ] = UNSET
    llm: Annotated[list[Any] | UnsetType | None, about("stored agents only")] = UNSET
    pre_connect_requests: Annotated[Nothing | UnsetType | None, about("stored agents only")] = UNSET
    webhook: WebhookFields | UnsetType | None = UNSET
    extensions: Annotated[
        list[
            Literal[
                "turn.decision",
                "turn.metrics",
                "playout.ack",
                "agent.hold",
                "session.version",
                "session.resumed_from",
                "tool.idempotency",
            ]
        ]
        | UnsetType
        | None,
        about("Natter's own: what the client wants beyond the hosted API"),
    ] = UNSET


class ClientMessage(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of what a client says."""


class SessionUpdate(ClientMessage, tag="session.update", frozen=True, kw_only=True):
    """Opens the session, or changes it. Answered by `session.updated`, the first time also by `session.ready`."""

    session: SessionFields | UnsetType = UNSET


class SessionResume(ClientMessage, tag="session.resume", frozen=True, kw_only=True):
    """Comes back, on a new socket and as its first message, to a session whose socket was lost."""

    session_id: str


class SessionEnd(ClientMessage, tag="session.end", frozen=True, kw_only=True):
    """Ends the session for good. Answered by `session.ended`; then the server closes with 1000."""


class InputAudio(ClientMessage, tag="input.audio", frozen=True, kw_only=True):
    """A piece of the user's audio, at real time; any length, 50 ms is a good one."""

    audio: Annotated[str, about("base64 of raw samples in `input.format`")]


class ToolResult(ClientMessage, tag="tool.result", frozen=True, kw_only=True):
    """The result of a `tool.call`. It may come at once or late; for a call nobody knows it has no effect."""

    call_id: str
    result: Annotated[str, about("JSON text, or plain text")]
    is_error: bool = False


class ReplyCreate(ClientMessage, tag="reply.create", frozen=True, kw_only=True):
    """Lets the agent speak as soon as nobody else does; takes the place of a greeting that is being spoken."""

    instructions: Annotated[str | None, about("told to the model last, for this reply only")] = None


class ReplyCancel(ClientMessage, tag="reply.cancel", frozen=True, kw_only=True):
    """Stops a reply, as an interruption would. One that is over already stays as it is."""

    reply_id: str


class ConversationMessage(
    ClientMessage, tag="conversation.message", frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """Adds something to the conversation without starting a reply."""

    role: Literal["user", "system"]
    content: Annotated[str, msgspec.Meta(max_length=MAX_PROMPT)]


class PlayoutAck(ClientMessage, tag="playout.ack", frozen=True, kw_only=True):
    """Tells how much of a reply has come out of the loudspeaker; needs the extension `playout.ack`."""

    reply_id: str
    played_ms: Annotated[float, msgspec.Meta(ge=0)]


CLIENT_MESSAGES: tuple[type[ClientMessage], ...] = (
    SessionUpdate,
    InputAudio,
    ToolResult,
    ReplyCreate,
    ConversationMessage,
    SessionResume,
    SessionEnd,
    ReplyCancel,
    PlayoutAck,
)
"""All of them, in the order of the documentation."""
