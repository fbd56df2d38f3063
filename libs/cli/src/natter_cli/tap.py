"""``natter tap``: listen in on one call on NATS, or read it from the event log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from natter_cli import config, natsd
from natter_cli.terminal import note
from natter_cli.timeline import Timeline
from natter_protocol import codec, subjects
from natter_protocol.base import Lane, Message
from natter_protocol.errors import ProtocolError
from natter_protocol.session import SessionClosed, SessionOpened
from natter_runtime import bus_nats
from natter_runtime.bus import Bus, Delivery, Stored
from natter_runtime.clock import Clock, SystemClock
from natter_runtime.errors import BusError, UsageError
from natter_runtime.queues import BoundedQueue, Overflow

_WAITING: Final = 10_000
CONNECT_S: Final = 3.0
_LOG_S: Final = 20.0
_TICK_S: Final = 1.0
_RECENT: Final = 20
_NOT_THERE: Final = (
    "Is `natter up` running, with the same NATTER_PORT and NATTER_STATE? "
    "Services that run in one process have no NATS to listen to"
)
_OF_SESSIONS: Final = f"{subjects.LOG_PATTERN.removesuffix('>')}session.*"
"""The life of every session, as the log has it."""


def run(*, session: str, from_log: bool, nats: str) -> int:
    """Show one call, or list the recent ones.

    Args:
        session: the call; empty lists the recent ones.
        from_log: read what is kept instead of listening.
        nats: the servers; empty stands for the environment's, else for those of the `natter up` on this machine.

    Raises:
        UsageError: that is no session's id, or the log has no such session.
        BusError: no NATS.
    """
    try:
        return asyncio.run(with_bus(nats, lambda bus: _run(bus, session, from_log)))
    except ProtocolError as error:
        raise UsageError(str(error)) from error


async def _run(bus: Bus, session: str, from_log: bool) -> int:
    if not session:
        await recent(bus)
    elif from_log:
        await replay(bus, session)
    else:
        await listen(bus, session, SystemClock())
    return 0


async def with_bus(nats: str, work: Callable[[Bus], Awaitable[int]]) -> int:
    """Do ``work`` with the bus of ``nats``, or of the environment, or of the `natter up` on this machine.

    Raises:
        BusError: no NATS.
    """
    settings, runtime = config.read(), config.read_runtime()
    url = nats or settings.nats_url or natsd.recall(settings.state, settings.port) or runtime.nats_url
    login = bus_nats.Login(runtime.nats_user, runtime.nats_password)
    try:
        bus = await bus_nats.connect(
            url,
            name="natter-tap",
            login=login,
            keep_log=not login.user,
            connect_timeout=CONNECT_S,
            log_timeout=_LOG_S,
        )
    except BusError as error:
        raise BusError(f"{error}. {_NOT_THERE}") from error
    try:
        return await work(bus)
    finally:
        await bus.close()


async def recent(bus: Bus) -> None:
    """Print the newest sessions, the newest last."""
    rows = list_sessions(await bus.log.read(_OF_SESSIONS))
    for row in rows[-_RECENT:]:
        print(row)
    if not rows:
        note("the event log has no sessions")


def list_sessions(events: list[Stored]) -> list[str]:
    """Return a line for each session: when it was opened, by what dialect, and how it ended."""
    opened: dict[str, SessionOpened] = {}
    closed: dict[str, SessionClosed] = {}
    for message in _messages(events):
        if isinstance(message, SessionOpened):
            opened.setdefault(message.session, message)
        elif isinstance(message, SessionClosed):
            closed.setdefault(message.session, message)
    rows = []
    for session, start in sorted(opened.items(), key=lambda item: item[1].opened_at):
        when = datetime.fromtimestamp(start.opened_at).strftime("%Y-%m-%d %H:%M:%S")
        end = closed.get(session)
        how = f"{end.duration_s:.1f} s, {end.reason.value}" if end else "open"
        rows.append(f"{session:<40} {when}  {start.dialect:<14} {how}")
    return rows


async def replay(bus: Bus, session: str) -> None:
    """Print what the log keeps of ``session``, in the order in which it was stored.

    Raises:
        UsageError: it keeps nothing of it.
    """
    events = await _events(bus, session)
    timeline = Timeline()
    for event in events:
        for line in timeline.message((event.at - events[0].at) * 1000, event.subject, event.data):
            print(line)


async def facts(bus: Bus, session: str) -> list[Message]:
    """Return the facts of ``session`` in the order in which they were stored.

    Raises:
        UsageError: the log keeps nothing of it.
    """
    return _messages(await _events(bus, session))


async def _events(bus: Bus, session: str) -> list[Stored]:
    events = await bus.log.read(subjects.lane(session, Lane.EVT))
    if not events:
        raise UsageError(f"the event log has no session {session}; `natter tap` lists those that it has")
    return events


async def listen(bus: Bus, session: str, clock: Clock) -> None:
    """Print all that is said in ``session`` from now on, until it is closed."""
    queue: BoundedQueue[tuple[float, Delivery]] = BoundedQueue("tap", _WAITING, Overflow.DROP_OLDEST)
    start = clock.monotonic()
    await bus.subscribe(
        subjects.everything(session), lambda delivery: queue.put_nowait((clock.monotonic() - start, delivery))
    )
    await bus.flush()
    note(f"listening to {session}; times count from now on; Ctrl-C ends it")
    timeline = Timeline()
    while True:
        try:
            async with asyncio.timeout(_TICK_S):
                at, delivery = await queue.get()
        except TimeoutError:
            _print(timeline.flush((clock.monotonic() - start) * 1000))
            continue
        _print(timeline.message(at * 1000, delivery.subject, delivery.data))
        if delivery.subject == subjects.of_type(session, SessionClosed):
            _print(timeline.flush())
            return


def _print(lines: list[str]) -> None:
    for line in lines:
        print(line, flush=True)


def _messages(events: list[Stored]) -> list[Message]:
    found = []
    for event in events:
        try:
            message = codec.decode(event.data)
        except ProtocolError:
            continue
        if isinstance(message, Message):
            found.append(message)
    return found
