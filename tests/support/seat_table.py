"""A session on a memory bus, for tests of a service's place in it."""

from __future__ import annotations

import msgspec

from natter_protocol import codec, subjects
from natter_protocol.base import Lane, Message
from natter_protocol.llm import LlmDelta
from natter_protocol.stt import SttPartial
from natter_protocol.turn import TurnStarted
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.metrics import Metrics
from natter_runtime.queues import Overflow
from natter_runtime.seat import Hearing, Seat
from tests.support.runtime_ear import settle
from tests.support.runtime_wire import Wire

SESSION = "sess_1"
HEARING = Hearing(live=(SttPartial, LlmDelta), audio_in=True, audio_out=True)
EVENTS = subjects.lane(SESSION, Lane.EVT)


class Table:
    """A session on a memory bus: one seat under test, and somebody who speaks as the other services."""

    def __init__(self, service: str = "llm", overflow: Overflow = Overflow.DROP_OLDEST) -> None:
        self.broker = MemoryBroker()
        self.wire = Wire(self.broker.bus())
        self.metrics = Metrics(service)
        self.seat = Seat(self.wire, service, SESSION, HEARING, self.metrics, audio_overflow=overflow)
        self._other = self.broker.bus()
        self._seqs: dict[tuple[str, int, Lane], int] = {}

    async def take(self, number: int = 50) -> Seat:
        await self.seat.listen()
        await self.seat.take(number)
        return self.seat

    def stamped(self, message: Message, by: str = "turn", claim: int = 5, seq: int = 0) -> Message:
        key = (by, claim, message.lane)
        self._seqs[key] = seq or self._seqs.get(key, 0) + 1
        return msgspec.structs.replace(message, session=SESSION, by=by, claim=claim, seq=self._seqs[key])

    async def hear(self, message: Message, by: str = "turn", claim: int = 5, seq: int = 0) -> Message:
        """Somebody says ``message``; facts are stored. Returns it as it was said."""
        message = self.stamped(message, by, claim, seq)
        if message.lane is Lane.EVT:
            await self.store(message)
        else:
            await self._other.publish(subjects.of(message), codec.encode(message))
        await settle(self._other)
        return message

    async def store(self, message: Message) -> int:
        data = codec.encode(message)
        return await (await self._other.log.append(subjects.of(message), data, id=message.id))

    async def hear_bytes(self, subject: str, data: bytes) -> None:
        await self._other.publish(subject, data)
        await settle(self._other)

    def heard(self) -> list[object]:
        """Everything that is in the inbox."""
        return [self.seat.inbox.get_nowait() for _ in range(len(self.seat.inbox))]

    async def stored(self) -> list[Message]:
        events = await self._other.log.read(EVENTS)
        return [message for event in events if isinstance(message := codec.decode(event.data), Message)]


def started(turn: int = 1, **fields: object) -> TurnStarted:
    return TurnStarted(turn=turn, start_sample=0, **fields)  # type: ignore[arg-type]
