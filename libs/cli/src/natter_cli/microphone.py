"""Microphone and loudspeaker through PortAudio, where there are some. No echo is cancelled: use headphones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

from natter_cli.client import RATE
from natter_cli.player import Player
from natter_runtime.errors import UsageError
from natter_runtime.queues import BoundedQueue, Overflow

_BLOCK: Final = RATE // 50
_WAITING: Final = 50
"""Blocks of 20 ms that may wait to be sent: 1 s."""
_KEPT: Final = 2 * RATE * 600
"""Bytes of the user's audio that are kept to measure latencies with: ten minutes."""
_INSTALL: Final = "Install it (Python: sounddevice; Debian below it: apt install libportaudio2), or use --wav FILE"


class Devices:
    """The machine's microphone and loudspeaker as the user's side of a call.

    Raises:
        UsageError: sounddevice is not installed, or finds no device.
    """

    def __init__(self) -> None:
        self._library = library()
        try:
            self._library.check_input_settings(samplerate=RATE, channels=1, dtype="int16")
            self._library.check_output_settings(samplerate=RATE, channels=1, dtype="int16")
        except (self._library.PortAudioError, ValueError) as error:
            raise UsageError(f"no microphone or loudspeaker: {error}. Use --wav FILE") from error
        self._sent = bytearray()
        self._recorded: BoundedQueue[bytes] = BoundedQueue("microphone", _WAITING, Overflow.DROP_OLDEST)

    @property
    def sent(self) -> bytes:
        return bytes(self._sent)

    @property
    def ended(self) -> bool:
        return False

    async def chunks(self, player: Player) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()

        def heard(data: Any, frames: int, time: Any, status: Any) -> None:
            loop.call_soon_threadsafe(self._recorded.put_nowait, bytes(data))

        def wanted(data: Any, frames: int, time: Any, status: Any) -> None:
            data[:] = player.play(frames)

        options = {"samplerate": RATE, "channels": 1, "dtype": "int16", "blocksize": _BLOCK}
        with (
            self._library.RawInputStream(callback=heard, **options),
            self._library.RawOutputStream(callback=wanted, **options),
        ):
            while True:
                chunk = await self._recorded.get()
                if len(self._sent) < _KEPT:
                    self._sent += chunk
                yield chunk


def library() -> Any:
    """Return the module ``sounddevice``.

    Raises:
        UsageError: it, or the PortAudio library below it, is not installed.
    """
    try:
        import sounddevice
    except (ImportError, OSError) as error:  # OSError: the Python part is there, libportaudio is not
        raise UsageError(f"the microphone needs sounddevice ({error}). {_INSTALL}") from error
    return sounddevice
