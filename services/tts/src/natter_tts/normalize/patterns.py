"""Helpers for building the rules' regular expressions from a language's word lists."""

from __future__ import annotations

import re
from collections.abc import Iterable


def any_of(words: Iterable[str]) -> str:
    """Return a pattern for any of ``words``, the longest first; one that matches nothing for none."""
    found = "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
    return found or "(?!)"
