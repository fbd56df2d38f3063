"""What a recogniser writes where nobody spoke. Pure.

A turn begins with a sound that may have been a cough, typing or voices in the background. Recognisers
write something for it all the same: a note for music, "You", a sentence that fits nothing. Taken for
words it makes the agent stop, or answer nothing; so it becomes silence.
"""

from __future__ import annotations

import re
from typing import Final

from natter_stt.engine import NOTHING, EngineInfo, Hypothesis

SOME_LENGTH: Final = 5
"""Tokens from which on a confidence says something; one short word is often right at any."""
_MUSIC: Final = re.compile(r"[\u2669-\u266f\U0001d100-\U0001d1ff]+")


def without_phantoms(hypothesis: Hypothesis, info: EngineInfo) -> Hypothesis:
    """Return ``hypothesis``, or nothing if it is most likely no speech.

    Args:
        hypothesis: of the engine.
        info: what the engine declares about the texts and the confidence it has for noise.
    """
    if not hypothesis.text:
        return NOTHING
    said = "".join(character for character in hypothesis.text.casefold() if character.isalnum() or character == " ")
    foreign = info.languages == ("en",) and not re.search("[a-z0-9]", said)
    if not said.strip() or foreign or said.strip() in info.phantoms or _MUSIC.search(hypothesis.text):
        return NOTHING
    unsure = hypothesis.confidence is not None and hypothesis.confidence < info.doubtful
    return NOTHING if unsure and len(hypothesis.tokens) >= SOME_LENGTH else hypothesis
