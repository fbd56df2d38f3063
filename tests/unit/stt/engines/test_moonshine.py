from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("onnxruntime", reason="natter-stt[moonshine] is not installed")

from natter_runtime.errors import EngineError
from natter_stt.engines.moonshine import FILES, Moonshine, Tokenizer


def packed(*pieces: bytes) -> bytes:
    """Return ``pieces`` as ``tokenizer.bin`` holds them."""
    data = b""
    for piece in pieces:
        size = len(piece)
        data += bytes([size] if size < 128 else [size % 128 + 128, size // 128]) + piece
    return data


SPECIAL = (b"<unk>", b"<s>", b"</s>")


def test_pieces_become_words() -> None:
    tokenizer = Tokenizer(packed(*SPECIAL, "\u2581Hel".encode(), b"lo", "\u2581there".encode(), b"."))
    assert len(tokenizer) == 7
    assert tokenizer.text([3, 4, 5, 6]) == "Hello there."
    assert tokenizer.text([1, 3, 4, 2]) == "Hello"
    assert tokenizer.text([]) == ""


def test_bytes_become_characters() -> None:
    tokenizer = Tokenizer(packed(*SPECIAL, b"\xc3", b"\xbc"))
    assert tokenizer.text([3, 4]) == "ü"
    assert tokenizer.text([3]) == "\ufffd"


def test_a_piece_may_be_long() -> None:
    tokenizer = Tokenizer(packed(*SPECIAL, b"a" * 127, b"b" * 128, b"c" * 300, b"d"))
    assert [tokenizer.text([token]) for token in (3, 4, 5, 6)] == ["a" * 127, "b" * 128, "c" * 300, "d"]


def test_the_last_word_begins_behind_the_last_space() -> None:
    pieces = ("\u2581Hel".encode(), b"lo", "\u2581the".encode(), b"re", b"s")
    tokenizer = Tokenizer(packed(*SPECIAL, *pieces))
    assert tokenizer.last_word([3, 4, 5, 6, 7]) == 2
    assert tokenizer.last_word([3, 4]) == 0
    assert tokenizer.last_word([]) == 0


def test_tokens_are_found_by_their_text() -> None:
    tokenizer = Tokenizer(packed(*SPECIAL, b".", "\u2581?".encode(), b"..", b"a."))
    assert tokenizer.matching(re.compile(r"[.?]")).tolist() == [3, 4]


@pytest.mark.parametrize("data", [b"\x05abc", b"\x05hello\x80", b"\x05hello\xff\x01abc"])
def test_a_file_that_was_cut_off_is_an_engine_error(data: bytes) -> None:
    with pytest.raises(EngineError, match=r"tokenizer\.bin"):
        Tokenizer(data)


@pytest.mark.parametrize("missing", FILES)
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    for name in FILES:
        if name != missing:
            (tmp_path / name).write_bytes(b"")
    with pytest.raises(EngineError, match=re.escape(missing)):
        Moonshine(tmp_path, "broken")


def test_a_graph_that_is_none_is_an_engine_error(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).write_bytes(b"this is no model")
    with pytest.raises(EngineError, match="encoder_model"):
        Moonshine(tmp_path, "broken")
