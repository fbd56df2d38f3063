"""Writing down what was said as people write it: numbers, money, times, addresses. Pure.

A recogniser writes "four seven one nine nine two" now in words, now in digits, as its training texts
did. :func:`write` makes it 471992 in either case. What it holds to:

* The order of the words stays; only words that are one number, amount, time, date or address become
  one. Nothing is added that was not said, and text without numbers is returned as it was.
* In prose numbers below ten stay words ("one of them", "for two people"); before a unit, behind a
  label ("room 5") and within a row they are digits.
* A row of digits is one word, however long it is while it grows: a number that is not complete yet
  is shown with the digits that were said, so that whoever judges completeness can count them.
* Written text is left alone, but that groups of digits the recogniser tore apart are put in order.

Numbers are read by text2num; see ADR 6 for what else was looked at. Languages without a table, and
without a language at all, are returned as they are.
"""

from __future__ import annotations

from typing import Final

from natter_stt.written.en import ENGLISH
from natter_stt.written.language import Language
from natter_stt.written.line import Line
from natter_stt.written.piece import Piece, Rule
from natter_stt.written.rules.amounts import measure, money, percentage
from natter_stt.written.rules.counts import count
from natter_stt.written.rules.dates import date, year
from natter_stt.written.rules.phrases import phrase
from natter_stt.written.rules.rows import code, digits
from natter_stt.written.rules.streets import address
from natter_stt.written.rules.times import clock_time
from natter_stt.written.rules.web import email, url

LANGUAGES: Final[dict[str, Language]] = {language.code: language for language in (ENGLISH,)}

RULES: Final[tuple[Rule, ...]] = (
    phrase,
    email,
    url,
    address,
    date,
    clock_time,
    money,
    percentage,
    measure,
    code,
    digits,
    year,
    count,
)
"""At each word the first rule that has something to say is followed: what is more certain comes first."""


def write(text: str, language: str = "en") -> str:
    """Return ``text`` as people write it.

    Args:
        text: one utterance, or the beginning of one.
        language: ISO 639-1; text of a language without a table is returned as it is.
    """
    known = LANGUAGES.get(language)
    if known is None or not text:
        return text
    line = Line(text, known)
    written: list[str] = []
    at = 0
    while at < len(line):
        piece = _piece(line, at)
        first, last = line.words[at], line.words[piece.end - 1]
        written.append(f"{first.before}{piece.text}{last.after}")
        at = piece.end
    return " ".join(written)


def _piece(line: Line, at: int) -> Piece:
    for rule in RULES:
        piece = rule(line, at)
        if piece is not None:
            return piece
    return Piece(at + 1, line.words[at].core)
