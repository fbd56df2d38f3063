"""Microphone and loudspeaker, with a sound library that has neither."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from natter_cli import microphone
from natter_cli.client import RATE
from natter_cli.player import Player
from natter_runtime.errors import UsageError

BLOCK = RATE // 50


class PortAudioError(Exception):
    """As in sounddevice."""


class Stream:
    """Calls back once with what the test put into ``data`` as soon as it is open."""

    opened: list[Stream] = []

    def __init__(self, callback: Any, samplerate: int, channels: int, dtype: str, blocksize: int) -> None:
        assert (samplerate, channels, dtype, blocksize) == (RATE, 1, "int16", BLOCK)
        self.data = bytearray(2 * BLOCK)
        self.callback = callback

    def __enter__(self) -> Stream:
        Stream.opened.append(self)
        self.data[:2] = b"\x07\x00"
        self.callback(self.data, BLOCK, None, None)
        return self

    def __exit__(self, *error: object) -> None:
        Stream.opened.remove(self)


def library(**changes: Any) -> SimpleNamespace:
    fine = {"check_input_settings": lambda **settings: None, "check_output_settings": lambda **settings: None}
    return SimpleNamespace(
        **fine | {"PortAudioError": PortAudioError, "RawInputStream": Stream, "RawOutputStream": Stream} | changes
    )


async def test_the_microphone_is_sent_and_the_player_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", library())
    devices, player = microphone.Devices(), Player()
    player.push("r", b"\x09\x00" * BLOCK)
    chunks = devices.chunks(player)
    chunk = await anext(chunks)
    assert chunk[:2] == b"\x07\x00"
    assert devices.sent == chunk
    assert not devices.ended
    loudspeaker = Stream.opened[1]
    assert bytes(loudspeaker.data) == b"\x09\x00" * BLOCK
    assert player.position == BLOCK
    await chunks.aclose()  # type: ignore[attr-defined]
    assert Stream.opened == []


def test_no_device(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(**settings: Any) -> None:
        raise PortAudioError("Error querying device -1")

    monkeypatch.setitem(sys.modules, "sounddevice", library(check_input_settings=none))
    with pytest.raises(UsageError, match=r"no microphone or loudspeaker: Error querying device -1\. Use --wav FILE"):
        microphone.Devices()


@pytest.mark.parametrize("error", [OSError("PortAudio library not found"), ImportError("none")])
def test_a_library_that_is_missing_is_told_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(name: str, *_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr("builtins.__import__", broken)
    with pytest.raises(UsageError) as raised:
        microphone.library()
    assert str(raised.value) == (
        f"the microphone needs sounddevice ({error}). "
        "Install it (Python: sounddevice; Debian below it: apt install libportaudio2), or use --wav FILE"
    )


def test_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(UsageError, match=r"the microphone needs sounddevice.*or use --wav FILE"):
        microphone.Devices()
