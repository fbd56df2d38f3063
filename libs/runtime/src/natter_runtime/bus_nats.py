"""The bus over NATS; the only file that imports ``nats``.

Two connections per service: one for audio, one for all else, so that audio never delays a cancel.
Traps of nats-py that this file takes care of:

- ``flush()`` right after ``subscribe()`` does not mean that the subscription is live: the PING can
  overtake the SUB. :meth:`NatsBus.flush` yields once first.
- A callback that lets ``CancelledError`` or another exception escape ends or disturbs its
  subscription; handlers are plain functions and their exceptions stop here.
- On overflow nats-py drops the *newest* messages. Our handlers only enqueue, so its own queue stays
  empty, and each consumer's queue applies its own policy.
- ``drain()`` can block for its whole time-out, 30 s by default; here 3.
- It awaits with ``wait_for``, which before Python 3.12 swallows a cancellation that comes together with
  the result. :func:`_heeding` takes it up again. Where it comes together with a refused connection, the
  client would connect for ever, even one that was closed; there the error callback does the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, ParamSpec, TypeVar

import msgspec
import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription as NatsSubscription
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    Header,
    StorageType,
    StreamConfig,
)
from nats.js.errors import APIError, NotFoundError

from natter_protocol import rights, subjects
from natter_protocol.base import Lane
from natter_runtime.bus import Delivery, EventLog, Handler, Stored
from natter_runtime.errors import BusError, LogConflict, LogError, LogFull, NoResponders, RequestTimeout

log = logging.getLogger(__name__)

STREAM: Final = "NATTER_CALLS"
_DUPLICATE_WINDOW_S: Final = 300
_READ_BATCH: Final = 512
_WRONG_LAST_SEQUENCE: Final = 10071
"""JetStream's error code for a failed compare-and-set."""
_NO_RESPONDERS: Final = "503"
_AUDIO: Final = f".{Lane.AUD.value}."


P = ParamSpec("P")
T = TypeVar("T")


def _heeding(call: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Make ``call`` end as cancelled if it was cancelled, whatever became of that on the way."""

    @functools.wraps(call)
    async def heeding(*args: P.args, **kwargs: P.kwargs) -> T:
        task = asyncio.current_task()
        before = task.cancelling() if task is not None else 0
        try:
            return await call(*args, **kwargs)
        finally:
            if task is not None and task.cancelling() > before:
                raise asyncio.CancelledError

    return heeding


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """How much the event log keeps.

    Attributes:
        max_bytes: size of the stream; when it is reached, new events are refused.
        max_age_s: events older than this are forgotten.
        replicas: copies in a NATS cluster.
    """

    max_bytes: int = 1024 * 1024 * 1024
    max_age_s: float = 24 * 3600.0
    replicas: int = 1


@dataclass(frozen=True, slots=True)
class Login:
    """A user of NATS, and with it the prefix of the subjects that its answers come on.

    Attributes:
        user: empty where the servers know none.
    """

    user: str = ""
    password: str = field(default="", repr=False)

    def options(self) -> dict[str, str]:
        """Return the client's options."""
        if not self.user:
            return {}
        return {"user": self.user, "password": self.password, "inbox_prefix": rights.inbox(self.user)}


NOBODY: Final = Login()
"""For servers without users."""


class _Refusal(msgspec.Struct):
    description: str = ""
    err_code: int = 0


class _Ack(msgspec.Struct):
    """JetStream's answer to a published event."""

    seq: int = 0
    error: _Refusal | None = None


class _Listening:
    def __init__(self, subscription: NatsSubscription) -> None:
        self._subscription = subscription

    @_heeding
    async def unsubscribe(self) -> None:
        try:
            await self._subscription.unsubscribe()
        except NatsError as error:
            log.debug("unsubscribe: %s", error)

    @_heeding
    async def drain(self) -> None:
        try:
            await self._subscription.drain()  # type: ignore[no-untyped-call]  # nats-py says nothing
        except NatsError as error:
            log.debug("drain: %s", error)


def _stream(limits: StreamLimits) -> StreamConfig:
    return StreamConfig(
        name=STREAM,
        subjects=[subjects.LOG_PATTERN],
        discard=DiscardPolicy.NEW,
        storage=StorageType.FILE,
        max_bytes=limits.max_bytes,
        max_age=limits.max_age_s,
        num_replicas=limits.replicas,
        duplicate_window=_DUPLICATE_WINDOW_S,
        allow_direct=True,
    )


class NatsLog:
    """The event log in the JetStream stream ``NATTER_CALLS``."""

    def __init__(self, client: Client, timeout: float) -> None:
        self._client = client
        self._js = client.jetstream(timeout=timeout)
        self._timeout = timeout
        self._inbox = ""
        self._tokens = itertools.count(1)
        self._promises: dict[str, asyncio.Future[int]] = {}

    @_heeding
    async def ensure(self, limits: StreamLimits | None) -> None:
        """Create the stream, or bring an existing one to ``limits`` (None: leave it as it is).

        Raises:
            LogError: JetStream is off, or refuses the limits.
        """
        try:
            try:
                await self._js.stream_info(STREAM)
            except NotFoundError:
                await self._js.add_stream(_stream(limits or StreamLimits()))
                return
            if limits is not None:
                await self._js.update_stream(_stream(limits))
        except (TimeoutError, NatsError, APIError) as error:
            raise LogError(f"stream {STREAM}: {str(error) or type(error).__name__} (is JetStream on?)") from error

    async def listen(self) -> None:
        """Be ready for acknowledgements; called once after connecting."""
        self._inbox = self._client.new_inbox()
        await self._client.subscribe(f"{self._inbox}.*", cb=self._acknowledged)

    async def append(
        self, subject: str, data: bytes, *, id: str, expect_last: int | None = None
    ) -> asyncio.Future[int]:
        # Not JetStreamContext.publish_async: in nats-py 2.16 a refused event never resolves its future.
        session = subject.split(".")[3]
        headers = {Header.MSG_ID.value: f"{session}.{id}"}
        if expect_last is not None:
            headers[Header.EXPECTED_LAST_SUBJECT_SEQUENCE.value] = str(expect_last)
        promise: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        token = str(next(self._tokens))
        self._promises[token] = promise
        promise.add_done_callback(lambda _: self._promises.pop(token, None))
        try:
            await self._client.publish(subject, data, reply=f"{self._inbox}.{token}", headers=headers)
        except NatsError as error:
            promise.set_exception(LogError(f"{subject}: {str(error) or type(error).__name__}"))
        return promise

    async def _acknowledged(self, message: Msg) -> None:
        promise = self._promises.get(message.subject.rpartition(".")[2])
        if promise is None or promise.done():
            return
        if (message.headers or {}).get(Header.STATUS.value) == _NO_RESPONDERS:
            promise.set_exception(LogError("no stream takes the event (is JetStream on?)"))
            return
        ack = msgspec.json.decode(message.data, type=_Ack)
        if ack.error is None:
            promise.set_result(ack.seq)
        elif ack.error.err_code == _WRONG_LAST_SEQUENCE:
            promise.set_exception(LogConflict(ack.error.description))
        elif "maximum" in ack.error.description:
            promise.set_exception(LogFull(ack.error.description))
        else:
            promise.set_exception(LogError(ack.error.description))

    @_heeding
    async def read(self, pattern: str) -> list[Stored]:
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.NONE,
            filter_subject=pattern,
            inactive_threshold=10.0,
            mem_storage=True,
        )
        try:
            async with asyncio.timeout(self._timeout):
                consumer = await self._js.pull_subscribe(pattern, stream=STREAM, config=config)
                try:
                    return await self._fetch_all(consumer)
                finally:
                    await consumer.unsubscribe()
        except (NatsError, APIError, TimeoutError) as error:
            raise LogError(f"{pattern}: {str(error) or type(error).__name__}") from error

    async def _fetch_all(self, consumer: JetStreamContext.PullSubscription) -> list[Stored]:
        pending = (await consumer.consumer_info()).num_pending or 0
        stored: list[Stored] = []
        while len(stored) < pending:
            for message in await consumer.fetch(min(_READ_BATCH, pending - len(stored)), timeout=self._timeout):
                id = (message.headers or {}).get(Header.MSG_ID.value, "").partition(".")[2]
                about = message.metadata
                at = about.timestamp.timestamp()
                stored.append(Stored(about.sequence.stream, message.subject, message.data, id, at))
        return stored

    @_heeding
    async def last(self, subject: str) -> int:
        try:
            return (await self._js.get_last_msg(STREAM, subject)).seq or 0
        except NotFoundError:
            return 0
        except (TimeoutError, NatsError, APIError) as error:
            raise LogError(f"{subject}: {str(error) or type(error).__name__}") from error

    @_heeding
    async def fullness(self) -> float:
        try:
            info = await self._js.stream_info(STREAM)
        except (TimeoutError, NatsError, APIError) as error:
            raise LogError(f"stream {STREAM}: {str(error) or type(error).__name__}") from error
        return info.state.bytes / info.config.max_bytes if info.config.max_bytes else 0.0

    @_heeding
    async def delete(self, pattern: str) -> None:
        try:
            await self._js.purge_stream(STREAM, subject=pattern)
        except (TimeoutError, NatsError, APIError) as error:
            raise LogError(f"{pattern}: {str(error) or type(error).__name__}") from error


class NatsBus:
    """One service's connection to all others, over NATS. Made by :func:`connect`."""

    def __init__(self, main: Client, audio: Client, log_timeout: float) -> None:
        self._main = main
        self._audio = audio
        self._reconnect_callbacks: list[Callable[[], None]] = []
        self._closing = False
        self._log = NatsLog(main, log_timeout)

    @property
    def log(self) -> EventLog:
        return self._log

    async def open_log(self, limits: StreamLimits | None, *, keep: bool) -> None:
        """Be ready to use the event log; with ``keep``, create or update its stream."""
        await self._log.listen()
        if keep:
            await self._log.ensure(limits)

    async def publish(self, subject: str, data: bytes, *, headers: Mapping[str, str] | None = None) -> None:
        client = self._audio if _AUDIO in subject else self._main
        try:
            await client.publish(subject, data, headers=dict(headers) if headers else None)
        except NatsError as error:
            raise BusError(f"{subject}: {str(error) or type(error).__name__}") from error

    async def subscribe(self, pattern: str, handler: Handler, *, queue: str = "") -> _Listening:
        async def deliver(message: Msg) -> None:
            try:
                handler(_delivery(message))
            except Exception:
                log.exception("handler of %s failed", pattern)

        client = self._audio if _AUDIO in pattern else self._main
        try:
            return _Listening(await client.subscribe(pattern, queue=queue, cb=deliver))
        except NatsError as error:
            raise BusError(f"subscribe {pattern}: {str(error) or type(error).__name__}") from error

    @_heeding
    async def request(self, subject: str, data: bytes, *, timeout: float) -> Delivery:
        try:
            return _delivery(await self._main.request(subject, data, timeout=timeout))
        except NoRespondersError:
            raise NoResponders(subject) from None
        except NatsTimeout:
            raise RequestTimeout(f"{subject}: no answer in {timeout} s") from None
        except NatsError as error:
            raise BusError(f"{subject}: {str(error) or type(error).__name__}") from error

    async def respond(self, request: Delivery, data: bytes) -> None:
        if request.reply:
            await self.publish(request.reply, data)

    @_heeding
    async def flush(self) -> None:
        await asyncio.sleep(0)
        try:
            await asyncio.gather(self._main.flush(timeout=5), self._audio.flush(timeout=5))
        except NatsError as error:
            raise BusError(f"flush: {str(error) or type(error).__name__}") from error

    def on_reconnect(self, callback: Callable[[], None]) -> Callable[[], None]:
        self._reconnect_callbacks.append(callback)
        return lambda: self._reconnect_callbacks.remove(callback)

    def disconnected(self) -> None:
        """A connection is down; it is being made again, unless that was the wish."""
        if not self._closing:
            log.warning("nats: disconnected")

    def reconnected(self) -> None:
        """Tell those who asked that messages may have been missed."""
        log.warning("nats: reconnected")
        for callback in list(self._reconnect_callbacks):
            callback()

    @_heeding
    async def close(self) -> None:
        self._closing = True
        for client in (self._audio, self._main):
            try:
                await client.drain()
            except NatsError as error:
                log.debug("drain: %s", error)
                with contextlib.suppress(OSError):  # what was to be sent cannot be: the server is gone
                    await client.close()


def _delivery(message: Msg) -> Delivery:
    return Delivery(message.subject, message.data, message.headers or {}, message.reply)


@_heeding
async def connect(
    url: str,
    *,
    name: str,
    login: Login = NOBODY,
    limits: StreamLimits | None = None,
    keep_log: bool = True,
    connect_timeout: float = 5.0,
    log_timeout: float = 2.0,
) -> NatsBus:
    """Connect to the NATS servers at ``url`` (comma-separated) and make sure that the event log is there.

    Args:
        login: who connects.
        limits: of the event log; None leaves an existing one as it is.
        keep_log: whether to make sure; False for a user that may not, and uses what another has made.

    Raises:
        BusError: no server can be reached within ``connect_timeout`` seconds.
        LogError: JetStream is off or refuses ``limits``.
    """
    bus: NatsBus | None = None

    async def on_error(error: Exception) -> None:
        level = logging.DEBUG if isinstance(error, OSError) else logging.WARNING  # refused ten times a second
        log.log(level, "nats: %s: %s", type(error).__name__, error)
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError

    async def on_reconnect() -> None:
        if bus is not None:
            bus.reconnected()

    async def on_disconnect() -> None:
        if bus is not None:
            bus.disconnected()

    async def dial(kind: str, buffer: int) -> Client:
        try:
            async with asyncio.timeout(connect_timeout):
                return await nats.connect(
                    servers=[server.strip() for server in url.split(",")],
                    name=f"{name}-{kind}",
                    pending_size=buffer,
                    allow_reconnect=True,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=0.1,
                    connect_timeout=2,
                    drain_timeout=3,
                    ping_interval=5,
                    error_cb=on_error,
                    reconnected_cb=on_reconnect,
                    disconnected_cb=on_disconnect,
                    **login.options(),
                )
        except TimeoutError as error:  # it tries again and again, also where a connection is refused
            raise BusError(f"no NATS server at {url}: no answer within {connect_timeout:g} s") from error
        except (OSError, NatsError) as error:
            raise BusError(f"no NATS server at {url}: {str(error) or type(error).__name__}") from error

    async with contextlib.AsyncExitStack() as undo:
        main = await dial("main", 2 * 1024 * 1024)
        undo.push_async_callback(main.close)
        audio = await dial("audio", 0)
        undo.push_async_callback(audio.close)
        bus = NatsBus(main, audio, log_timeout)
        await bus.open_log(limits, keep=keep_log)
        undo.pop_all()
        return bus
