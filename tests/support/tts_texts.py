"""Texts as a language model writes them, and texts as nobody would, for property tests."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

FRAGMENTS: Final = (
    "Sure,",
    "your appointment",
    "is booked",
    "for Tuesday",
    "at three thirty.",
    "Dr. Smith",
    "e.g. this",
    "etc.",
    "costs $3.50",
    "$5 million",
    "March 3, 2024",
    "at 3:30 p.m.",
    "3.14",
    "10,000",
    "3.",
    "1. First",
    "- item",
    "**bold words**",
    "*one*",
    "[a link, here](https://example.com/a.b)",
    "`code, here`",
    "```\nx = 1. Y\n```",
    "# Title",
    "| a | b |",
    "john.doe@example.com",
    "https://example.com/x.y?z=1.",
    "(555) 123-4567",
    "5-10 km",
    "ABC-123",
    "Really?!",
    "Wait...",
    "—",
    "😀",
    "“quoted”",
    "don't",
    "U.S. Army",
    "the U.S. The",
    "",
    "\n",
    "\n\n",
    "  ",
    "\t",
    "étude",
    "日本語",
    "x" * 30,
)

written = st.lists(st.sampled_from(FRAGMENTS), max_size=40).map(" ".join)
"""Plausible replies."""
anything = st.text(st.characters(codec="utf-8"), max_size=300)
"""Any text at all."""
texts = st.one_of(
    written, anything, st.lists(st.one_of(st.sampled_from(FRAGMENTS), anything), max_size=12).map("".join)
)
