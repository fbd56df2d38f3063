"""Everything that reaches one service in one session, in the order of its urgency.

One consumer reads it: commands before facts, facts before what is replaceable, audio last. So a
cancel overtakes whatever is queued, and no handler needs a lock.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Final

from natter_protocol.audio import AudioFrame
from natter_protocol.base import Lane, Message
from natter_runtime.logs import turn_number
from natter_runtime.queues import Overflow, QueueFull, ignore_drop

MAX_COMMANDS: Final = 64
MAX_FACTS: Final = 2048
MAX_LIVE: Final = 64
MAX_AUDIO: Final = 1500
"""30 s of 20 ms frames: as much as the gateway's ring holds."""

_ABOUT: Final = ("by", "epoch", "scope", "service", "first_sample")
"""Commands that differ in one of these do not replace each other."""

Item = Message | AudioFrame


class InboxClosed(Exception):
    """The inbox was closed and holds nothing more."""


class Inbox:
    """Bounded, by lane:

    - ``ctl``: one slot per kind (type, publisher and what it is about); a newer one takes the slot;
    - ``evt``: ``FAIL``, because no fact may be lost (the session ends as overloaded);
    - ``live``: ``LATEST`` per type and epoch;
    - ``aud``: ``DROP_OLDEST`` for input, ``FAIL`` for output, where credit bounds what can come.
    """

    def __init__(
        self,
        audio: Overflow = Overflow.DROP_OLDEST,
        on_drop: Callable[[str, int], None] = ignore_drop,
    ) -> None:
        self.name = "inbox"
        """Appears in metrics."""
        self.policy = "by lane"
        self._audio_overflow = audio
        self._on_drop = on_drop
        self._commands: dict[tuple[object, ...], Message] = {}
        self._facts: deque[Message] = deque()
        self._live: dict[tuple[str, int], Message] = {}
        self._audio: deque[AudioFrame] = deque()
        self._filled = asyncio.Event()
        self._closed = False

    def put(self, item: Item) -> None:
        """Add one item; never waits.

        Raises:
            QueueFull: a lane that may lose nothing is full.
        """
        if self._closed:
            return
        if isinstance(item, AudioFrame):
            self._put_audio(item)
        elif item.lane is Lane.CTL:
            self._put_command(item)
        elif item.lane is Lane.EVT:
            if len(self._facts) >= MAX_FACTS:
                raise QueueFull(f"inbox.evt is full ({MAX_FACTS})")
            self._facts.append(item)
        else:
            self._put_live(item)
        self._filled.set()

    def _put_command(self, item: Message) -> None:
        key = (item.type_name(), *(getattr(item, name, None) for name in _ABOUT))
        self._commands.pop(key, None)
        if len(self._commands) >= MAX_COMMANDS:
            raise QueueFull(f"inbox.ctl is full ({MAX_COMMANDS})")
        self._commands[key] = item

    def _put_live(self, item: Message) -> None:
        key = (item.type_name(), item.epoch)
        if self._live.pop(key, None) is not None:
            self._on_drop("inbox.live", 1)
        elif len(self._live) >= MAX_LIVE:
            del self._live[next(iter(self._live))]
            self._on_drop("inbox.live", 1)
        self._live[key] = item

    def _put_audio(self, item: AudioFrame) -> None:
        if len(self._audio) >= MAX_AUDIO:
            if self._audio_overflow is Overflow.FAIL:
                raise QueueFull(f"inbox.aud is full ({MAX_AUDIO})")
            self._audio.popleft()
            self._on_drop("inbox.aud", 1)
        self._audio.append(item)

    def __len__(self) -> int:
        return len(self._commands) + len(self._facts) + len(self._live) + len(self._audio)

    def get_nowait(self) -> Item:
        """Take the most urgent item.

        Raises:
            IndexError: there is none.
        """
        if self._commands:
            return self._commands.pop(next(iter(self._commands)))
        if self._facts:
            return self._facts.popleft()
        if self._live:
            return self._live.pop(next(iter(self._live)))
        return self._audio.popleft()

    async def get(self) -> Item:
        """Wait for the most urgent item and take it; what is logged from here on is about its turn.

        Raises:
            InboxClosed: it was closed and everything has been taken.
        """
        while not len(self):
            if self._closed:
                raise InboxClosed
            self._filled.clear()
            await self._filled.wait()
        item = self.get_nowait()
        if isinstance(item, Message) and item.turn:
            turn_number.set(item.turn)
        return item

    def close(self) -> None:
        """Take nothing more; the consumer still gets what is there."""
        self._closed = True
        self._filled.set()

    async def __aiter__(self) -> AsyncIterator[Item]:
        while True:
            try:
                item = await self.get()
            except InboxClosed:
                return
            yield item
