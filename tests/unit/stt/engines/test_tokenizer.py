from __future__ import annotations

import re

import pytest

from natter_runtime.errors import EngineError
from natter_stt.engines.tokenizer import Tokenizer, Word


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


def test_tokens_are_found_by_their_text() -> None:
    tokenizer = Tokenizer(packed(*SPECIAL, b".", "\u2581?".encode(), b"..", b"a."))
    assert tokenizer.matching(re.compile(r"[.?]")).tolist() == [3, 4]


@pytest.mark.parametrize("data", [b"\x05abc", b"\x05hello\x80", b"\x05hello\xff\x01abc"])
def test_a_file_that_was_cut_off_is_an_engine_error(data: bytes) -> None:
    with pytest.raises(EngineError, match=r"tokenizer\.bin"):
        Tokenizer(data)


GAP = "\u2581"
LEARNED = [
    *SPECIAL,
    *(bytes([value]) for value in range(256)),
    *(text.encode() for text in (GAP, f"{GAP}t", "he", f"{GAP}the", "en")),
]


def test_text_becomes_the_pieces_that_were_learned_first() -> None:
    tokenizer = Tokenizer(packed(*LEARNED))
    tokens = tokenizer.tokens("the then")
    assert [tokenizer.text([token]) for token in tokens] == ["the", "the", "n"]
    assert tokenizer.text(tokens) == "the then"


@pytest.mark.parametrize("text", ["Gruyère", "日本", "A B  C", "ok."])
def test_any_text_comes_back(text: str) -> None:
    tokenizer = Tokenizer(packed(*LEARNED))
    assert tokenizer.text(tokenizer.tokens(text)) == " ".join(text.split())


def test_tokens_are_words_without_their_punctuation() -> None:
    pieces = [*SPECIAL, f"{GAP}Hel".encode(), b"lo", b",", f"{GAP}you".encode(), b".", f"{GAP}.".encode()]
    tokenizer = Tokenizer(packed(*pieces))
    assert tokenizer.words([3, 4, 5, 6, 7, 8], frozenset((5, 7, 8))) == [Word("Hello", 0, 2), Word("you", 3, 4)]
    assert tokenizer.words([], frozenset()) == []
