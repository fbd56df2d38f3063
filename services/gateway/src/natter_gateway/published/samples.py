"""One example of every message, as the documentation shows it."""

from __future__ import annotations

from typing import Any, Final

from natter_gateway.dialects import voice_agent_client as client
from natter_gateway.dialects import voice_agent_server as server
from natter_gateway.dialects.voice_agent_client import ClientMessage
from natter_gateway.dialects.voice_agent_server import ServerEvent

SESSION: Final = "sess_5d0e7a0c9b1f4e6d8a2c3b4d5e6f7081"
REPLY: Final = "resp_91c4f0a27d3e4b58a6c1d2e3f4051627"
USER_ITEM: Final = "msg_11d2a7b94c0e4f6d8b1a2c3d4e5f6071"
AGENT_ITEM: Final = "msg_12e3b8c05d1f4a7e9c2b3d4e5f607182"
CALL: Final = "call_4_00_7f3a9c21"

STOCK: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"item": {"type": "string", "enum": ["rye", "sourdough"]}},
    "required": ["item"],
}

_PCM: Final = server.Format(encoding="audio/pcm", sample_rate=24_000)

CONFIG: Final = server.Config(
    id=SESSION,
    system_prompt="You answer phones for a bakery. One sentence per turn.",
    greeting="Bakery, good morning!",
    input=server.Input(
        type="audio",
        format=_PCM,
        turn_detection=None,
        keyterms=["sourdough", "Anneliese"],
        transcription_mode=None,
        continuous_partials=None,
        transcription_prompt=None,
        language_codes=None,
        voice_focus=None,
        voice_focus_threshold=None,
    ),
    output=server.Output(type="audio", voice="alba", format=_PCM, volume=80),
    tools=[
        server.ToolConfig(
            name="stock",
            description="How many loaves are left.",
            parameters=STOCK,
            execution_mode="interactive",
            timeout_seconds=20.0,
        )
    ],
)

_UPDATE: Final = client.SessionUpdate(
    session=client.SessionFields(
        system_prompt="You answer phones for a bakery. One sentence per turn.",
        greeting="Bakery, good morning!",
        input=client.InputFields(
            format=client.FormatFields(encoding="audio/pcm", sample_rate=24_000),
            keyterms=["sourdough", "Anneliese"],
            turn_detection=client.TurnDetectionFields(interrupt_response=True),
        ),
        output=client.OutputFields(voice="alba", volume=80),
        tools=[
            client.ToolFields(
                name="stock", description="How many loaves are left.", parameters=STOCK, timeout_seconds=20
            )
        ],
        extensions=["session.resumed_from"],
    )
)

CLIENT: Final[tuple[ClientMessage, ...]] = (
    _UPDATE,
    client.InputAudio(audio="AAABAAIAAQD//w=="),
    client.ToolResult(call_id=CALL, result='{"loaves": 2}'),
    client.ReplyCreate(instructions="Tell the caller we are still looking."),
    client.ConversationMessage(role="system", content="The caller's name is Ada."),
    client.SessionResume(session_id=SESSION),
    client.SessionEnd(),
    client.ReplyCancel(reply_id=REPLY),
    client.PlayoutAck(reply_id=REPLY, played_ms=640),
)
"""What a client may say."""

SERVER: Final[tuple[ServerEvent, ...]] = (
    server.SessionUpdated(timestamp=1795300000.101, config=CONFIG),
    server.SessionReady(
        timestamp=1795300000.118,
        session_id=SESSION,
        expires_at=1795310800,
        resume_token="rt_AQAAAAAAawGt",
        config=CONFIG,
    ),
    server.SessionEnded(timestamp=1795300041.2, session_duration_seconds=41.07, audio_duration_seconds=39.5),
    server.SessionError(
        timestamp=1795300005.0,
        code="immutable_field",
        message="'output.voice' cannot be changed after the first session.update",
        param="output.voice",
        session_id=SESSION,
    ),
    server.SpeechStarted(timestamp=1795300006.2),
    server.SpeechStopped(timestamp=1795300008.9),
    server.UserDelta(timestamp=1795300007.0, item_id=USER_ITEM, text="do you have"),
    server.UserTranscript(timestamp=1795300008.901, item_id=USER_ITEM, text="Do you have rye bread?"),
    server.ReplyStarted(timestamp=1795300008.903, reply_id=REPLY, item_id=AGENT_ITEM),
    server.ReplyAudio(timestamp=1795300008.91, reply_id=REPLY, data="AAABAAIAAQD//w=="),
    server.AgentDelta(
        timestamp=1795300009.2, reply_id=REPLY, item_id=AGENT_ITEM, delta="Yes, ", start_ms=210, end_ms=480
    ),
    server.AgentTranscript(
        timestamp=1795300011.0, reply_id=REPLY, item_id=AGENT_ITEM, text="Yes, two loaves are left.", interrupted=False
    ),
    server.ReplyDone(timestamp=1795300011.001, reply_id=REPLY, status="completed"),
    server.ToolCall(timestamp=1795300009.5, call_id=CALL, name="stock", arguments={"item": "rye"}),
    server.ReplyError(
        timestamp=1795300020.0, reply_id=REPLY, code="llm_provider_error", message="upstream 429", retryable=True
    ),
    server.SessionResumedFrom(
        timestamp=1795300025.4,
        input_sample=604_800,
        reply_id=REPLY,
        reply_ms=640,
        items=[server.ResumedItem(item_id=USER_ITEM, role="user", text="Do you have rye bread?", interrupted=False)],
    ),
    server.AgentHeld(timestamp=1795300009.6, reply_id=REPLY),
    server.AgentResumed(timestamp=1795300009.9, reply_id=REPLY),
    server.TurnDecision(
        timestamp=1795300008.9,
        item_id=USER_ITEM,
        decision="commit",
        rule="evidence",
        reason="The turn is over after 0.32 s of silence (97% likely over): by its sound and its words.",
        text="Do you have rye bread?",
        silence_ms=320,
        needed_ms=300,
        probability=0.97,
        evidence={"sound": 0.96, "ends_sentence": 0.99, "log_odds": {"prior": 0.4, "sound": 1.6, "ends_sentence": 1.4}},
        presets={"ivr": 220, "conversation": 300, "clinical": 960},
    ),
    server.TurnMetrics(
        timestamp=1795300009.4,
        item_id=USER_ITEM,
        reply_id=REPLY,
        total_ms=812.0,
        steps=[
            server.MeasuredStep("decision", "turn", 320.0),
            server.MeasuredStep("final_text", "stt", 60.0),
            server.MeasuredStep("first_token", "llm", 250.0),
            server.MeasuredStep("first_audio", "tts", 150.0),
        ],
        unaccounted_ms=32.0,
        speculations=1,
        ahead_ms=0.0,
    ),
)
"""What a server says."""
