from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from natter_runtime.errors import EngineError
from natter_tts.engine import Mark
from natter_tts.engines.callbacks import CallbackLibrary, Emitter, byte_to_character, load_library

ONE = np.ones(1, np.int16)


def say_one(emitter: Emitter) -> None:
    """Emit one chunk."""
    emitter.emit(ONE)


def never() -> bool:
    """Nobody cancels."""
    return False


def test_what_is_emitted_is_yielded() -> None:
    def call(emitter: Emitter) -> None:
        for number in range(200):
            assert emitter.emit(np.full(1, number, np.int16), (Mark(number, 1, number),))

    chunks = list(CallbackLibrary().stream(call, never))
    assert [int(chunk.samples[0]) for chunk in chunks] == list(range(200))
    assert chunks[7].marks == (Mark(7, 1, 7),)


def test_what_the_call_raises_is_an_engine_error_and_the_next_call_works() -> None:
    library = CallbackLibrary()

    def broken(emitter: Emitter) -> None:
        emitter.emit(ONE)
        raise OSError("no such voice")

    with pytest.raises(EngineError, match="no such voice"):
        list(library.stream(broken, never))
    assert len(list(library.stream(say_one, never))) == 1


def test_the_library_is_told_to_stop() -> None:
    refused = threading.Event()

    def endless(emitter: Emitter) -> None:
        while emitter.emit(ONE):
            pass
        refused.set()

    stream = CallbackLibrary().stream(endless, never)
    next(stream)
    stream.close()
    assert refused.is_set()


def test_a_cancelled_call_ends_even_if_the_library_says_nothing() -> None:
    cancelled = threading.Event()

    def slow(emitter: Emitter) -> None:
        while not emitter.stopped.is_set():
            time.sleep(0.001)

    threading.Timer(0.03, cancelled.set).start()
    assert list(CallbackLibrary().stream(slow, cancelled.is_set)) == []


def test_one_call_at_a_time() -> None:
    library = CallbackLibrary()
    inside, most = 0, 0

    def call(emitter: Emitter) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.01)
        emitter.emit(ONE)
        inside -= 1

    threads = [threading.Thread(target=lambda: list(library.stream(call, never))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert most == 1


def test_who_waits_for_its_turn_can_be_cancelled() -> None:
    library = CallbackLibrary()
    stream = library.stream(say_one, never)
    next(stream)
    assert list(library.stream(lambda emitter: None, lambda: True)) == []
    stream.close()


def test_offsets_in_bytes_become_offsets_in_characters() -> None:
    text = "né日x"
    at = byte_to_character(text)
    encoded = text.encode()
    for index in range(len(text) + 1):
        assert at(len(text[:index].encode())) == index
    assert at(len(encoded) + 5) == len(text)
    assert byte_to_character("abc")(2) == 2


def test_a_library_that_is_not_there_is_none() -> None:
    assert load_library("libnatter-has-no-such-library.so") is None
