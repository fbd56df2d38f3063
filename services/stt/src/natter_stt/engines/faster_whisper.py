"""Whisper by faster-whisper and CTranslate2: any model name, a local folder, or the hub.

``WhisperModel.transcribe`` always encodes 30 s, which is most of the cost of a short turn; so its
parts are used here: features, encoder, decoder, in one pass without timestamps. How much audio the
encoder sees is a setting. Whisper was trained on 30 s, which is the default; a shorter window is up
to twenty times faster, at a word error rate to be measured for the model at hand.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ctranslate2
import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens
from faster_whisper.utils import download_model

from natter_runtime.errors import EngineError
from natter_runtime.models import locate
from natter_stt.engine import NOTHING, EngineInfo, Hypothesis, Passage, StreamOptions, check_length
from natter_stt.engines.repetition import loop_at_end

MAX_MS: Final = 30_000
MAX_FRAMES: Final = 3_000
"""Frames of 10 ms; the encoder takes no more."""
MARGIN_FRAMES: Final = 50
"""Silence after the speech that the model sees in a short window."""
CONTEXT_TOKENS: Final = 223
"""Prompt and keyterms together: half of Whisper's context less the start token, as in its own code."""
MAX_TOKENS: Final = 224
TOKENS_PER_S: Final = 10
NO_SPEECH: Final = 0.6
"""With a mean log probability below :data:`UNSURE`, this probability of "no speech" means nothing was
said; both are the defaults of Whisper's own ``transcribe``."""
UNSURE: Final = -1.0
PHANTOMS: Final = (
    "you",
    "thanks for watching",
    "thank you for watching",
    "thank you so much for watching",
    "gracias por ver el video",
    "gracias por ver el vídeo",
    "subtítulos realizados por la comunidad de amaraorg",
    "merci davoir regardé cette vidéo",
    "soustitres réalisés par la communauté damaraorg",
    "vielen dank fürs zuschauen",
    "untertitel der amaraorgcommunity",
    "grazie per aver guardato il video",
    "sottotitoli creati dalla comunità amaraorg",
    "obrigado por assistir",
    "legendas pela comunidade amaraorg",
)
"""What the subtitles it was trained on say where nobody speaks."""
FILES: Final = ("model.bin", "tokenizer.json")
SENTENCE_ENDS: Final = (".", "?", "!", "。", "？", "！", "।", "؟")
PUNCTUATION: Final = frozenset("\"'.,?!…。？！।؟、，” ")


@dataclass(frozen=True, slots=True)
class Written:
    """What the decoder wrote: token ids, and the probability of every token at each position.

    ``odds`` has a row more than there are tokens if the decoder ended by itself.
    """

    tokens: list[int]
    odds: list[npt.NDArray[np.float32]]


class FasterWhisper:
    """The loaded model; see :class:`natter_stt.engine.Engine`.

    Args:
        folder: holds :data:`FILES`.
        model: the name it is known by.
        device: ``cpu``, ``cuda`` or ``auto``.
        window_s: the encoder sees at least so many seconds, and at least the whole passage.

    Raises:
        EngineError: a file is missing, or the model cannot be loaded.
    """

    def __init__(self, folder: Path, model: str, device: str = "auto", window_s: float = 30.0) -> None:
        for name in FILES:
            if not (folder / name).is_file():
                raise EngineError(f"faster-whisper model {model}: {folder / name} is missing")
        if device == "auto":
            device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
        try:
            self._whisper = WhisperModel(
                str(folder),
                device=device,
                compute_type="int8" if device == "cpu" else "float16",
                cpu_threads=1,
                num_workers=1,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise EngineError(f"faster-whisper model {model}: {error}") from error
        self._window = int(window_s * 100)
        self._tokenizers: dict[str, Tokenizer] = {}
        self.info = EngineInfo(
            name="faster_whisper",
            model=model,
            languages=tuple(self._whisper.supported_languages),
            max_ms=MAX_MS,
            biases_keyterms=True,
            takes_prompt=True,
            phantoms=PHANTOMS,
        )

    def warm_up(self) -> None:
        """See :class:`natter_stt.engine.Engine`."""
        self.open(StreamOptions()).decode(Passage(np.zeros(16_000, np.float32)))

    def open(self, options: StreamOptions) -> FasterWhisperStream:
        """See :class:`natter_stt.engine.Engine`."""
        return FasterWhisperStream(self, options)

    def encode(self, passage: Passage) -> Any:
        """Return the encoder's output, ``[1, frames / 2, width]``."""
        features = self._whisper.feature_extractor(passage.samples)
        frames = max(self._window, features.shape[-1] + MARGIN_FRAMES)
        return self._whisper.encode(pad_or_trim(features, min(MAX_FRAMES, frames + frames % 2)))

    def language_of(self, encoded: Any, allowed: tuple[str, ...]) -> str:
        """Return the likeliest language, of ``allowed`` if there are any."""
        if len(allowed) == 1 or not self._whisper.model.is_multilingual:
            return allowed[0] if allowed else "en"
        likely: list[str] = [token.strip("<|>") for token, _ in self._whisper.model.detect_language(encoded)[0]]
        return next((language for language in likely if not allowed or language in allowed), likely[0])

    def tokenizer(self, language: str) -> Tokenizer:
        """Return the tokeniser that writes ``language``."""
        known = self._tokenizers.get(language)
        if known is None:
            multilingual = self._whisper.model.is_multilingual
            known = Tokenizer(self._whisper.hf_tokenizer, multilingual, task="transcribe", language=language)
            self._tokenizers[language] = known
        return known

    def prompt(self, tokenizer: Tokenizer, options: StreamOptions) -> list[int]:
        """Return what the decoder is told before it writes: keyterms, context, language, task."""
        keyterms = ", ".join(options.keyterms)
        taken = len(tokenizer.encode(" " + keyterms)) if keyterms else 0
        room = max(0, CONTEXT_TOKENS - taken)
        context = tokenizer.encode(" " + options.prompt.strip()) if options.prompt.strip() and room else []
        tokens: list[int] = self._whisper.get_prompt(
            tokenizer, context[-room:] if room else [], without_timestamps=True, hotwords=keyterms or None
        )
        return tokens

    def write(self, encoded: Any, tokenizer: Tokenizer, prompt: list[int], budget: int) -> Written | None:
        """Decode greedily; None if the model hears no speech."""
        result = self._whisper.model.generate(
            encoded,
            [prompt],
            beam_size=1,
            # CTranslate2 allows min(max_length / 2, max_length - prompt) tokens.
            max_length=min(2 * MAX_TOKENS, max(2 * budget, len(prompt) + budget)),
            suppress_tokens=list(get_suppressed_tokens(tokenizer, [-1])),
            return_scores=True,
            return_no_speech_prob=True,
            return_logits_vocab=True,
        )[0]
        if result.no_speech_prob > NO_SPEECH and result.scores[0] < UNSURE:
            return None
        return Written(list(result.sequences_ids[0]), [_probabilities(row) for row in result.logits[0]])


class FasterWhisperStream:
    """See :class:`natter_stt.engine.Stream`. A draft is of no use to Whisper's decoder and is ignored."""

    def __init__(self, engine: FasterWhisper, options: StreamOptions) -> None:
        self._engine = engine
        self._options = options

    def decode(self, passage: Passage, draft: Hypothesis | None = None, *, careful: bool = False) -> Hypothesis:
        """See :class:`natter_stt.engine.Stream`."""
        del draft, careful
        check_length(passage, self._engine.info)
        budget = min(MAX_TOKENS, passage.ms * TOKENS_PER_S // 1000 + TOKENS_PER_S)
        try:
            encoded = self._engine.encode(passage)
            language = self._engine.language_of(encoded, self._options.languages)
            tokenizer = self._engine.tokenizer(language)
            prompt = self._engine.prompt(tokenizer, self._options)
            written = self._engine.write(encoded, tokenizer, prompt, budget)
        except (RuntimeError, ValueError) as error:
            raise EngineError(f"faster-whisper: {error}", retryable=True) from error
        return _hypothesis(written, tokenizer, language) if written is not None else NOTHING


def _hypothesis(written: Written, tokenizer: Tokenizer, language: str) -> Hypothesis:
    tokens = list(itertools.takewhile(lambda token: token < tokenizer.eot, written.tokens))
    kept = tokens[: len(tokens) - loop_at_end(tokens)]
    text = " ".join(tokenizer.decode(kept).split())
    if not text:
        return NOTHING
    at = len(kept)
    while at > 0 and not set(tokenizer.decode([kept[at - 1]])) - PUNCTUATION:
        at -= 1
    ends = [ids[0] for mark in SENTENCE_ENDS if len(ids := tokenizer.encode(mark)) == 1]
    return Hypothesis(
        text=text,
        tokens=tuple(kept),
        confidence=float(np.mean([row[token] for row, token in zip(written.odds, kept, strict=False)])),
        ends_sentence=float(written.odds[min(at, len(written.odds) - 1)][ends].sum()),
        language=language,
    )


def _probabilities(logits: Any) -> npt.NDArray[np.float32]:
    row = np.asarray(logits if logits.device == "cpu" else logits.to_device(ctranslate2.Device.cpu), np.float32)
    odds = np.exp(row - row.max())
    shares: npt.NDArray[np.float32] = odds / odds.sum()
    return shares


def find(model: str, models: Path, timeout_s: float) -> Path:
    """Return the folder of ``model``: kept locally, in the hub's cache, or freshly from the hub.

    Args:
        model: an absolute path, a folder below ``models/stt``, a Whisper size, or ``owner/name`` on the hub.
        models: ``$NATTER_MODELS``; what the hub gives is kept in ``hub`` below it.
        timeout_s: how long the hub may take to give a sign of life.

    Raises:
        EngineError: it is nowhere, or the hub is out of reach.
    """
    if Path(model).is_absolute() or (models / "stt" / model).exists():
        return locate("stt", model, models)
    cache = str(models / "hub")
    try:
        return Path(download_model(model, cache_dir=cache, local_files_only=True))
    except ValueError as error:
        raise EngineError(f"faster-whisper model {model}: {error}") from error
    except OSError:
        _reach_hub(model, timeout_s)
    try:
        return Path(download_model(model, cache_dir=cache))
    except Exception as error:  # the hub's client passes on the classes of whatever carries it
        raise EngineError(f"faster-whisper model {model}: the hub did not give it: {error}") from error


def _reach_hub(model: str, timeout_s: float) -> None:
    """Ask the hub for anything, once: its own download retries for minutes when nobody answers.

    Raises:
        EngineError: it gives no sign of life.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    try:
        HfApi().model_info("Systran/faster-whisper-tiny", timeout=timeout_s)
    except HfHubHTTPError:
        return  # an answer, if not a kind one; what it means for this model, the download will say
    except Exception as error:  # the hub's client passes on the classes of whatever carries it
        raise EngineError(
            f"faster-whisper model {model} is not kept locally and the hub is out of reach ({error}): give "
            "NATTER_STT_MODEL the absolute path of a converted model, or take NATTER_STT_ENGINE=moonshine"
        ) from error
