"""Identifiers: order numbers, codes of letters and digits, versions; letter by letter, digit by digit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from natter_tts.normalize.language import Language
from natter_tts.normalize.patterns import any_of
from natter_tts.normalize.pieces import Piece
from natter_tts.normalize.words import cardinal, digits, groups, letters, number

_MIXED: Final = re.compile(
    r"(?<![\w.@/-])(?=[A-Za-z-]*\d)(?=[\d-]*[A-Za-z])[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?![\w@/]|-\w|\.\w)"
)
_GROUPED: Final = re.compile(r"(?<![\w.,-])(?:\d{4}(?:[ -]\d{4}){2,}|\d+(?:-\d+){2,})(?![\w-])(?!\.\d)")
_LONG: Final = re.compile(r"(?<![\w.,$])\d{7,}(?![\w])(?![.,]\d)")
_VERSION: Final = re.compile(r"(?<![\w.])(?P<v>[vV])?(?P<numbers>\d+(?:\.\d+)+)(?![\w]|\.\d)")
_HASH: Final = re.compile(r"(?<!\w)#(?P<value>\d+)(?!\w)")
_POSTAL: Final = re.compile(r"\b[A-Z]{2} (\d{5})(?![\w-])(?!\.\d)")
_RUN: Final = re.compile(r"[A-Za-z]+|\d+|-")


@lru_cache(maxsize=8)
def _ordinal(language: Language) -> re.Pattern[str]:
    marks = any_of((*language.ordinal_marks, *([language.decade_mark] if language.decade_mark else [])))
    return re.compile(rf"\d+(?:{marks})", re.IGNORECASE)


@lru_cache(maxsize=8)
def _cued(language: Language) -> re.Pattern[str]:
    """After "order number", "code:", "flight" ...: the strong form says that it is a number, the weak may not."""
    return re.compile(
        rf"\b(?:{any_of(language.code_cues)})s?(?P<strong>(?:\s+(?:{any_of(language.code_joins)}))*"
        rf"[\s:]*(?:#\s?|:\s?|\s))(?P<value>\d+)(?![\w]|[.,:/]\d|-\d|%)",
        re.IGNORECASE,
    )


def codes(text: str, language: Language) -> Iterator[Piece]:
    """Find identifiers and spell them."""
    for match in _MIXED.finditer(text):
        spelled = spell(match[0], language)
        if spelled is not None:
            yield Piece(match.start(), match.end(), spelled)
    for match in _POSTAL.finditer(text):
        yield Piece(match.start(1), match.end(1), digits(match[1], language))
    for match in _GROUPED.finditer(text):
        said = ", ".join(digits(group, language) for group in re.findall(r"\d+", match[0]))
        yield Piece(match.start(), match.end(), said)
    for match in _cued(language).finditer(text):
        value, strong = match["value"], bool(match["strong"].strip())
        if len(value) >= 4 or (strong and (len(value) > 2 or value.startswith("0"))):
            yield Piece(match.start("value"), match.end("value"), groups(value, language))
    for match in _HASH.finditer(text):
        value = match["value"]
        said = groups(value, language) if len(value) > 3 else number(value, language)
        yield Piece(match.start(), match.end(), f"{language.number} {said}")
    for match in _LONG.finditer(text):
        yield Piece(match.start(), match.end(), groups(match[0], language))
    for match in _VERSION.finditer(text):
        parts = match["numbers"].split(".")
        named = match["v"] and not text[: match.start()].rstrip().lower().endswith(language.version)
        if match["v"] or len(parts) > 2:
            joint = f" {language.dot} " if len(parts) == 4 else f" {language.point} "
            said = joint.join(
                digits(part, language) if len(part) > 2 else cardinal(int(part), language) for part in parts
            )
            yield Piece(match.start(), match.end(), f"{language.version} {said}" if named else said)


def spell(code: str, language: Language) -> str | None:
    """Return how a mix of letters and digits is said, or None if it is words and numbers ("24-hour")."""
    if _ordinal(language).fullmatch(code):
        return None
    said: list[str] = []
    spelled = False
    for run in _RUN.findall(code):
        if run == "-":
            if said:
                said[-1] += ","
        elif run.isdigit():
            said.append(cardinal(int(run), language) if len(run) < 3 and run[0] != "0" else groups(run, language))
        elif _reads_as_word(run, language):
            said.append(language.acronyms.get(run, run))
        else:
            spelled = True
            said.append(letters(run))
    if not spelled and "-" in code:
        return None
    text = " ".join(said)
    long = code.count("-") > 1 or re.search(r"-\d{3}|\d{3}-", code)
    return text if long or "-" not in code else text.replace(",", "")


def _reads_as_word(run: str, language: Language) -> bool:
    if run in language.acronyms:
        return True
    if len(run) < 3 or not any(letter in language.vowels for letter in run):
        return False
    return not run.isupper() or len(run) >= 5
