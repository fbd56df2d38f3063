"""Flite through its C library: small CMU voices that stream, with exact word times.

``flite_synth_text`` fills an utterance; with a *streaming info* on the voice it calls back with each
part of the waveform as it is made. By then the durations are already known, so all word times are
read from the utterance (relations Word, SylStructure, Segment and Token) at the first call.

A wrong access makes Flite end the process, so only features are read that exist on every item, and
only as the type they have. The interface is that of ``flite.h``, version 2.2.
"""

from __future__ import annotations

import bisect
import ctypes as c
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from natter_runtime.errors import EngineError
from natter_tts.engine import Chunk, EngineInfo, Mark, pick_voice
from natter_tts.engines.callbacks import CallbackLibrary, Emitter, copied, load_library

HOW_TO_GET: Final = "apt install libflite1"
VOICES: Final = ("rms", "slt", "awb", "kal16")
"""Best understood first (word errors of a recogniser: 8.7, 11.2 %; the others are not measured)."""
_BUFFER_S: Final = 0.05
"""Least audio per call back."""


class _Wave(c.Structure):
    _fields_ = [
        ("type", c.c_char_p),
        ("sample_rate", c.c_int),
        ("num_samples", c.c_int),
        ("num_channels", c.c_int),
        ("samples", c.POINTER(c.c_short)),
    ]


class _StreamingInfo(c.Structure):
    pass


_ON_AUDIO = c.CFUNCTYPE(c.c_int, c.POINTER(_Wave), c.c_int, c.c_int, c.c_int, c.POINTER(_StreamingInfo))
_StreamingInfo._fields_ = [
    ("min_buffsize", c.c_int),
    ("asc", _ON_AUDIO),
    ("utt", c.c_void_p),
    ("item", c.c_void_p),
    ("userdata", c.c_void_p),
]


class _Relation(c.Structure):
    _fields_ = [(name, c.c_void_p) for name in ("name", "features", "utterance", "head", "tail")]


class _Voice(c.Structure):
    _fields_ = [("name", c.c_char_p), ("features", c.c_void_p)]


def available() -> bool:
    """Whether the library and at least one voice can be loaded."""
    return _core() is not None and any(_voice_library(name) is not None for name in VOICES)


def _core() -> c.CDLL | None:
    return load_library("libflite.so.1", "libflite.so", "libflite.dylib")


def _voice_library(name: str) -> c.CDLL | None:
    for part in ("usenglish", "cmulex"):
        load_library(f"libflite_{part}.so.1", f"libflite_{part}.so", f"libflite_{part}.dylib")
    stem = f"libflite_cmu_us_{name}"
    return load_library(f"{stem}.so.1", f"{stem}.so", f"{stem}.dylib")


class Flite:
    """The engine.

    Args:
        voice: name of the default voice; empty for the best one there is.

    Raises:
        EngineError: no library, or no voice.
    """

    def __init__(self, voice: str = "") -> None:
        library = _core()
        if library is None:
            raise EngineError(f"libflite is not installed: {HOW_TO_GET}")
        self._library = _declared(library)
        library.flite_init()
        self._calls = CallbackLibrary(_LOCK)
        self._call: _Call | None = None
        self._on_audio = _ON_AUDIO(self._heard)
        self._voices = {name: pointer for name in VOICES if (pointer := self._registered(name))}
        if not self._voices:
            raise EngineError(f"flite has none of the voices {', '.join(VOICES)}: {HOW_TO_GET}")
        names = tuple(self._voices)
        info = EngineInfo("flite", "", 16_000, ("en",), names, names[0], streams=True, word_times=True)
        default = pick_voice(info, voice)
        self._info = replace(info, model=f"cmu_us_{default}", voice=default)

    @property
    def info(self) -> EngineInfo:
        """See :class:`natter_tts.engine.Engine`."""
        return self._info

    def synthesize(self, text: str, voice: str, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        """See :class:`natter_tts.engine.Engine`."""
        pointer = self._voices[pick_voice(self._info, voice)]
        plain = _plain(text)
        if not any(character.isalnum() for character in plain):
            return iter(())
        return self._calls.stream(lambda emitter: self._speak(plain, pointer, emitter), cancelled)

    def _registered(self, name: str) -> int | None:
        """Return the voice ``name``, set up for streaming, or None."""
        library = _voice_library(name)
        if library is None:
            return None
        register = library[f"register_cmu_us_{name}"]
        register.restype, register.argtypes = c.c_void_p, [c.c_char_p]
        pointer: int | None = register(None)
        if not pointer:
            return None
        streaming = self._library.new_audio_streaming_info()
        streaming.contents.asc = self._on_audio
        streaming.contents.min_buffsize = round(_BUFFER_S * 16_000)
        features = c.cast(pointer, c.POINTER(_Voice)).contents.features
        self._library.flite_feat_set(features, b"streaming_info", self._library.audio_streaming_info_val(streaming))
        return pointer

    def _speak(self, text: str, voice: int, emitter: Emitter) -> None:
        self._call = call = _Call(text, emitter)
        utterance = self._library.flite_synth_text(text.encode("ascii"), voice)
        if not utterance:
            raise EngineError("flite could not speak the text")
        self._library.delete_utterance(utterance)
        if call.error is not None:
            raise call.error

    def _heard(self, wave: object, start: int, size: int, last: int, info: object) -> int:
        """Called by the library with ``size`` new samples. Nothing may be raised into it."""
        call = self._call
        assert call is not None
        try:
            marks: tuple[Mark, ...] = ()
            if not call.begun:
                marks = self._marks(info.contents.utt, call.text)  # type: ignore[attr-defined]  # a C struct
            return 0 if call.take(wave.contents, start, size, marks) else -1  # type: ignore[attr-defined]  # the same
        except Exception as error:  # noqa: BLE001 - C is above us; it is raised after the call
            call.error = error
            return -1

    def _marks(self, utterance: int | None, text: str) -> tuple[Mark, ...]:
        """Read the word times: each word's first and last segment, and the token it belongs to."""
        library = self._library
        relation = library.utt_relation(utterance, b"Word") if utterance else None
        item = c.cast(relation, c.POINTER(_Relation)).contents.head if relation else None
        starts = [match.start() for match in _WORD.finditer(text)]
        ends = [match.end() for match in _WORD.finditer(text)]
        marks: list[Mark] = []
        while item:
            position = library.flite_ffeature_int(item, b"R:Token.parent.file_pos")
            start = library.flite_ffeature_float(item, _START)
            end = library.flite_ffeature_float(item, _END)
            index = bisect.bisect_left(starts, position) - 1
            if index >= 0 and end > start:
                length = ends[index] - starts[index]
                marks.append(Mark(starts[index], length, round(start * 16_000), round(end * 16_000)))
            item = library.item_next(item)
        return tuple(marks)


_WORD: Final = re.compile(r"\S+")
_START: Final = b"R:SylStructure.daughter1.daughter1.R:Segment.p.end"
_END: Final = b"R:SylStructure.daughtern.daughtern.R:Segment.end"
_LOCK: Final = threading.Lock()
"""The library's voices are the process's."""


class _Call:
    """What one call has said so far."""

    def __init__(self, text: str, emitter: Emitter) -> None:
        self.text = text
        self.begun = False
        self.error: Exception | None = None
        self._emitter = emitter

    def take(self, wave: _Wave, start: int, size: int, marks: tuple[Mark, ...]) -> bool:
        self.begun = True
        if wave.sample_rate != 16_000 or wave.num_channels != 1:
            raise EngineError(f"flite: {wave.sample_rate} Hz, {wave.num_channels} channels, expected 16000 Hz mono")
        address = c.addressof(wave.samples.contents) + start * c.sizeof(c.c_short)
        return self._emitter.emit(copied(c.cast(address, c.POINTER(c.c_short)), size), marks)


def _plain(text: str) -> str:
    """Return ``text`` in ASCII and of the same length where possible: the voices know no other letters."""
    plain = []
    for character in text:
        base = unicodedata.normalize("NFKD", character)[:1]
        plain.append(base if base.isascii() and base.isprintable() else " ")
    return "".join(plain)


def _declared(library: c.CDLL) -> c.CDLL:
    """Give the functions their types."""
    pointer = c.c_void_p
    for name, result, arguments in (
        ("flite_synth_text", pointer, [c.c_char_p, pointer]),
        ("delete_utterance", None, [pointer]),
        ("new_audio_streaming_info", c.POINTER(_StreamingInfo), []),
        ("audio_streaming_info_val", pointer, [c.POINTER(_StreamingInfo)]),
        ("flite_feat_set", None, [pointer, c.c_char_p, pointer]),
        ("utt_relation", pointer, [pointer, c.c_char_p]),
        ("item_next", pointer, [pointer]),
        ("flite_ffeature_int", c.c_int, [pointer, c.c_char_p]),
        ("flite_ffeature_float", c.c_float, [pointer, c.c_char_p]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
