"""What the types of a dialect's wire have in common."""

from __future__ import annotations

import msgspec


def about(text: str) -> msgspec.Meta:
    """Describe a field, for whoever reads the schema."""
    return msgspec.Meta(description=text)
