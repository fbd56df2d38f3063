"""What the turn machine remembers. Changed only by its moves."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from natter_protocol.audio import INPUT_RATE
from natter_protocol.turn import Cause, TurnDecided
from natter_turn.activity import Activity
from natter_turn.asked import NOTHING, Asked
from natter_turn.crowd import Dynamics
from natter_turn.habits import Habits
from natter_turn.inputs import Heard, Wanted
from natter_turn.language import ENGLISH, LanguageData
from natter_turn.policy import Policy
from natter_turn.values import Expected
from natter_turn.voice import Timbre


@dataclass(slots=True)
class OpenTurn:
    """The user's turn, from its first sound to its commit."""

    turn: int
    rev: int
    start_sample: int
    over_epoch: int = 0
    """The reply it was spoken over, if any."""
    asked: Asked = NOTHING
    """What the agent had asked before it."""
    heard: Heard | None = None
    """The newest text of it."""
    final: Heard | None = None
    """The newest final text of it."""
    asked_sample: int = -1
    """The end of speech for which its sound was asked about."""
    sound: float | None = None
    sound_sample: int = -1
    """The end of speech that :attr:`sound` is about."""
    weighed: TurnDecided | None = None
    """The newest decision about its end that was told with all the evidence."""
    weighed_sample: int = -1
    """The end of speech that :attr:`weighed` is about."""
    voiced_before: int = 0
    """Samples of speech before it began, in all."""
    timbre: Timbre = field(default_factory=Timbre)
    """Of its stretches of speech that are over."""
    dynamics: Dynamics = field(default_factory=Dynamics)
    """Of the same."""
    speculations: int = 0
    """How many answers were begun for it before it was surely over."""

    def hear(self, heard: Heard) -> None:
        """Keep the newest text; text of another revision's audio is still its text."""
        if heard.turn != self.turn:
            return
        if self.heard is None or heard.final or heard.end_sample >= self.heard.end_sample:
            self.heard = heard
        if heard.final and (self.final is None or heard.end_sample >= self.final.end_sample):
            self.final = heard


@dataclass(slots=True)
class Speculation:
    """An answer that was begun before the turn was surely over."""

    epoch: int
    text: str
    end_sample: int


@dataclass(slots=True)
class Reply:
    """The reply that has the floor."""

    epoch: int
    cause: Cause
    turn: OpenTurn | None = None
    """The turn that it answers."""
    text: str = ""
    audible: bool = False
    near_end: bool = False
    """Its last words are being heard."""
    tool_ran: bool = False
    since: float = 0.0

    @property
    def reopenable(self) -> bool:
        """Whether the turn it answers can still be gone on with as if nothing had happened."""
        return self.turn is not None and not self.audible and not self.tool_ran


@dataclass(slots=True)
class Memory:
    """All of it."""

    policy: Policy
    language: LanguageData = ENGLISH
    wanted: tuple[Expected, ...] = ()
    """Values that the tools of the session ask for."""
    activity: Activity = field(default_factory=Activity)
    habits: Habits = field(default_factory=Habits)
    caller: Timbre = field(default_factory=Timbre)
    """The caller's voice so far."""
    ignored: int = 0
    """Turns in a row that were taken for somebody else's."""
    ignored_until: int = 0
    """Last sample of speech in the newest of them."""
    position: int = 0
    """End of the newest window."""
    echoes: bool = False
    """Whether the agent's own voice comes back through the user's microphone."""
    last_turn: int = 0
    last_epoch: int = 0
    void_through: int = 0
    void_only: set[int] = field(default_factory=set)
    asked: Asked = NOTHING
    """What the agent has asked last, until somebody answers."""
    turn: OpenTurn | None = None
    speculation: Speculation | None = None
    reply: Reply | None = None
    wishes: deque[Wanted] = field(default_factory=deque)
    holds: int = 0
    wary_until: int = 0
    """Until this sample it takes more than usual to hold a reply."""
    closing_until: float | None = None
    """Until when the last word of the recogniser is waited for."""
    closing_rule: str = ""

    @property
    def silence_ms(self) -> int:
        """Media time since the last speech."""
        return max(0, self.position - self.activity.last_speech_sample) * 1000 // INPUT_RATE

    @property
    def voiced_ms(self) -> int:
        """Speech in the open turn."""
        before = self.turn.voiced_before if self.turn is not None else 0
        return (self.activity.total_voiced - before) * 1000 // INPUT_RATE

    @property
    def timbre(self) -> Timbre:
        """Of all speech in the open turn."""
        before = self.turn.timbre if self.turn is not None else Timbre()
        return before.joined(self.activity.timbre)

    @property
    def dynamics(self) -> Dynamics:
        """Of all speech in the open turn."""
        before = self.turn.dynamics if self.turn is not None else Dynamics()
        return before.joined(self.activity.dynamics)

    @property
    def text(self) -> str:
        """The text of the open turn: the recogniser's last word if it is on all that was said, else its newest."""
        if self.turn is None or self.turn.heard is None:
            return ""
        final = self.turn.final
        return final.text if final is not None and self.final_covers else self.turn.heard.text

    @property
    def final_covers(self) -> bool:
        """Whether the final text holds all that was said."""
        final = self.turn.final if self.turn is not None else None
        return final is not None and final.end_sample >= self.activity.last_speech_sample

    def void(self, epoch: int) -> None:
        """Note that one reply is over."""
        if epoch > self.void_through:
            self.void_only.add(epoch)

    def void_all(self, epoch: int) -> None:
        """Note that every reply up to ``epoch`` is over."""
        self.void_through = max(self.void_through, epoch)
        self.void_only = {only for only in self.void_only if only > self.void_through}
