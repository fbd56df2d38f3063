"""The names of spans and attributes, in one place.

Where OpenTelemetry's semantic conventions have a name (``gen_ai.*``), it is theirs. What a person
said or heard is only ever put under a name that contains ``pii``.
"""

from __future__ import annotations

from typing import Final

SPAN_CALL: Final = "call"
SPAN_TURN: Final = "turn"
SPAN_ENDPOINTING: Final = "turn.endpointing"
SPAN_STT_FINAL: Final = "stt.final"
SPAN_GENERATE: Final = "llm.generate"
SPAN_TOOL: Final = "tool"
SPAN_SYNTHESIZE: Final = "tts.synthesize"
SPAN_PLAYOUT: Final = "playout"

SESSION: Final = "natter.session"
TURN: Final = "natter.turn"
REV: Final = "natter.rev"
EPOCH: Final = "natter.epoch"
RULE: Final = "natter.turn.rule"
SILENCE_MS: Final = "natter.turn.silence_ms"
ENGINE: Final = "natter.engine"
CAUSE: Final = "natter.reply.cause"
OUTCOME: Final = "natter.reply.outcome"
HEARD_MS: Final = "natter.reply.heard_ms"
AUDIO_MS: Final = "natter.audio_ms"
FIRST_AUDIO_MS: Final = "natter.tts.first_audio_ms"
FIRST_TOKEN_MS: Final = "natter.llm.first_token_ms"
MODEL: Final = "gen_ai.request.model"
OPERATION: Final = "gen_ai.operation.name"
INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
TOOL_NAME: Final = "gen_ai.tool.name"
USER_TEXT: Final = "natter.pii.user_text"
AGENT_TEXT: Final = "natter.pii.agent_text"
