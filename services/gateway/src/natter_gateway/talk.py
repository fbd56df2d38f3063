"""Both sides of one call, as long as this gateway serves it: what the client asks for, what the services say.

No bus and no tasks: commands, messages and time come in; messages for the services and events for the
client go out through the functions it was given.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from natter_gateway import extensions, failures
from natter_gateway.agent_side import AgentSide
from natter_gateway.commands import (
    AckPlayback,
    AddMessage,
    AppendAudio,
    CancelReply,
    Command,
    Configure,
    CreateReply,
    ReturnTool,
)
from natter_gateway.events import Event, SessionUpdated
from natter_gateway.failures import ClientError
from natter_gateway.farewell import Farewell
from natter_gateway.idle import Idle, Silence
from natter_gateway.inbound import Inbound
from natter_gateway.narrator import Narrator
from natter_gateway.start import Start
from natter_gateway.throttle import Allowance
from natter_protocol.audio import INPUT_RATE, AudioFrame
from natter_protocol.base import Message
from natter_protocol.conversation import Author, ConversationAdded
from natter_protocol.reply import ReplyHeard, ReplyUnwanted, ReplyWanted
from natter_protocol.session import CloseReason, SessionConfigured, SessionProgress
from natter_protocol.settings import AudioFormat, Encoding, Modality, SessionSettings
from natter_protocol.tool import ToolCalled, ToolOutcome, ToolReturned
from natter_protocol.turn import Cause, TurnGranted
from natter_runtime.inbox import Item
from natter_runtime.state import SessionState

AUDIO_RATE: Final = 1.1
"""Seconds of audio that may come in a second for ever: real time, and what clocks differ by."""
AUDIO_BURST_S: Final = 20.0
"""Seconds of audio that may come at once."""
COMPLAIN_S: Final = 1.0
PROGRESS_S: Final = 1.0
UNSURE: Final = INPUT_RATE * 3 // 2
"""Samples that another gateway may have sent on since it last wrote down how far it was."""


@dataclass(frozen=True, slots=True)
class Voice:
    """How a talk makes itself heard.

    Attributes:
        tell: takes events for the client.
        say: takes messages for the services.
        play: takes frames of input audio.
        end: ends the session.
        drop: counts what was thrown away, by its name.
    """

    tell: Callable[[Event], None]
    say: Callable[[Message], None]
    play: Callable[[AudioFrame], None]
    end: Callable[[CloseReason], None]
    drop: Callable[[str, int], None]


class Talk:
    """See the module.

    Args:
        start: where the session starts from.
        voice: how it makes itself heard.
        idle: counts silence.
    """

    def __init__(self, start: Start, voice: Voice, idle: Idle) -> None:
        self.settings: SessionSettings = start.settings
        self.version = start.left.version if start.left is not None else 1
        left = start.left or SessionState()
        self.inbound = Inbound(start.settings.input.format, voice.play, left.input_sample, left.input_received)
        self.narrator = Narrator(start.settings)
        self.agent: AgentSide | None = None
        """The agent's side; set before anything else happens."""
        self._id = start.id
        self._voice = voice
        self._idle = idle
        self._audio = Allowance(AUDIO_RATE, AUDIO_BURST_S)
        self._complained_at: float | None = None
        self._calls: set[str] = set()
        """Calls whose results the client is asked for."""
        self._farewell = Farewell(start.settings)
        self._greeting: int | None = None
        """The greeting that is on its way or being heard; 0 until its turn is granted."""
        self._greeting_replaced = False
        self._paused = False
        self.inbound.configure(start.settings.input)
        self._noted = self.inbound.position
        self._noted_at = 0.0

    @property
    def side(self) -> AgentSide:
        """The agent's side."""
        assert self.agent is not None
        return self.agent

    def restore(self, start: Start, now: float) -> None:
        """Go on with what another gateway has left."""
        left = start.left
        if left is None:
            return
        ours = {tool.name for tool in left.settings.tools if tool.http is not None or tool.builtin}
        self._calls = {
            call.call for call in left.calls.values() if call.outcome is None and not (call.hosted or call.name in ours)
        }
        if left.connected and extensions.SESSION_RESUMED_FROM not in left.settings.extensions:
            self.inbound.skip(UNSURE)  # this client will not send again what is not known to have come
        for event in self.narrator.restore(left):
            self._voice.tell(event)
        self.side.restore(left, start.segments, now)

    # -- what the client does -------------------------------------------------------------------

    def command(self, command: Command, now: float) -> None:
        """Do what the client asks for.

        Raises:
            ClientError: it cannot be done; the session goes on.
        """
        if not isinstance(command, AppendAudio | AckPlayback):
            self._idle.stir(now, by_user=True)
        match command:
            case AppendAudio():
                self._hear_client(command.data, now)
            case Configure():
                self._configure(command.settings)
            case CreateReply():
                self._create_reply(command.instructions)
            case CancelReply():
                self._voice.say(ReplyUnwanted(epoch=command.epoch))
            case AddMessage():
                added = ConversationAdded(epoch=self.side.newest, author=Author(command.role), text=command.text)
                self._voice.say(added)
            case ReturnTool():
                self._return(command)
            case AckPlayback():
                self.side.ack(command.epoch, command.ms)

    def _hear_client(self, data: bytes, now: float) -> None:
        if self.settings.input.modality is Modality.TEXT:
            raise ClientError(failures.INVALID_AUDIO, "The session takes no audio: 'input.type' is 'text'", "audio")
        seconds = len(data) / bytes_per_second(self.settings.input.format)
        if self._audio.take(seconds, now):
            self.inbound.feed(data, now)
            return
        self._voice.drop("audio.too_fast", 1)
        if self._complained_at is None or now - self._complained_at >= COMPLAIN_S:
            self._complained_at = now
            raise ClientError(
                failures.AUDIO_RATE_VIOLATION, "Audio comes faster than real time; what is too much is dropped"
            )

    def _configure(self, settings: SessionSettings) -> None:
        self.version += 1
        self.settings = settings
        self.inbound.configure(settings.input)
        self.narrator.configure(settings)
        self.side.configure(settings)
        self._farewell.settings = settings
        self._voice.say(SessionConfigured(version=self.version, settings=settings))
        self._voice.tell(SessionUpdated(self._id, settings, self.version, self.narrator.next_turn))

    def _create_reply(self, instructions: str) -> None:
        """A reply that is asked for takes the place of the greeting, and comes after any other."""
        if self._greeting is not None and not self._greeting_replaced:
            self._greeting_replaced = True
            self._drop_greeting()
        self.want(Cause.REPLY_CREATE, instructions)

    def _drop_greeting(self) -> None:
        """Say that it is not wanted, if it is known by its number yet."""
        if self._greeting and self._greeting_replaced:
            self._voice.say(ReplyUnwanted(epoch=self._greeting))

    def _return(self, command: ReturnTool) -> None:
        """The first result of a call that is awaited; any other has no effect."""
        if command.call not in self._calls:
            return
        self._calls.discard(command.call)
        outcome = ToolOutcome.FAILED if command.is_error else ToolOutcome.RETURNED
        self._voice.say(ToolReturned(call=command.call, result=command.result, outcome=outcome))
        for event in self.narrator.returned(command.call):
            self._voice.tell(event)

    def want(self, cause: Cause, instructions: str = "") -> None:
        """Wish for a reply that nobody's words have asked for."""
        if cause is Cause.GREETING:
            self._greeting = 0
        self._voice.say(ReplyWanted(cause=cause, request=secrets.token_hex(8), instructions=instructions))

    # -- what the services say ------------------------------------------------------------------

    def hear(self, item: Item, now: float) -> None:
        """Take a message or a frame of the agent's audio."""
        if isinstance(item, AudioFrame):
            self.side.hear_audio(item, now)
            return
        match item:
            case TurnGranted(cause=Cause.GREETING):
                self._greeting = item.epoch
                self._drop_greeting()
            case ToolCalled() if self._farewell.concerns(item):
                for answer in self._farewell.called(item, now):
                    self._voice.say(answer)
                return  # the client is not told
            case ToolCalled() if not self._served_here(item):
                self._calls.add(item.call)
            case ToolReturned():
                self._calls.discard(item.call)
        for event in self.narrator.hear(item):
            self._voice.tell(event)
        self.side.hear(item, now, self.inbound.position)

    def _served_here(self, called: ToolCalled) -> bool:
        """Whether the platform runs the tool; the client is only told."""
        return called.hosted or any(tool.name == called.name and tool.http is not None for tool in self.settings.tools)

    def said(self, message: Message) -> None:
        """Note what the agent's side has said itself."""
        if isinstance(message, ReplyHeard):
            for answer in self._farewell.heard(message):
                self._voice.say(answer)
        if isinstance(message, ReplyHeard) and message.epoch == self._greeting:
            self._greeting = None

    # -- time -----------------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        """Let time pass."""
        self._farewell.tick(now)
        if self._farewell.over:
            self._voice.end(CloseReason.AGENT)
        self.inbound.tick(now)
        self.side.tick(now, self.inbound.position)
        if now - self._noted_at >= PROGRESS_S and self.inbound.position != self._noted:
            self._note_progress(now, connected=True)
        self._mind_silence(now)

    def _mind_silence(self, now: float) -> None:
        if self.narrator.listening:
            self._idle.stir(now, by_user=True)
        busy = self._paused or self.narrator.listening or self.side.busy or bool(self._calls)
        match self._idle.tick(now, busy=busy):
            case Silence.ASK:
                self.want(Cause.IDLE)
            case Silence.END:
                self._voice.end(CloseReason.IDLE)

    def pause(self, now: float) -> None:
        """The client is gone: the input's axis stands still, and no more of a reply is sent."""
        self._paused = True
        self.inbound.pause()
        self.side.pause(now)
        self._note_progress(now, connected=False)

    def go_on(self, now: float) -> None:
        """The client is back."""
        self._paused = False
        self.inbound.go_on(now)
        self.side.go_on(now)
        self._note_progress(now, connected=True)

    def _note_progress(self, now: float, *, connected: bool) -> None:
        self._noted, self._noted_at = self.inbound.position, now
        self._voice.say(
            SessionProgress(sample=self.inbound.position, received=self.inbound.received, connected=connected)
        )


def bytes_per_second(format: AudioFormat) -> int:
    """Return how many bytes a second of a client's audio has."""
    return format.rate * (2 if format.encoding is Encoding.PCM16 else 1)
