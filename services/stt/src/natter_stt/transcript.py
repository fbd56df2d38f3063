"""Putting the text of several passages together. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from natter_stt.engine import NOTHING, Hypothesis


def join_texts(texts: Iterable[str]) -> str:
    """Return the texts of passages that follow each other as one.

    A recogniser ends every passage like a sentence. Where the next one goes on in lower case it was
    none, and the full stop goes.
    """
    whole = ""
    for text in (text.strip() for text in texts):
        if not text:
            continue
        if text[0].islower() and whole.endswith(".") and not whole.endswith(".."):
            whole = whole[:-1]
        whole = f"{whole} {text}" if whole else text
    return whole


def join(parts: Sequence[Hypothesis]) -> Hypothesis:
    """Return what was said in passages that follow each other.

    The confidence is the mean over all tokens; the end of the last passage that holds words is the
    end of the whole, and its language that of the whole. The tokens are the last passage's own: they are
    of use as a draft only there.
    """
    spoken = [part for part in parts if part.text]
    if not spoken:
        return NOTHING
    weights = [(part.confidence, max(1, len(part.tokens))) for part in spoken if part.confidence is not None]
    total = sum(weight for _, weight in weights)
    return Hypothesis(
        text=join_texts(part.text for part in spoken),
        tokens=parts[-1].tokens,
        confidence=sum(confidence * weight for confidence, weight in weights) / total if total else None,
        ends_sentence=spoken[-1].ends_sentence,
        reads_complete=spoken[-1].reads_complete,
        language=spoken[-1].language,
        backchannel=spoken[0].backchannel if len(spoken) == 1 else None,
    )
