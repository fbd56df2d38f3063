"""A stack whose engines do what they are told, so that a call is the same each time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.support.e2e_stack import stack

KEY: Final = "conformance-key"
OTHER_KEY: Final = "somebody-elses-key"
RESUME_S: Final = 2.0
ANSWERS: Final = "Certainly, I can help you with that.\n\nOf course, that is no trouble at all.\n"
HEARD: Final = ("Do you have any rye bread left today?", "That is what I asked.", "Please tell me now.")
"""What is heard, over and over, whatever is said and when."""


def settings(folder: Path) -> dict[str, str]:
    """Write the scripts into ``folder`` and return what a stack is to be configured with."""
    ears, mind = folder / "ears.json", folder / "mind.txt"
    words = " ".join(HEARD).split()
    lines = [
        {"at_ms": start, "until_ms": start + 300, "text": words[index % len(words)].rstrip(".?") + "."}
        for index, start in enumerate(range(0, 300_000, 300))
    ]
    ears.write_text(json.dumps({"language": "en", "lines": lines}))
    mind.write_text(ANSWERS)
    return {
        "NATTER_STT_ENGINE": "scripted",
        "NATTER_STT_MODEL": str(ears),
        "NATTER_TURN_ENGINE": "none",
        "NATTER_TURN_VAD": "energy",
        "NATTER_LLM_ENGINE": "scripted",
        "NATTER_LLM_SCRIPT": str(mind),
        "NATTER_TTS_ENGINE": "tone",
        "NATTER_API_KEYS": f"{KEY},{OTHER_KEY}",
        "NATTER_RESUME_S": str(RESUME_S),
        "NATTER_SECRET": "the secret of this very test",
    }


@contextmanager
def scripted_stack(folder: Path, *arguments: str, **more: str) -> Iterator[str]:
    """Run ``natter up`` with such engines; yield the URL of its WebSocket."""
    with stack(folder, *arguments, **{**settings(folder), **more}) as url:
        yield url
