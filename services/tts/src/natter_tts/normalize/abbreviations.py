"""Abbreviations, titles and initialisms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from natter_tts.normalize.language import Language
from natter_tts.normalize.patterns import any_of
from natter_tts.normalize.pieces import Piece, ends_sentence
from natter_tts.normalize.words import letters

_CAPITALS = re.compile(r"(?<![\w.@#/])[A-Z]{2,6}s?(?![\w@])")
_DOTTED = re.compile(r"(?<![\w.])(?:[A-Z]\.){2,}")


@lru_cache(maxsize=8)
def _titles(language: Language) -> re.Pattern[str]:
    return re.compile(rf"\b({any_of(language.titles)})\.?(?=\s+[A-Z]|\s+(?:{any_of(language.joining)})\s)")


@lru_cache(maxsize=8)
def _before_number(language: Language) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.])({any_of(language.before_number)})(?:\.|(?<=[°º]))(?=\s?[\d\ufffc])")


@lru_cache(maxsize=8)
def _after_name(language: Language) -> re.Pattern[str]:
    """ "12 Main St." or "Elm Dr.": a house number before the name, or no name after."""
    return re.compile(
        rf"(?<![\w\ufffc])(?P<name>[A-Z]\w*|\ufffc+)\s(?P<short>{any_of(language.after_name)})\b(?P<stop>\.?)"
    )


@lru_cache(maxsize=8)
def _with_stop(language: Language) -> re.Pattern[str]:
    dotted = any_of(short for short in language.abbreviations if "/" not in short)
    return re.compile(rf"(?<![\w.])({dotted})\.(?!\w)")


@lru_cache(maxsize=8)
def _without_stop(language: Language) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.])({any_of(language.bare & language.abbreviations.keys())})(?!\w)")


def abbreviations(text: str, language: Language) -> Iterator[Piece]:
    """Find what is written short and said long. A full stop that also ends the sentence is kept."""
    yield from _short_forms(text, language)
    yield from _initials(text, language)


def _short_forms(text: str, language: Language) -> Iterator[Piece]:
    for match in _after_name(language).finditer(text):
        numbered = re.search(r"[\d\ufffc]\s(?:[A-Z]\w*\s)*$", text[: match.start("name")]) is not None
        followed_by_name = re.match(r"\s[A-Z]", text[match.end() :]) is not None
        if numbered or not followed_by_name:
            stop = (
                "."
                if match["stop"] and ends_sentence(text, match.end(), language) and not (numbered and followed_by_name)
                else ""
            )
            yield Piece(match.start("short"), match.end(), language.after_name[match["short"]] + stop)
    for match in _titles(language).finditer(text):
        yield Piece(match.start(), match.end(), language.titles[match[1]])
    for match in _before_number(language).finditer(text):
        yield Piece(match.start(), match.end(), language.before_number[match[1]])
    for match in _with_stop(language).finditer(text):
        short = language.abbreviations[match[1]]
        stop = "." if short.last and ends_sentence(text, match.end(), language) else ""
        yield Piece(match.start(), match.end(), short.spoken + stop)
    for match in _without_stop(language).finditer(text):
        yield Piece(match.start(), match.end(), language.abbreviations[match[1]].spoken)


def _initials(text: str, language: Language) -> Iterator[Piece]:
    for match in _DOTTED.finditer(text):
        stop = "." if ends_sentence(text, match.end(), language) else ""
        yield Piece(match.start(), match.end(), letters(match[0].replace(".", "")) + stop)
    for match in _CAPITALS.finditer(text):
        word = match[0]
        base = word.removesuffix("s")
        if word in language.acronyms:
            yield Piece(match.start(), match.end(), language.acronyms[word])
        elif word in language.initialisms or not any(letter in language.vowels for letter in base):
            yield Piece(match.start(), match.end(), letters(base) + ("'s" if word != base else ""))
