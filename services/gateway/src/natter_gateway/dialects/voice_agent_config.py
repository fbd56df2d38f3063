"""``session.update`` of the Voice Agent dialect: partial JSON to whole settings.

A field that is absent keeps its value; ``null`` restores its default. What is fixed after the first
update may be sent again if it is equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeVar

import msgspec
from msgspec import UnsetType

from natter_gateway import failures, voices
from natter_gateway.dialects import tool_schema
from natter_gateway.dialects.complaint import complaint
from natter_gateway.dialects.voice_agent_client import (
    FormatFields,
    InputFields,
    OutputFields,
    SessionFields,
    ToolFields,
    TurnDetectionFields,
    WebhookFields,
)
from natter_gateway.failures import ClientError
from natter_gateway.voices import Voices
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
    Webhook,
)

T = TypeVar("T")

EncodingName = Literal["audio/pcm", "audio/pcmu", "audio/pcma"]
ENCODINGS: Final[dict[EncodingName, tuple[Encoding, int]]] = {
    "audio/pcm": (Encoding.PCM16, 24_000),
    "audio/pcmu": (Encoding.MULAW, 8_000),
    "audio/pcma": (Encoding.ALAW, 8_000),
}
"""The codings by their names, each with the one rate it has."""
RESERVED: Final = "aai_"
"""Tools of a client may not be named so."""


def read(update: Mapping[str, Any]) -> SessionFields:
    """Return the fields of an update.

    Raises:
        ClientError: one is unknown, or has a wrong type or range.
    """
    try:
        return msgspec.convert(update, SessionFields)
    except msgspec.ValidationError as error:
        wrong = complaint(error, SessionFields)
    code = failures.INVALID_FORMAT if wrong.unknown else failures.INVALID_VALUE
    if wrong.param.split(".")[0] == "webhook":
        code = failures.INVALID_WEBHOOK
    raise ClientError(code, wrong.text, wrong.param)


def updated(
    update: Mapping[str, Any] | SessionFields, settings: SessionSettings | None, known: Voices | None = None
) -> SessionSettings:
    """Return ``settings`` (None: the defaults) with ``update`` applied.

    Args:
        update: the content of a ``session.update``.
        settings: what holds now; None for the first update.
        known: the voices and languages that may be asked for; None: the voices of the hosted API, any language.

    Raises:
        ClientError: a field is unknown, has a wrong value, or may no longer change. A wrong value in
            the first update is fatal.
    """
    first = settings is None
    try:
        fields = update if isinstance(update, SessionFields) else read(update)
        return _apply(fields, settings or SessionSettings(), first, known or Voices())
    except ClientError as error:
        if first and error.failure.code in (failures.INVALID_VALUE, failures.INVALID_WEBHOOK):
            raise ClientError(error.failure.code, error.failure.message, error.failure.param, fatal=True) from None
        raise


def _given(value: T | UnsetType | None, present: T, default: T) -> T:
    """Return ``present`` for what is absent and ``default`` for what is null."""
    if isinstance(value, UnsetType):
        return present
    return default if value is None else value


def _wrong(param: str, text: str) -> ClientError:
    return ClientError(failures.INVALID_VALUE, text, param)


def _fixed(name: str, new: object, present: object, first: bool) -> None:
    if not first and new != present:
        message = f"'{name}' cannot be changed after the first session.update"
        raise ClientError(failures.IMMUTABLE_FIELD, message, name)


def _apply(fields: SessionFields, present: SessionSettings, first: bool, known: Voices) -> SessionSettings:
    if first and fields.greeting is None:
        raise ClientError(failures.INVALID_FORMAT, "Invalid message format for type 'session.update'", "greeting")
    if fields.llm:
        raise _wrong("llm", "BYO LLM config is not allowed on session.update; it belongs to a stored agent")
    greeting = _given(fields.greeting, present.greeting, "")
    _fixed("greeting", greeting, present.greeting, first)
    webhook = present.webhook if isinstance(fields.webhook, UnsetType) else _webhook(fields.webhook)
    return msgspec.structs.replace(
        present,
        system_prompt=_given(fields.system_prompt, present.system_prompt, ""),
        greeting=greeting,
        input=_input(fields.input, present.input, first, known) if fields.input else present.input,
        output=_output(fields.output, present.output, first, known) if fields.output else present.output,
        tools=present.tools if isinstance(fields.tools, UnsetType) else _tools(fields.tools or []),
        extensions=_unique(_given(fields.extensions, list(present.extensions), [])),
        webhook=webhook,
    )


def _unique(names: list[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _webhook(fields: WebhookFields | None) -> Webhook | None:
    if fields is None:
        return None
    return Webhook(fields.url, tuple(fields.events), fields.secret or None)


def _format(fields: FormatFields | UnsetType | None, present: AudioFormat, path: str) -> AudioFormat:
    if not fields:
        return present
    names = {encoding: name for name, (encoding, _) in ENCODINGS.items()}
    name = _given(fields.encoding, names[present.encoding], "audio/pcm")
    encoding, rate = ENCODINGS[name]
    if _given(fields.sample_rate, rate, rate) != rate:
        param = f"{path}.sample_rate"
        raise _wrong(param, f"'{param}' must be {rate} for {name}")
    return AudioFormat(encoding, rate)


def _input(fields: InputFields, present: InputSettings, first: bool, known: Voices) -> InputSettings:
    modality = Modality(_given(fields.type, present.modality, Modality.AUDIO))
    _fixed("input.type", modality, present.modality, first)
    mode = _given(fields.transcription_mode, present.mode, None)
    turn = present.turn if isinstance(fields.turn_detection, UnsetType) else _turn(fields.turn_detection, present.turn)
    languages = tuple(_given(fields.language_codes, list(present.languages), []))
    if fields.language_codes and (deaf := known.hearing.refusal(languages)):
        param = "input.language_codes"
        raise _wrong(param, f"'{param}' cannot be served: {deaf}")
    return InputSettings(
        modality=modality,
        format=_format(fields.format, present.format, "input.format"),
        turn=turn,
        mode=TranscriptionMode(mode) if mode else None,
        keyterms=tuple(_given(fields.keyterms, list(present.keyterms), [])),
        prompt=_given(fields.transcription_prompt, present.prompt, None),
        languages=languages,
        continuous_partials=_given(fields.continuous_partials, present.continuous_partials, None),
        noise_suppression=_given(fields.voice_focus, present.noise_suppression, None),
        noise_threshold=_given(fields.voice_focus_threshold, present.noise_threshold, None),
    )


def _turn(fields: TurnDetectionFields | None, present: TurnPolicy) -> TurnPolicy:
    """``null`` and ``{}`` are the same as all defaults; other fields change what they name."""
    if fields is None or fields == TurnDetectionFields():
        return TurnPolicy()
    low = _whole(_given(fields.min_silence, present.min_silence_ms, None))
    high = _whole(_given(fields.max_silence, present.max_silence_ms, None))
    if low is not None and high is not None and high < low:
        param = "input.turn_detection.max_silence"
        raise _wrong(param, f"'{param}' must be at least min_silence ({low})")
    preset = _given(fields.preset, present.preset, None)
    return TurnPolicy(
        vad_threshold=_given(fields.vad_threshold, present.vad_threshold, None),
        min_silence_ms=low,
        max_silence_ms=high,
        interrupt_response=_given(fields.interrupt_response, present.interrupt_response, True),
        interruption_delay_ms=_whole(_given(fields.interruption_delay, present.interruption_delay_ms, None)),
        uninterruptible=_unique(_given(fields.uninterruptible_turns, list(present.uninterruptible), [])),
        preset=None if preset is None else Preset(preset),
        eager=_given(fields.eager, present.eager, None),
    )


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _output(fields: OutputFields, present: OutputSettings, first: bool, known: Voices) -> OutputSettings:
    new = OutputSettings(
        modality=Modality(_given(fields.type, present.modality, Modality.AUDIO)),
        format=_format(fields.format, present.format, "output.format"),
        voice=_given(fields.voice, present.voice, None),
        volume=_whole(_given(fields.volume, present.volume, None)),
    )
    _fixed("output.type", new.modality, present.modality, first)
    _fixed("output.voice", new.voice or voices.DEFAULT, present.voice or voices.DEFAULT, first)
    _fixed("output.format", new.format, present.format, first)
    if new.voice is not None and new.voice != present.voice and not known.knows(new.voice):
        choices = ", ".join(known.names())
        raise _wrong("output.voice", f"Invalid voice '{new.voice}'. Must be one of: {choices}")
    return new


def _tools(values: list[ToolFields]) -> tuple[Tool, ...]:
    twice = tool_schema.repeated(value.name for value in values)
    if twice is not None:
        raise _wrong(f"tools[{twice}].name", f"'tools[{twice}].name' must be unique: '{values[twice].name}' was there")
    return tuple(_tool(value, f"tools[{index}]") for index, value in enumerate(values))


def _tool(fields: ToolFields, path: str) -> Tool:
    if fields.name.startswith(RESERVED):
        raise _wrong(f"{path}.name", f"'{path}.name' must not begin with {RESERVED}, which is reserved")
    parameters = fields.parameters or {}
    wrong = tool_schema.flaw(parameters, f"{path}.parameters")
    if wrong is not None:
        raise _wrong(wrong.param, wrong.text)
    after = fields.response_instructions
    return Tool(
        name=fields.name,
        description=fields.description or "",
        parameters=parameters,
        mode=ExecutionMode(fields.execution_mode or ExecutionMode.INTERACTIVE),
        timeout_s=fields.timeout_seconds or 120.0,
        on_success=(after.success or None) if after else None,
        on_error=(after.error or None) if after else None,
        side_effects=bool(fields.side_effects),
    )
