"""Serves one session: replies in, speech out. Decides which replies are spoken, and until when."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from natter_protocol.base import Message
from natter_protocol.llm import LlmDelta
from natter_protocol.playback import PlaybackProgress, PlaybackResend
from natter_protocol.reply import ReplyFinished, ReplyHeard
from natter_protocol.settings import Modality
from natter_runtime.seat import Seat
from natter_runtime.state import ReplyState
from natter_runtime.tasks import spawn_contained, stop
from natter_tts.speech import Speech, Start, Studio

log = logging.getLogger(__name__)

MAX_SPEECHES: Final = 8
"""Replies of one session that are not over; more than that is a defect elsewhere, the oldest is given up."""


class Desk:
    """The speeches of one session."""

    def __init__(self, studio: Studio, seat: Seat, group: asyncio.TaskGroup) -> None:
        self._studio = studio
        self._seat = seat
        self._group = group
        self._speeches: dict[int, tuple[Speech, asyncio.Task[None]]] = {}
        self._taken_over = {epoch: _start(reply) for epoch, reply in seat.state.replies.items() if _open(reply)}

    async def resume(self) -> None:
        """Go on with what another worker left: the replies whose text is complete already."""
        for epoch in self._taken_over:
            reply = self._seat.state.replies[epoch]
            if reply.generated is not None:
                message = ReplyFinished(epoch=epoch, turn=reply.turn, text=reply.generated)
                await self._text(message, reply.generated, complete=True)

    async def handle(self, item: object) -> None:
        """Act on one item of the inbox."""
        match item:
            case LlmDelta():
                await self._text(item, item.text, complete=False)
            case ReplyFinished():
                await self._text(item, item.text, complete=True)
            case PlaybackProgress() if item.epoch in self._speeches:
                self._speeches[item.epoch][0].progress(item)
            case PlaybackResend() if item.epoch in self._speeches:
                await self._speeches[item.epoch][0].resend(item)
            case ReplyHeard():
                await self._drop(item.epoch)
            case _:
                pass
        for epoch in [epoch for epoch in self._speeches if epoch in self._seat.record.voids]:
            await self._drop(epoch)

    async def close(self) -> None:
        """Stop everything."""
        for epoch in list(self._speeches):
            await self._drop(epoch)

    async def _text(self, message: Message, text: str, *, complete: bool) -> None:
        epoch = message.epoch
        if epoch not in self._speeches:
            if not self._wanted(epoch):
                return
            if len(self._speeches) >= MAX_SPEECHES:
                await self._drop(min(self._speeches))
            start = self._taken_over.get(epoch, Start())
            speech = Speech(self._studio, self._seat, message, start)
            task = spawn_contained(self._group, speech.run(), f"speech {epoch}")
            self._speeches[epoch] = (speech, task)
        self._speeches[epoch][0].feed(text, complete=complete)

    def _wanted(self, epoch: int) -> bool:
        """Whether a reply that is not being spoken is to be."""
        if self._seat.state.settings.output.modality is Modality.TEXT:
            return False
        reply = self._seat.state.replies.get(epoch)
        return epoch > 0 and epoch not in self._seat.record.voids and (reply is None or reply.outcome is None)

    async def _drop(self, epoch: int) -> None:
        if (entry := self._speeches.pop(epoch, None)) is not None:
            await stop(entry[1])


def _open(reply: ReplyState) -> bool:
    return reply.outcome is None and not reply.void


def _start(reply: ReplyState) -> Start:
    """Return what is known to have been heard.

    Segments go on with a number that none of those heard can have: each has a character at least.
    """
    return Start(reply.heard, reply.progress_sample) if reply.heard and reply.progress_sample else Start()


async def attend(studio: Studio, seat: Seat) -> None:
    """Serve the session until its inbox ends."""
    async with asyncio.TaskGroup() as group:
        desk = Desk(studio, seat, group)
        await desk.resume()
        async for item in seat.inbox:
            await desk.handle(item)
        await desk.close()
