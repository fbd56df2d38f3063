"""eSpeak NG through its C library: fast, robotic, with the begin of every word.

The library is the system's, or that of the wheel ``espeakng-loader``. It keeps its state in the
process, so all calls share one lock. The interface is that of ``speak_lib.h``, revision 12.
"""

from __future__ import annotations

import ctypes as c
import ctypes.util
import importlib.util
import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Final

from natter_runtime.errors import EngineError
from natter_tts.engine import Chunk, EngineInfo, Mark, pick_voice
from natter_tts.engines.callbacks import CallbackLibrary, Emitter, copied, load_library

HOW_TO_GET: Final = "apt install libespeak-ng1, or the extra natter-tts[espeak]"
VOICES: Final = {
    "en": ("en-us", "en-us+f3", "en-us+m3", "en", "en+f3", "en-gb-x-rp", "en-gb-scotland"),
    "es": ("es", "es+f3", "es-419", "es-419+f3"),
    "fr": ("fr", "fr+f3", "fr-be", "fr-ch"),
    "de": ("de", "de+f3"),
    "it": ("it", "it+f3"),
    "pt": ("pt-br", "pt-br+f3", "pt", "pt+f3"),
}
"""By language; those of them that are installed can be asked for."""

_SYNCHRONOUS: Final = 2
_BUFFER_MS: Final = 20
_DONT_EXIT: Final = 0x8000
_UTF8: Final = 1
_BY_CHARACTER: Final = 1
_EVENT_WORD: Final = 1


class _Event(c.Structure):
    _fields_ = [
        ("type", c.c_int),
        ("unique_identifier", c.c_uint),
        ("text_position", c.c_int),
        ("length", c.c_int),
        ("audio_position", c.c_int),
        ("sample", c.c_int),
        ("user_data", c.c_void_p),
        ("id", c.c_char * 8),
    ]


_ON_AUDIO = c.CFUNCTYPE(c.c_int, c.POINTER(c.c_short), c.c_int, c.POINTER(_Event))
_LOCK: Final = threading.Lock()


def available() -> bool:
    """Whether the library can be loaded."""
    return _system() is not None or importlib.util.find_spec("espeakng_loader") is not None


def _system() -> c.CDLL | None:
    """Return the system's library. It is looked up first: by its bare name the loader would also give us the
    wheel's, once that is in the process, and then without its data."""
    name = ctypes.util.find_library("espeak-ng")
    return None if name is None else load_library(name)


def _loaded() -> tuple[c.CDLL, str | None]:
    """Return the library and where its data is; None means where it was built to look.

    Raises:
        EngineError: there is none.
    """
    library = _system()
    if library is not None:
        return library, None
    try:
        import espeakng_loader
    except ImportError as error:
        raise EngineError(f"libespeak-ng is not installed: {HOW_TO_GET}") from error
    return c.CDLL(espeakng_loader.get_library_path()), espeakng_loader.get_data_path()


class Espeak:
    """The engine.

    Args:
        voice: name of the default voice; empty for the first one.
        without: languages that others speak.

    Raises:
        EngineError: no library, or it does not find its data.
    """

    def __init__(self, voice: str = "", without: Collection[str] = ()) -> None:
        self._library, data = _loaded()
        self._library.espeak_Synth.argtypes = [
            c.c_char_p,
            c.c_size_t,
            c.c_uint,
            c.c_int,
            c.c_uint,
            c.c_uint,
            c.c_void_p,
            c.c_void_p,
        ]
        self._on_audio = _ON_AUDIO(self._heard)
        self._call: _Call | None = None
        with _LOCK:
            rate = self._library.espeak_Initialize(_SYNCHRONOUS, _BUFFER_MS, data and data.encode(), _DONT_EXIT)
        if rate <= 0:
            raise EngineError(f"libespeak-ng does not find its data: {HOW_TO_GET}")
        with _LOCK:
            spoken = {
                name: language
                for language, names in VOICES.items()
                for name in names
                if language not in without and self._library.espeak_SetVoiceByName(name.encode()) == 0
            }
        if not spoken:
            raise EngineError(f"libespeak-ng has no voice that is wanted: {HOW_TO_GET}")
        voices, languages = tuple(spoken), tuple(dict.fromkeys(spoken.values()))
        self._calls = CallbackLibrary(_LOCK)
        info = EngineInfo("espeak", "", rate, languages, voices, voices[0], True, True, spoken)
        self._info = replace(info, model=(default := pick_voice(info, voice)), voice=default)

    @property
    def info(self) -> EngineInfo:
        """See :class:`natter_tts.engine.Engine`."""
        return self._info

    def synthesize(self, text: str, voice: str, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        """See :class:`natter_tts.engine.Engine`."""
        name = pick_voice(self._info, voice)
        plain = text.replace("\0", " ")
        return self._calls.stream(lambda emitter: self._speak(plain, name, emitter), cancelled)

    def _speak(self, text: str, voice: str, emitter: Emitter) -> None:
        library = self._library
        if library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise EngineError(f"espeak has no voice {voice}")
        self._call = _Call(emitter)
        library.espeak_SetSynthCallback(self._on_audio)
        encoded = text.encode()
        if library.espeak_Synth(encoded, len(encoded) + 1, 0, _BY_CHARACTER, 0, _UTF8, None, None) != 0:
            raise EngineError("espeak could not speak the text")

    def _heard(self, samples: object, count: int, events: object) -> int:
        """Called by the library; 0 goes on, 1 stops. Nothing may be raised into it."""
        call = self._call
        if call is None or not samples:
            return 0
        return 0 if call.take(samples, count, events) else 1


class _Call:
    """What one call has said so far. Marks come ahead of their samples."""

    def __init__(self, emitter: Emitter) -> None:
        self._emitter = emitter
        self._newest = -1

    def take(self, samples: object, count: int, events: object) -> bool:
        marks = []
        index = 0
        while events[index].type:  # type: ignore[index]  # a C array
            event = events[index]  # type: ignore[index]  # the same
            offset = event.text_position - 1
            if event.type == _EVENT_WORD and event.length > 0 and offset > self._newest:
                self._newest = offset
                marks.append(Mark(offset, event.length, event.sample))
            index += 1
        return self._emitter.emit(copied(samples, count), tuple(marks))
