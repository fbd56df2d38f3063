"""The resolved configuration as a client of the Voice Agent dialect is told it: every key, always."""

from __future__ import annotations

from typing import Final, Literal, cast

from msgspec import UNSET

from natter_gateway import voices
from natter_gateway.dialects.voice_agent_config import ENCODINGS
from natter_gateway.dialects.voice_agent_server import (
    Config,
    Format,
    Input,
    Instructions,
    Output,
    ToolConfig,
    TurnDetection,
)
from natter_protocol.settings import AudioFormat, SessionSettings, Tool, TurnPolicy

Focus = Literal["near-field", "far-field"]
_NAMES: Final = {encoding: name for name, (encoding, _) in ENCODINGS.items()}


def echo(settings: SessionSettings, session: str) -> Config:
    """Return the configuration of ``session``; ``null`` is what was not stated."""
    return Config(
        id=session,
        system_prompt=settings.system_prompt,
        greeting=settings.greeting or None,
        input=_input(settings),
        output=Output(
            type=settings.output.modality.value,
            voice=settings.output.voice or voices.DEFAULT,
            format=_format(settings.output.format),
            volume=settings.output.volume,
        ),
        tools=[_tool(tool) for tool in settings.tools],
        llm=[{"base_url": settings.llm.base_url, "model": settings.llm.model}] if settings.llm else [],
        extensions=list(settings.extensions) or UNSET,
    )


def _input(settings: SessionSettings) -> Input:
    input = settings.input
    return Input(
        type=input.modality.value,
        format=_format(input.format),
        turn_detection=_turn(input.turn),
        keyterms=list(input.keyterms) or None,
        transcription_mode=input.mode.value if input.mode else None,
        continuous_partials=input.continuous_partials,
        transcription_prompt=input.prompt,
        language_codes=list(input.languages) or None,
        voice_focus=cast(Focus | None, input.noise_suppression),
        voice_focus_threshold=input.noise_threshold,
    )


def _format(format: AudioFormat) -> Format:
    return Format(encoding=_NAMES[format.encoding], sample_rate=format.rate)


def _turn(turn: TurnPolicy) -> TurnDetection | None:
    if turn == TurnPolicy():
        return None
    return TurnDetection(
        vad_threshold=turn.vad_threshold,
        min_silence=turn.min_silence_ms,
        max_silence=turn.max_silence_ms,
        interrupt_response=turn.interrupt_response,
        interruption_delay=turn.interruption_delay_ms,
        uninterruptible_turns=list(turn.uninterruptible),
        preset=UNSET if turn.preset is None else turn.preset.value,
        eager=UNSET if turn.eager is None else turn.eager,
    )


def _tool(tool: Tool) -> ToolConfig:
    after = Instructions(success=tool.on_success, error=tool.on_error) if tool.on_success or tool.on_error else None
    return ToolConfig(
        name=tool.name,
        description=tool.description,
        parameters=tool.parameters,
        execution_mode=tool.mode.value,
        timeout_seconds=tool.timeout_s,
        http={"url": tool.http.url, "method": tool.http.method} if tool.http else None,
        response_instructions=after,
        side_effects=tool.side_effects or UNSET,
    )
