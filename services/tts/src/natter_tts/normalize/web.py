"""E-mail addresses, web addresses and file names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from natter_tts.normalize.language import Language
from natter_tts.normalize.pieces import Piece
from natter_tts.normalize.words import digits, letters

_DOMAIN: Final = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+"
_ENDINGS: Final = (
    "com|org|net|edu|gov|io|ai|dev|app|info|biz|tv|me|co|us|uk|ca|de|fr|es|it|nl|ch|at|eu|au|jp|in|br|xyz|online|shop"
)
_FILES: Final = (
    "pdf|txt|md|py|js|ts|csv|json|docx?|xlsx?|pptx?|png|jpe?g|gif|svg|zip|html?|mp3|mp4|wav|exe|ya?ml|toml|sh|log|xml"
)
_EMAIL: Final = re.compile(rf"(?<![\w.])[A-Za-z0-9._%+-]*[A-Za-z0-9_+-]@{_DOMAIN}[A-Za-z]{{2,}}(?![\w-])")
_URL: Final = re.compile(r"(?:https?://|www\.)[^\s<>\"'()\[\]{}|\ufffc]*[^\s<>\"'()\[\]{}|.,;:!?*_\ufffc]")
_BARE: Final = re.compile(rf"(?<![\w.@-]){_DOMAIN}(?:{_ENDINGS})(?:/[\w\-./%~]*[\w/])?(?![\w@-]|\.\w)")
_FILE: Final = re.compile(rf"(?<![\w./-])[\w-]+(?:\.[\w-]+)*\.(?:{_FILES})(?![\w-])", re.IGNORECASE)
_PART: Final = re.compile(r"[A-Za-z]+|\d+|[^A-Za-z\d]")


def addresses(text: str, language: Language) -> Iterator[Piece]:
    """Find addresses and say them part by part; the scheme, ``www`` and the query are left out."""
    found = [(match, _spelled(match[0], language)) for match in _EMAIL.finditer(text)]
    found += [(match, _url(match[0], language)) for match in _URL.finditer(text)]
    found += [(match, _url(match[0], language)) for match in _BARE.finditer(text)]
    found += [(match, _spelled(match[0], language)) for match in _FILE.finditer(text)]
    for match, spoken in sorted(found, key=lambda item: (item[0].start(), -item[0].end())):
        yield Piece(match.start(), match.end(), spoken)


def _url(address: str, language: Language) -> str:
    bare = re.sub(r"^https?://", "", address)
    bare = re.sub(r"^www\.", "", bare)
    return _spelled(re.split(r"[?#]", bare, maxsplit=1)[0].rstrip("/"), language)


def _spelled(address: str, language: Language) -> str:
    names = {
        ".": language.dot,
        "@": language.at,
        "/": language.slash,
        "-": language.dash,
        "_": language.underscore,
        "+": language.plus,
    }
    said = []
    for part in _PART.findall(address):
        if part.isdigit():
            said.append(digits(part, language))
        elif part.isalpha():
            said.append(readable(part, language))
        else:
            said.append(names.get(part, ""))
    return " ".join(word for word in said if word)


def readable(part: str, language: Language) -> str:
    """Return ``part`` as a word where it can be read as one, else letter by letter."""
    if part.lower() in language.web_words:
        return part
    if len(part) <= 2 or not any(letter in language.vowels for letter in part) or part in language.initialisms:
        return letters(part)
    return language.acronyms.get(part, part)
