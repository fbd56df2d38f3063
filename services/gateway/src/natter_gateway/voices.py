"""What may be asked for: the names of voices (those of the hosted API, those it once had, and those that are really
here), and languages.

A client written for the hosted API asks for a voice by its name there. It gets one of ours: the name is
accepted, and ``tts`` speaks with its own voice of that name, else with its default.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from natter_gateway.hearing import Hearing
from natter_protocol import codec, subjects
from natter_protocol.errors import ProtocolError
from natter_protocol.svc import SvcPing, SvcPong
from natter_runtime.bus import Bus
from natter_runtime.clock import Clock
from natter_runtime.errors import BusError

log = logging.getLogger(__name__)

DEFAULT: Final = "alba"

CURRENT: Final[dict[str, str]] = {
    "alba": "en",
    "eve": "en",
    "george": "en",
    "jane": "en",
    "jean": "en",
    "mary": "en",
    "michael": "en",
    "anna": "en",
    "charles": "en",
    "paul": "en",
    "vera": "en",
    "iris": "en",
    "reid": "en",
    "lola": "es",
    "giovanni": "it",
    "juergen": "de",
    "rafael": "pt",
    "estelle": "fr",
}
"""The names that the hosted API has now, with their languages."""

EARLIER: Final = frozenset(
    """
    ivy james tyler autumn sam mia bella david jack kyle helen martha river emma victor eleanor sophie oliver arjun
    ethan mei dmitri lukas lena pierre mina joon ren hana giulia luca lucia mateo diego winter josh dylan dawn summer
    andy zoe alexis pete brian diana grace kai claire nathan audrey melissa will gautam luke alexei max antoine jennie
    kenji lily kevin nova marco sofia yuki santiago leo
    """.split()
)
"""The names that it had in earlier generations and that clients still send."""

FIRST_S: Final = 1.0
AGAIN_S: Final = 30.0
"""How often ``tts`` and ``stt`` are asked for what they can: before both have answered, and after."""
ANSWER_S: Final = 1.0


class Voices:
    """The names that may be asked for.

    Args:
        strict: accept no name that the hosted API does not have now, but for the local ones.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict
        self.local: dict[str, tuple[str, ...]] = {}
        """The voices that ``tts`` declares, each with its languages."""
        self.hearing = Hearing()

    def knows(self, name: str) -> bool:
        """Whether a session may ask for the voice ``name``."""
        asked = name.lower()
        if asked in CURRENT or (asked in EARLIER and not self.strict):
            return True
        return any(asked == voice.lower() for voice in self.local)

    def names(self) -> list[str]:
        """Return the names to offer to somebody who asked for another one."""
        return [*CURRENT, *sorted(voice for voice in self.local if voice.lower() not in CURRENT)]

    async def keep_up(self, bus: Bus, clock: Clock) -> None:
        """Ask ``tts`` now and then which voices it has, and ``stt`` what it hears, until cancelled."""
        while True:
            for service, learn in (("tts", self._learn), ("stt", self.hearing.learn)):
                try:
                    answer = await bus.request(subjects.svc(service, "info"), codec.encode(SvcPing()), timeout=ANSWER_S)
                    pong = codec.decode(answer.data)
                except (TimeoutError, BusError, ProtocolError) as error:
                    log.debug("%s does not tell what it can: %s", service, error)
                    continue
                if isinstance(pong, SvcPong):
                    learn(pong)
            await clock.sleep(AGAIN_S if self.local and self.hearing.languages else FIRST_S)

    def _learn(self, pong: SvcPong) -> None:
        voices = pong.details.get("voices")
        if isinstance(voices, list):
            self.local = {str(voice): languages_of(str(voice), pong.details) for voice in voices}


def languages_of(voice: str, details: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what ``voice`` speaks, by what its ``tts`` declares: its own language, else those of the engine."""
    own = details.get("voice_languages")
    if isinstance(own, Mapping) and voice in own:
        return (str(own[voice]),)
    languages = details.get("languages")
    return tuple(str(language) for language in languages) if isinstance(languages, list) else ()
