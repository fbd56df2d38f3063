"""``session.update`` of the Voice Agent dialect: partial JSON to whole settings, and the resolved echo.

A field that is absent keeps its value; ``null`` restores its default. What is fixed after the first
update may be sent again if it is equal.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

import msgspec

from natter_gateway import failures
from natter_gateway.failures import ClientError
from natter_protocol.settings import (
    AudioFormat,
    Encoding,
    ExecutionMode,
    InputSettings,
    Modality,
    OutputSettings,
    Preset,
    SessionSettings,
    Tool,
    TranscriptionMode,
    TurnPolicy,
)

DEFAULT_VOICE: Final = "alba"
MAX_KEYTERMS: Final = 100
MAX_PROMPT: Final = 1750
_ENCODINGS: Final = {
    "audio/pcm": (Encoding.PCM16, 24_000),
    "audio/pcmu": (Encoding.MULAW, 8_000),
    "audio/pcma": (Encoding.ALAW, 8_000),
}
_NAMES: Final = {encoding: name for name, (encoding, _) in _ENCODINGS.items()}
_SESSION: Final = {"system_prompt", "greeting", "input", "output", "tools", "extensions"}
_INPUT: Final = {
    "type",
    "format",
    "keyterms",
    "transcription_mode",
    "continuous_partials",
    "transcription_prompt",
    "language_codes",
    "voice_focus",
    "voice_focus_threshold",
    "turn_detection",
}
_OUTPUT: Final = {"type", "voice", "format", "volume"}
_TURN: Final = {
    "type",
    "vad_threshold",
    "min_silence",
    "max_silence",
    "interrupt_response",
    "interruption_delay",
    "uninterruptible_turns",
    "preset",
    "eager",
}
_TOOL: Final = {
    "type",
    "name",
    "description",
    "parameters",
    "execution_mode",
    "timeout_seconds",
    "response_instructions",
}


def updated(update: dict[str, Any], settings: SessionSettings | None) -> SessionSettings:
    """Return ``settings`` (None: the defaults) with ``update`` applied.

    Raises:
        ClientError: a field is unknown, has a wrong value, or may no longer change. A wrong value in
            the first update is fatal.
    """
    first = settings is None
    try:
        return _apply(_Fields(update, "", _SESSION), settings or SessionSettings(), first)
    except ClientError as error:
        if first and error.failure.code == failures.INVALID_VALUE:
            raise ClientError(error.failure.code, error.failure.message, error.failure.param, fatal=True) from None
        raise


class _Fields:
    """One JSON object of the update, read field by field."""

    def __init__(self, values: object, path: str, known: set[str]) -> None:
        if not isinstance(values, dict):
            _invalid(path, "an object")
        self.values = values
        self.path = path
        unknown = sorted(set(values) - known)
        if unknown:
            name = self.name(str(unknown[0]))
            raise ClientError(failures.INVALID_FORMAT, f"Unknown field '{name}' in session.update", name)

    def name(self, field: str) -> str:
        return f"{self.path}.{field}" if self.path else field

    def has(self, field: str) -> bool:
        return field in self.values

    def text(self, field: str, present: str | None, *, longest: int = 100_000) -> str | None:
        value = self.values.get(field, present)
        if value is not None and not (isinstance(value, str) and len(value) <= longest):
            _invalid(self.name(field), f"a string of at most {longest} characters")
        return value

    def number(self, field: str, present: float | None, low: float, high: float) -> float | None:
        value = self.values.get(field, present)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            _invalid(self.name(field), f"a number from {low:g} to {high:g}")
        if value is not None and not low <= value <= high:
            _invalid(self.name(field), f"a number from {low:g} to {high:g}")
        return value

    def integer(self, field: str, present: int | None, low: int, high: int) -> int | None:
        value = self.number(field, present, low, high)
        return None if value is None else round(value)

    def flag(self, field: str, present: bool | None) -> bool | None:
        value = self.values.get(field, present)
        if value is not None and not isinstance(value, bool):
            _invalid(self.name(field), "true or false")
        return value

    def choice(self, field: str, present: str | None, choices: tuple[str, ...]) -> str | None:
        value = self.values.get(field, present)
        if value is not None and value not in choices:
            _invalid(self.name(field), f"one of {', '.join(choices)}")
        return value

    def strings(self, field: str, present: tuple[str, ...], most: int) -> tuple[str, ...]:
        value = self.values.get(field, list(present))
        if value is None:
            return ()
        if not isinstance(value, list) or len(value) > most or not all(isinstance(part, str) for part in value):
            _invalid(self.name(field), f"a list of at most {most} strings")
        return tuple(value)


def _invalid(name: str, wanted: str) -> NoReturn:
    raise ClientError(failures.INVALID_VALUE, f"'{name}' must be {wanted}", name)


def _fixed(name: str, new: object, present: object, first: bool) -> None:
    if not first and new != present:
        message = f"'{name}' cannot be changed after the first session.update"
        raise ClientError(failures.IMMUTABLE_FIELD, message, name)


def _apply(fields: _Fields, present: SessionSettings, first: bool) -> SessionSettings:
    if first and fields.has("greeting") and fields.values["greeting"] is None:
        raise ClientError(failures.INVALID_FORMAT, "Invalid message format for type 'session.update'", "greeting")
    greeting = fields.text("greeting", present.greeting, longest=2000) or ""
    _fixed("greeting", greeting, present.greeting, first)
    input, output, tools = present.input, present.output, present.tools
    if fields.values.get("input") is not None:
        input = _input(_Fields(fields.values["input"], "input", _INPUT), present.input)
    if fields.values.get("output") is not None:
        output = _output(_Fields(fields.values["output"], "output", _OUTPUT), present.output, first)
    if fields.has("tools"):
        tools = _tools(fields.values["tools"])
    return SessionSettings(
        system_prompt=fields.text("system_prompt", present.system_prompt) or "",
        greeting=greeting,
        input=input,
        output=output,
        tools=tools,
        extensions=fields.strings("extensions", present.extensions, 16),
    )


def _format(fields: _Fields, present: AudioFormat) -> AudioFormat:
    if fields.values.get("format") is None:
        return present
    inner = _Fields(fields.values["format"], fields.name("format"), {"encoding", "sample_rate"})
    name = inner.choice("encoding", _NAMES[present.encoding], tuple(_ENCODINGS)) or "audio/pcm"
    encoding, rate = _ENCODINGS[name]
    stated = inner.values.get("sample_rate")
    if stated is not None and stated != rate:
        _invalid(inner.name("sample_rate"), f"{rate} for {name}")
    return AudioFormat(encoding, rate)


def _input(fields: _Fields, present: InputSettings) -> InputSettings:
    mode = fields.choice("transcription_mode", present.mode, tuple(TranscriptionMode))
    turn = present.turn
    if fields.has("turn_detection"):
        turn = _turn(fields.values["turn_detection"], present.turn)
    return InputSettings(
        modality=Modality(fields.choice("type", present.modality, tuple(Modality)) or Modality.AUDIO),
        format=_format(fields, present.format),
        turn=turn,
        mode=TranscriptionMode(mode) if mode else None,
        keyterms=fields.strings("keyterms", present.keyterms, MAX_KEYTERMS),
        prompt=fields.text("transcription_prompt", present.prompt, longest=MAX_PROMPT),
        languages=fields.strings("language_codes", present.languages, 20),
        continuous_partials=fields.flag("continuous_partials", present.continuous_partials),
        noise_suppression=fields.choice("voice_focus", present.noise_suppression, ("near-field", "far-field")),
        noise_threshold=fields.number("voice_focus_threshold", present.noise_threshold, 0, 1),
    )


def _turn(value: object, present: TurnPolicy) -> TurnPolicy:
    """``null`` and ``{}`` are the same as all defaults; other fields change what they name."""
    if value is None or value == {}:
        return TurnPolicy()
    fields = _Fields(value, "input.turn_detection", _TURN)
    fields.choice("type", None, ("server_vad", "semantic_vad"))
    low = fields.integer("min_silence", present.min_silence_ms, 50, 10_000)
    high = fields.integer("max_silence", present.max_silence_ms, 50, 10_000)
    if low is not None and high is not None and high < low:
        _invalid("input.turn_detection.max_silence", f"at least min_silence ({low})")
    interrupt = fields.flag("interrupt_response", present.interrupt_response)
    preset = fields.choice("preset", present.preset, tuple(Preset))
    return TurnPolicy(
        vad_threshold=fields.number("vad_threshold", present.vad_threshold, 0, 1),
        min_silence_ms=low,
        max_silence_ms=high,
        interrupt_response=True if interrupt is None else interrupt,
        interruption_delay_ms=fields.integer("interruption_delay", present.interruption_delay_ms, 0, 1000),
        uninterruptible=fields.strings("uninterruptible_turns", present.uninterruptible, 16),
        preset=Preset(preset) if preset else None,
        eager=fields.flag("eager", present.eager),
    )


def _output(fields: _Fields, present: OutputSettings, first: bool) -> OutputSettings:
    new = OutputSettings(
        modality=Modality(fields.choice("type", present.modality, tuple(Modality)) or Modality.AUDIO),
        format=_format(fields, present.format),
        voice=fields.text("voice", present.voice, longest=128),
        volume=fields.integer("volume", present.volume, 0, 100),
    )
    _fixed("output.type", new.modality, present.modality, first)
    _fixed("output.voice", new.voice or DEFAULT_VOICE, present.voice or DEFAULT_VOICE, first)
    _fixed("output.format", new.format, present.format, first)
    return new


def _tools(values: object) -> tuple[Tool, ...]:
    if values is None:
        return ()
    if not isinstance(values, list):
        _invalid("tools", "a list")
    return tuple(_tool(value, f"tools[{index}]") for index, value in enumerate(values))


def _tool(value: object, path: str) -> Tool:
    fields = _Fields(value, path, _TOOL)
    name = fields.text("name", None, longest=64)
    if not name:
        _invalid(f"{path}.name", "a string of 1 to 64 characters")
    parameters = fields.values.get("parameters") or {}
    if not isinstance(parameters, dict):
        _invalid(f"{path}.parameters", "an object")
    if not isinstance(parameters.get("properties", {}), dict):
        _invalid(f"{path}.parameters.properties", "an object")
    mode = fields.choice("execution_mode", None, tuple(ExecutionMode))
    after = _Fields(
        fields.values.get("response_instructions") or {}, f"{path}.response_instructions", {"success", "error"}
    )
    return Tool(
        name=name,
        description=fields.text("description", "") or "",
        parameters=parameters,
        mode=ExecutionMode(mode) if mode else ExecutionMode.INTERACTIVE,
        timeout_s=fields.number("timeout_seconds", 120.0, 1, 300) or 120.0,
        on_success=after.text("success", None, longest=500),
        on_error=after.text("error", None, longest=500),
    )


def echo(settings: SessionSettings, session: str) -> dict[str, Any]:
    """Return the resolved configuration, with every key; ``null`` is what was not stated."""
    input, output = settings.input, settings.output
    return {
        "id": session,
        "system_prompt": settings.system_prompt,
        "greeting": settings.greeting or None,
        "input": {
            "type": input.modality.value,
            "format": _format_echo(input.format),
            "turn_detection": _turn_echo(input.turn),
            "keyterms": list(input.keyterms) or None,
            "transcription_mode": input.mode.value if input.mode else None,
            "continuous_partials": input.continuous_partials,
            "transcription_prompt": input.prompt,
            "language_codes": list(input.languages) or None,
            "voice_focus": input.noise_suppression,
            "voice_focus_threshold": input.noise_threshold,
        },
        "output": {
            "type": output.modality.value,
            "voice": output.voice or DEFAULT_VOICE,
            "format": _format_echo(output.format),
            "volume": output.volume,
        },
        "tools": [_tool_echo(tool) for tool in settings.tools],
        "llm": [],
        "pre_connect_requests": [],
    }


def _format_echo(format: AudioFormat) -> dict[str, Any]:
    return {"encoding": _NAMES[format.encoding], "sample_rate": format.rate}


def _turn_echo(turn: TurnPolicy) -> dict[str, Any] | None:
    if turn == TurnPolicy():
        return None
    ours = {"preset": turn.preset, "eager": turn.eager}
    return {
        "vad_threshold": turn.vad_threshold,
        "min_silence": turn.min_silence_ms,
        "max_silence": turn.max_silence_ms,
        "interrupt_response": turn.interrupt_response,
        "interruption_delay": turn.interruption_delay_ms,
        "uninterruptible_turns": list(turn.uninterruptible),
        **{name: value for name, value in ours.items() if value is not None},
    }


def _tool_echo(tool: Tool) -> dict[str, Any]:
    after = {"success": tool.on_success, "error": tool.on_error} if tool.on_success or tool.on_error else None
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": msgspec.to_builtins(tool.parameters),
        "execution_mode": tool.mode.value,
        "timeout_seconds": tool.timeout_s,
        "http": None,
        "response_instructions": after,
        "deployment_id": None,
        "session_update": None,
        "image_tag": None,
    }
