"""Piper: neural voices (VITS) in ONNX, a sentence at a time.

A voice is two files, ``<name>.onnx`` and ``<name>.onnx.json``: a path, or a name that is looked for in
``$NATTER_MODELS/tts`` and then on the hub, once and with a short deadline. Voices that also return
the duration of each phoneme give exact word times.

Piper is licensed GPL-3.0-or-later and is an extra of this package.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import onnxruntime
from piper import PiperVoice
from piper.config import PiperConfig, SynthesisConfig
from piper.download_voices import URL_FORMAT, VOICE_PATTERN

from natter_runtime.errors import EngineError
from natter_tts.engine import Chunk, EngineInfo, Mark, pick_voice

log = logging.getLogger(__name__)

DEFAULT: Final = "en_US-lessac-medium"
HUB_PATIENCE_S: Final = 5.0
"""Without network the answer is to come at once, not after the system's own minutes."""
_SENTENCE: Final = re.compile(r"[^.!?]+[.!?]*\s*|[.!?]+\s*")


class Piper:
    """The engine.

    Args:
        voice_file: the ``.onnx`` file; its ``.onnx.json`` lies beside it.
        voice: name of the default speaker, where the model has several.

    Raises:
        EngineError: the files are not what Piper expects.
    """

    def __init__(self, voice_file: Path, voice: str = "") -> None:
        try:
            config = PiperConfig.from_dict(json.loads(Path(f"{voice_file}.json").read_text(encoding="utf-8")))
            session = _session(voice_file)
        except (OSError, ValueError, KeyError) as error:
            raise EngineError(f"piper voice {voice_file}: {error}") from error
        except Exception as error:  # onnxruntime raises its own kinds
            raise EngineError(f"piper voice {voice_file}: {error}") from error
        self._voice = PiperVoice(session=session, config=config)
        self._speakers: dict[str, int | None] = dict(config.speaker_id_map) or {voice_file.stem: None}
        self._aligned = len(session.get_outputs()) > 1
        language = (config.espeak_voice or "en").split("-")[0]
        names = tuple(self._speakers)
        info = EngineInfo(
            "piper", voice_file.stem, config.sample_rate, (language,), names, names[0], False, self._aligned
        )
        self._info = replace(info, voice=pick_voice(info, voice))

    @property
    def info(self) -> EngineInfo:
        """See :class:`natter_tts.engine.Engine`."""
        return self._info

    def synthesize(self, text: str, voice: str, cancelled: Callable[[], bool]) -> Iterator[Chunk]:
        """See :class:`natter_tts.engine.Engine`. Between sentences it looks whether it is still wanted."""
        speaker = self._speakers[pick_voice(self._info, voice)]
        settings = SynthesisConfig(speaker_id=speaker)
        position = 0
        for sentence in _SENTENCE.finditer(text):
            if not any(character.isalnum() for character in sentence[0]):
                continue
            if cancelled():
                return
            for chunk in self._spoken(sentence[0].strip(), settings):
                marks = _marks(chunk, sentence[0], sentence.start(), position)
                position += len(chunk.audio_int16_array)
                yield Chunk(chunk.audio_int16_array, marks)

    def _spoken(self, sentence: str, settings: SynthesisConfig) -> Iterator[Any]:
        try:
            yield from self._voice.synthesize(sentence, settings, include_alignments=self._aligned)
        except Exception as error:  # the boundary to the model and its runtime
            raise EngineError(f"piper: {error}", retryable=True) from error


def _marks(chunk: Any, sentence: str, offset: int, position: int) -> tuple[Mark, ...]:
    """Return the words' times from the durations of the phonemes between two spaces.

    None are returned where the phonemizer has put words together or apart ("of the" -> one).
    """
    if not chunk.phoneme_alignments:
        return ()
    spans: list[list[int]] = [[position, position]]
    for alignment in chunk.phoneme_alignments:
        samples = int(alignment.num_samples)
        if alignment.phoneme == " ":
            spans.append([spans[-1][1] + samples] * 2)
        else:
            spans[-1][1] += samples
    spans = [span for span in spans if span[0] < span[1]]
    words = list(re.finditer(r"\S*\w\S*", sentence))
    if len(words) != len(spans):
        return ()
    pairs = zip(words, spans, strict=True)
    return tuple(Mark(offset + word.start(), len(word[0]), start, end) for word, (start, end) in pairs)


def _session(path: Path) -> onnxruntime.InferenceSession:
    """Open the model on one thread that does not spin; Piper's own loader takes all cores."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def find_voice(model: str, models: Path) -> Path:
    """Return the ``.onnx`` file of a voice; fetches it from the hub if it is nowhere else.

    Raises:
        EngineError: it is nowhere, or the hub cannot be reached.
    """
    name = model or DEFAULT
    given = Path(name).expanduser()
    folder = models / "tts" / name
    for candidate in (given, Path(f"{given}.onnx"), folder / f"{name}.onnx", models / "tts" / f"{name}.onnx"):
        if candidate.is_file() and Path(f"{candidate}.json").is_file():
            return candidate
    for single in (given, folder):
        voices = sorted(single.glob("*.onnx")) if single.is_dir() else []
        if voices:
            return voices[0]
    if given.is_absolute() or not (match := VOICE_PATTERN.match(name)):
        raise EngineError(f"piper voice {name}: no such files (<name>.onnx and <name>.onnx.json), nor in {folder}")
    return _fetched(match, name, folder)


def _fetched(match: re.Match[str], name: str, folder: Path) -> Path:
    family, region = match["lang_family"], match["lang_region"]
    parts = {
        "lang_family": family,
        "lang_code": f"{family}_{region}",
        "voice_name": match["voice_name"],
        "voice_quality": match["voice_quality"],
    }
    log.info("fetching piper voice %s from the hub", name)
    for extension in (".onnx.json", ".onnx"):
        target = folder / f"{name}{extension}"
        partial = target.with_name(f"{target.name}.{os.getpid()}.part")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with (
                urllib.request.urlopen(
                    URL_FORMAT.format(extension=extension, **parts), timeout=HUB_PATIENCE_S
                ) as answer,
                partial.open("wb") as file,
            ):
                shutil.copyfileobj(answer, file)
            partial.replace(target)
        except (OSError, urllib.error.URLError) as error:
            partial.unlink(missing_ok=True)
            raise EngineError(
                f"piper voice {name} is not in {folder} and the hub cannot be reached ({error}): "
                f"put {name}.onnx and {name}.onnx.json there, or set NATTER_TTS_ENGINE=auto"
            ) from error
    return folder / f"{name}.onnx"
