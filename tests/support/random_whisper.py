"""A Whisper model of the right shape with random weights, as faster-whisper loads it.

No hub is needed, and the real loading, tokenising, encoding and decoding run; only the words are
nonsense. The vocabulary is small: one token per byte, some words, and every special token that
Whisper has, in Whisper's order.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np

LANGUAGES: Final = ("en", "de", "fr", "es")
TIMESTAMPS: Final = 1501


def build(folder: Path, *, layers: int = 1, width: int = 64, heads: int = 2, multilingual: bool = False) -> Path:
    """Write the model and the files beside it to ``folder`` and return it."""
    from ctranslate2.specs import whisper_spec

    text, special = _text_tokens(multilingual), _special_tokens()
    vocabulary = [*text, *special]
    spec = whisper_spec.WhisperSpec(layers, heads, layers, heads)
    _fill(spec, width, vocabulary)
    spec.register_vocabulary(vocabulary)
    ids = {token: index for index, token in enumerate(vocabulary)}
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [ids["<|endoftext|>"]]
    spec.config.lang_ids = [ids[f"<|{language}|>"] for language in LANGUAGES]
    spec.config.alignment_heads = [[0, 0]]
    spec.validate()
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    (folder / "tokenizer.json").write_text(json.dumps(_tokenizer(text, special)))
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": 80, "sampling_rate": 16000}))
    return folder


def _text_tokens(multilingual: bool) -> list[str]:
    """One token per byte. CTranslate2 knows a multilingual model by its empty token before the special ones."""
    return [*sorted(_byte_alphabet()), *([""] if multilingual else [])]


def _byte_alphabet() -> list[str]:
    """Return the characters that GPT-2's byte-level tokeniser writes the 256 bytes with."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [256 + index for index in range(256 - len(plain))]
    return [chr(code) for code in (*plain, *others)]


def _special_tokens() -> list[str]:
    return [
        "<|endoftext|>",
        "<|startoftranscript|>",
        *(f"<|{language}|>" for language in LANGUAGES),
        "<|translate|>",
        "<|transcribe|>",
        "<|startoflm|>",
        "<|startofprev|>",
        "<|nospeech|>",
        "<|notimestamps|>",
        *(f"<|{index * 0.02:.2f}|>" for index in range(TIMESTAMPS)),
    ]


def _tokenizer(text: list[str], special: list[str]) -> dict[str, Any]:
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": len(text) + index,
                "content": token,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": True,
            }
            for index, token in enumerate(special)
        ],
        "normalizer": None,
        "pre_tokenizer": byte_level,
        "post_processor": None,
        "decoder": byte_level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "",
            "fuse_unk": False,
            "byte_fallback": False,
            "vocab": {token: index for index, token in enumerate(text)},
            "merges": [],
        },
    }


def _fill(spec: Any, width: int, vocabulary: list[str]) -> None:
    """Give every weight of ``spec`` a random value of the right shape.

    Letters, full stop and end of text get the longest vectors, so that what is written can be read and ends.
    """
    random = np.random.default_rng(0)
    ending = (".", "\u0120", "<|endoftext|>")
    likely = [(token.isascii() and token.isalpha()) or token in ending for token in vocabulary]

    def weights(*shape: int, scale: float = 0.2) -> np.ndarray[Any, Any]:
        return (random.standard_normal(shape) * scale).astype(np.float32)

    def norm(layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(width, np.float32), np.zeros(width, np.float32)

    def linear(layer: Any, out: int, into: int) -> None:
        layer.weight, layer.bias = weights(out, into), np.zeros(out, np.float32)

    def feed_forward(layer: Any) -> None:
        norm(layer.ffn.layer_norm)
        linear(layer.ffn.linear_0, 4 * width, width)
        linear(layer.ffn.linear_1, width, 4 * width)

    def attend_self(layer: Any) -> None:
        norm(layer.self_attention.layer_norm)
        linear(layer.self_attention.linear[0], 3 * width, width)
        linear(layer.self_attention.linear[1], width, width)

    encoder, decoder = spec.encoder, spec.decoder
    encoder.conv1.weight, encoder.conv1.bias = weights(width, 80, 3), np.zeros(width, np.float32)
    encoder.conv2.weight, encoder.conv2.bias = weights(width, width, 3), np.zeros(width, np.float32)
    encoder.position_encodings.encodings = weights(1500, width)
    norm(encoder.layer_norm)
    for layer in encoder.layer:
        attend_self(layer)
        feed_forward(layer)
    decoder.embeddings.weight = weights(len(vocabulary), width) * np.where(likely, 1.0, 0.1).astype(np.float32)[:, None]
    decoder.position_encodings.encodings = weights(448, width, scale=1.0)
    decoder.projection.weight = decoder.embeddings.weight
    norm(decoder.layer_norm)
    for layer in decoder.layer:
        attend_self(layer)
        norm(layer.attention.layer_norm)
        linear(layer.attention.linear[0], width, width)
        linear(layer.attention.linear[1], 2 * width, width)
        linear(layer.attention.linear[2], width, width)
        feed_forward(layer)
