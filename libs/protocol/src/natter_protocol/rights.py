"""Who may say and hear what: the one table behind each service's NATS user.

A service says only the messages that are its business, and hears only the audio that it works on: ``llm``
none at all, ``stt`` not the agent's, ``tts`` not the user's. Facts and commands are heard by all. The
subjects follow from the types; ``deploy/nats/nats.conf`` is generated from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from natter_protocol import subjects
from natter_protocol.audio import AudioReplay, AudioStarted
from natter_protocol.base import Lane, Message
from natter_protocol.conversation import ConversationAdded
from natter_protocol.errors import ErrorRaised
from natter_protocol.llm import LlmDelta
from natter_protocol.playback import PlaybackProgress, PlaybackResend
from natter_protocol.reply import (
    ReplyFinished,
    ReplyHeard,
    ReplyMeasured,
    ReplyProgress,
    ReplyStarted,
    ReplyUnwanted,
    ReplyWanted,
)
from natter_protocol.session import (
    SessionAdmitted,
    SessionAssigned,
    SessionClosed,
    SessionConfigured,
    SessionOpened,
    SessionProgress,
    SessionTake,
)
from natter_protocol.stt import SttFinal, SttPartial
from natter_protocol.tool import ToolCalled, ToolReturned
from natter_protocol.tts import TtsFailed, TtsSegment
from natter_protocol.turn import (
    TurnCancel,
    TurnCommitted,
    TurnDecided,
    TurnEager,
    TurnEmpty,
    TurnGranted,
    TurnHold,
    TurnProbability,
    TurnReopened,
    TurnResume,
    TurnStarted,
)

_SESSION: Final = "any"
"""Stands in a subject for a session that is replaced by a wildcard."""

_WORKER: Final = (ErrorRaised, SessionClosed)
"""What any worker may have to say: that it cannot go on, and that nobody owns the session any more."""

SAYS: Final[dict[str, tuple[type[Message], ...]]] = {
    "gateway": (
        SessionOpened,
        SessionConfigured,
        SessionAssigned,
        SessionTake,
        SessionAdmitted,
        SessionProgress,
        SessionClosed,
        AudioStarted,
        ConversationAdded,
        ReplyWanted,
        ReplyUnwanted,
        ReplyMeasured,
        ReplyHeard,
        ReplyProgress,
        ToolReturned,
        PlaybackProgress,
        PlaybackResend,
        ErrorRaised,
    ),
    "turn": (
        TurnStarted,
        TurnEager,
        TurnCommitted,
        TurnReopened,
        TurnEmpty,
        TurnGranted,
        TurnProbability,
        TurnDecided,
        TurnCancel,
        TurnHold,
        TurnResume,
        AudioReplay,
        *_WORKER,
    ),
    "stt": (SttPartial, SttFinal, AudioReplay, *_WORKER),
    "llm": (ReplyStarted, ReplyFinished, ReplyWanted, LlmDelta, ToolCalled, ToolReturned, *_WORKER),
    "tts": (TtsSegment, TtsFailed, *_WORKER),
}
"""The messages of a session that each service publishes."""

HEARS_LIVE: Final[dict[str, tuple[type[Message], ...]]] = {
    "gateway": (SttPartial, LlmDelta),
    "turn": (SttPartial, PlaybackProgress),
    "stt": (TurnProbability,),
    "llm": (),
    "tts": (LlmDelta, PlaybackProgress),
}
"""The replaceable messages that each service may listen to."""

SPEAKS: Final[dict[str, tuple[str, ...]]] = {
    "gateway": (
        subjects.audio_in(_SESSION),
        *(subjects.audio_replay(_SESSION, listener) for listener in ("turn", "stt")),
    ),
    "turn": (),
    "stt": (),
    "llm": (),
    "tts": (subjects.audio_out(_SESSION),),
}
"""The audio that each service publishes."""

LISTENS: Final[dict[str, tuple[str, ...]]] = {
    "gateway": (subjects.audio_out(_SESSION),),
    "turn": (subjects.audio_in(_SESSION), subjects.audio_replay(_SESSION, "turn"), subjects.audio_out(_SESSION)),
    "stt": (subjects.audio_in(_SESSION), subjects.audio_replay(_SESSION, "stt")),
    "llm": (),
    "tts": (),
}
"""The audio that each service may listen to."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Patterns of the subjects that one user may publish to and subscribe to. Answers to requests come on top."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


def inbox(user: str) -> str:
    """Return the prefix of the subjects on which ``user`` gets answers, and nobody else does."""
    return f"_INBOX_{user}"


def rights_of(service: str) -> Rights:
    """Return what the user of ``service`` needs of Natter's own subjects, the event log's interface aside."""
    publish = [subject for message in SAYS[service] for subject in _subjects(message)]
    subscribe = [subjects.lane(_SESSION, Lane.CTL), subjects.lane(_SESSION, Lane.EVT)]
    subscribe += [subject for message in HEARS_LIVE[service] for subject in _subjects(message)]
    publish = [subjects.in_any_session(subject) for subject in (*publish, *SPEAKS[service])]
    subscribe = [subjects.in_any_session(subject) for subject in (*subscribe, *LISTENS[service])]
    publish.append(f"{subjects.svc(service, 'beat')}.*")
    subscribe += [subjects.BEATS, f"{subjects.svc(service, 'ping')}.*", subjects.svc(service, "info")]
    if service == "gateway":
        publish += [subjects.svc(worker, "claim") for worker in subjects.SERVICES if worker != service]
        publish += [f"{subjects.svc(other, 'ping')}.*" for other in subjects.SERVICES]
        publish += [subjects.svc(worker, "info") for worker in ("stt", "tts")]  # which languages and voices there are
    else:
        publish.append(f"{subjects.svc('gateway', 'ping')}.*")
        subscribe.append(subjects.svc(service, "claim"))
    return Rights(tuple(publish), (*subscribe, f"{inbox(service)}.>"))


def _subjects(message: type[Message]) -> list[str]:
    if message is SessionAssigned:
        return [subjects.assigned(_SESSION, service) for service in subjects.SERVICES]
    return [subjects.of_type(_SESSION, message)]
