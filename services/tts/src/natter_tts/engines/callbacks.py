"""Turns a C library that calls back with samples into an iterator of chunks.

The library runs on a thread of its own for the length of one call; what it calls back with goes
through a small queue to the executor's thread, which iterates. Such libraries keep state in one
place, so one call at a time is let in.
"""

from __future__ import annotations

import ctypes
import queue
import threading
from collections.abc import Callable, Generator, Iterator
from typing import Final

import numpy as np

from natter_runtime.errors import EngineError
from natter_tts.engine import Chunk, Mark, Samples

_WAITING: Final = 64
"""Chunks between the two threads; the library waits when they are not taken."""
_LOOK_S: Final = 0.02
"""How often a waiting thread looks whether it is still wanted."""


def load_library(*names: str) -> ctypes.CDLL | None:
    """Return the first shared library that can be loaded, or None."""
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None


def copied(pointer: object, count: int) -> Samples:
    """Return ``count`` samples at a ``short *`` that is only valid during the callback."""
    return np.ctypeslib.as_array(pointer, (count,)).astype(np.int16)


class Emitter:
    """Where a callback puts what it was given."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.chunks: queue.Queue[Chunk | BaseException | None] = queue.Queue(_WAITING)

    def emit(self, samples: Samples, marks: tuple[Mark, ...] = ()) -> bool:
        """Hand over a chunk; returns False when the library should stop."""
        return self.put(Chunk(samples, marks))

    def put(self, item: Chunk | BaseException | None) -> bool:
        """Wait for room and put ``item``; returns False if nobody wants it any more."""
        while not self.stopped.is_set():
            try:
                self.chunks.put(item, timeout=_LOOK_S)
            except queue.Full:
                continue
            return True
        return False


class CallbackLibrary:
    """Lets calls into one library, one after the other.

    Args:
        lock: shared by all that use the same library with process-wide state.
    """

    def __init__(self, lock: threading.Lock | None = None) -> None:
        self._lock = lock or threading.Lock()

    def stream(self, call: Callable[[Emitter], None], cancelled: Callable[[], bool]) -> Generator[Chunk, None, None]:
        """Run ``call`` on a thread and yield what it emits, until it returns or ``cancelled``.

        Raises:
            EngineError: ``call`` raised.
        """
        while not self._lock.acquire(timeout=_LOOK_S):
            if cancelled():
                return
        emitter = Emitter()
        thread = threading.Thread(target=_run, args=(call, emitter), name="tts-library", daemon=True)
        try:
            thread.start()
            yield from _taken(emitter, cancelled)
        finally:
            emitter.stopped.set()
            thread.join()
            self._lock.release()


def _run(call: Callable[[Emitter], None], emitter: Emitter) -> None:
    try:
        call(emitter)
    except BaseException as error:  # noqa: BLE001 - it is raised again where the chunks are taken
        emitter.put(error)
    else:
        emitter.put(None)


def _taken(emitter: Emitter, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
    while not cancelled():
        try:
            item = emitter.chunks.get(timeout=_LOOK_S)
        except queue.Empty:
            continue
        if item is None:
            return
        if isinstance(item, BaseException):
            raise EngineError(f"speech library: {item}", retryable=True) from item
        yield item


def byte_to_character(text: str) -> Callable[[int], int]:
    """Return a function from offsets in ``text`` as UTF-8 to offsets in ``text``."""
    if text.isascii():
        return lambda offset: offset
    positions: list[int] = []
    for index, character in enumerate(text):
        positions.extend([index] * len(character.encode()))
    positions.append(len(text))
    return lambda offset: positions[min(max(offset, 0), len(positions) - 1)]
