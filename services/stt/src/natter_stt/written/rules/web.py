"""Addresses on the net. Pure.

"john dot smith at gmail dot com" is john.smith@gmail.com, "w w w dot example dot com slash help"
www.example.com/help. An "at" is an @ only if the words around it leave no other reading.
"""

from __future__ import annotations

import re
from typing import Final

from natter_stt.written.line import Line
from natter_stt.written.piece import Piece

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
_MAILBOX: Final = re.compile(r"[a-z0-9][a-z0-9._+-]*")
_DOMAIN: Final = re.compile(r"(?:[a-z0-9-]+\.)+([a-z]{2,4})")
LONGEST: Final = 8
"""Words of a mailbox, letters that were spelled one by one among them."""


def email(line: Line, at: int) -> Piece | None:
    """Write an e-mail address."""
    for sign in range(at + 1, min(at + 2 * LONGEST, len(line))):
        if line.low(sign) not in line.language.at:
            continue
        domain = _domain(line, sign + 1)
        mailbox = _mailbox(line, at, sign)
        if domain is None or not mailbox or not line.joined(at, sign + 1, "."):
            return None
        name, end = domain
        known = name.split(".")[0] in line.language.mailers
        told = line.announced(at, line.language.mail_cues, within=8)
        marked = any(mark in mailbox for mark in "._+-0123456789") or sign - at > 1
        return Piece(end, f"{mailbox}@{name}") if known or told or marked else None
    return None


def url(line: Line, at: int) -> Piece | None:
    """Write a web address with its path."""
    found = _site(line, at)
    if found is None or not (line.joined(at, found[1])):
        return None
    text, end = found
    while line.low(end) in line.language.slash and _NAME.fullmatch(line.low(end + 1)) and line.joined(at, end + 2):
        text, end = f"{text}/{line.low(end + 1)}", end + 2
    return Piece(end, text) if end > at + 1 else None


def _site(line: Line, at: int) -> tuple[str, int] | None:
    web, end = "", at
    if line.low(at) == "www" or tuple(line.lows[at : at + 3]) == ("w", "w", "w"):
        web, end = "www.", at + (1 if line.low(at) == "www" else 3)
        end += line.low(end) in line.language.dot
    found = _domain(line, end)
    return (web + found[0], found[1]) if found else None


def _domain(line: Line, at: int) -> tuple[str, int] | None:
    """Return the domain name that is spoken or written from ``at`` on, and where it ends."""
    language = line.language
    if (whole := _DOMAIN.fullmatch(line.low(at))) and whole[1] in language.domains:
        return line.low(at), at + 1
    parts, end = [], at
    while _NAME.fullmatch(line.low(end)) and line.low(end) not in language.the | language.articles:
        parts.append(line.low(end))
        end += 1
        if line.low(end) not in language.dot or not line.joined(at, end + 1):
            break
        end += 1
    return (".".join(parts), end) if len(parts) > 1 and parts[-1] in language.domains else None


def _mailbox(line: Line, start: int, end: int) -> str:
    """Return the words from ``start`` up to ``end`` as the part before the @; empty if they are none."""
    language = line.language
    told = line.announced(start, language.mail_cues, within=8)
    text, at, glued = "", start, True
    while at < end:
        low = line.low(at)
        number = line.number(at)
        if low in language.joiners and text:
            text, glued, at = text + language.joiners[low], True, at + 1
            continue
        if number is not None and number.whole is not None:
            text, glued, at = text + number.digits, False, number.end
            continue
        spelled = len(low) == 1
        if not _MAILBOX.fullmatch(low) or low in language.not_mailboxes or not (glued or spelled or told):
            return ""
        text, glued, at = text + low, False, at + 1
    return text if at == end and text[-1:] not in ("", *language.joiners.values()) else ""
