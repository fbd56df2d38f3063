"""The voices that the platform speaks with, as its ``tts`` service declares them."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter

from natter_gateway.agents.models import Shown
from natter_gateway.rest.auth import Owner
from natter_gateway.rest.context import Ctx
from natter_gateway.rest.errors import documented
from natter_gateway.voices import languages_of
from natter_protocol import codec, subjects
from natter_protocol.errors import ProtocolError
from natter_protocol.svc import SvcPing, SvcPong
from natter_runtime.errors import BusError

router = APIRouter(prefix="/voices", tags=["voices"])

ASK_S: Final = 2.0


class VoiceInfo(Shown):
    """A voice that ``voice_id`` and ``output.voice`` may name."""

    voice_id: str
    name: str
    languages: list[str]
    default: bool
    """Spoken with where no voice is named, or one that is not here."""


class Voices(Shown):
    """All voices of the engine that runs."""

    voices: list[VoiceInfo]
    engine: str
    model: str
    sample_rate: int | None


@router.get("", responses=documented())
async def list_voices(owner: Owner, context: Ctx) -> Voices:
    """List the voices."""
    answer = await context.bus.request(subjects.svc("tts", "info"), codec.encode(SvcPing()), timeout=ASK_S)
    try:
        pong = codec.decode(answer.data)
    except ProtocolError as error:
        raise BusError(f"tts: {error}") from error
    if not isinstance(pong, SvcPong):
        raise BusError("tts did not say what it is")
    return voices_of(pong)


def voices_of(pong: SvcPong) -> Voices:
    """Return the voices in what a ``tts`` instance says of itself."""
    details: dict[str, Any] = pong.details
    default = details.get("voice")
    voices = [
        VoiceInfo(
            voice_id=str(name),
            name=str(name),
            languages=list(languages_of(str(name), details)),
            default=name == default,
        )
        for name in details.get("voices", ())
    ]
    return Voices(voices=voices, engine=pong.engine, model=pong.model, sample_rate=details.get("sample_rate"))
