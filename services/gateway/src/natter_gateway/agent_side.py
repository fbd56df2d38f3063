"""The agent's side of a session, as the session sees it: spoken or written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from natter_protocol.audio import AudioFrame
from natter_protocol.base import Message
from natter_protocol.settings import SessionSettings
from natter_protocol.tts import TtsSegment
from natter_runtime.state import SessionState


class AgentSide(Protocol):
    """What becomes of the agent's replies on their way to the client, and what is said of it to the services."""

    @property
    def busy(self) -> bool:
        """Whether a reply is expected or being told."""
        ...

    @property
    def newest(self) -> int:
        """The newest reply that was committed or granted, or 0."""
        ...

    def configure(self, settings: SessionSettings) -> None:
        """The settings are now these."""
        ...

    def restore(self, state: SessionState, segments: Sequence[TtsSegment], now: float) -> None:
        """Go on with the replies that another gateway left."""
        ...

    def hear(self, message: Message, now: float, input_sample: int) -> None:
        """Take a message from another service."""
        ...

    def hear_audio(self, frame: AudioFrame, now: float) -> None:
        """Take audio from ``tts``."""
        ...

    def tick(self, now: float, input_sample: int) -> None:
        """Do what is due."""
        ...

    def ack(self, epoch: int, ms: float) -> None:
        """The client says how much of a reply it has played."""
        ...

    def pause(self, now: float) -> None:
        """The client is gone: tell nothing of a reply until :meth:`go_on`."""
        ...

    def go_on(self, now: float) -> None:
        """The client is back."""
        ...

    def going_on(self) -> tuple[int, int]:
        """Return the reply that is being told and how many milliseconds of it were; 0, 0 if there is none."""
        ...

    def close(self) -> None:
        """End whatever is being told."""
        ...
