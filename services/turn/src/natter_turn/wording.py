"""What the words alone say: is it finished, is it only a back-channel, is it an order to stop? Pure."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

_WORD: Final = re.compile(r"[a-z0-9']+")

_OPEN_ENDED: Final = frozenset(
    """a an the and or but so because if when while that which who whose to of in on at by for from with into
    about than as is are was were am be been my your his her its our their this these those i we they he she
    it's i'm you're we're they're can could will would should may might must do does did not no very really
    just like um uh er erm hmm well""".split()
)
"""Words after which an English sentence goes on."""
_CAN_END: Final = frozenset("that this those these no not in on by about really well so do did her it like".split())
"""Those of them that end a sentence often enough, if the recogniser puts a stop behind them."""

_BACKCHANNELS: Final = frozenset(
    """mm-hm mhm mm hmm hm uh-huh uhhuh huh yeah yep yes yup ok okay right sure aha ah oh i see got it great
    good nice cool wow really exactly true indeed fine alright mm-hmm uh""".split()
)
_MAX_BACKCHANNEL_WORDS: Final = 3

_STOP: Final = re.compile(
    r"\b(stop|wait|hold on|hang on|no|nope|excuse me|sorry|actually|pause|quiet|shut up|but|question|cancel)\b"
)


class Completeness(Enum):
    """How a text ends."""

    FINISHED = auto()
    UNFINISHED = auto()


def words(text: str) -> list[str]:
    """Return the words of ``text``, in lower case."""
    return _WORD.findall(text.lower().replace("-", " "))


def completeness(text: str) -> Completeness:
    """Judge whether ``text`` can stand as it is."""
    spoken = words(text)
    if not spoken:
        return Completeness.UNFINISHED
    text = text.rstrip()
    if text.endswith((",", "-", "...", "…")):
        return Completeness.UNFINISHED
    if spoken[-1] in _OPEN_ENDED and not (spoken[-1] in _CAN_END and text.endswith((".", "?", "!"))):
        return Completeness.UNFINISHED
    return Completeness.FINISHED


def is_backchannel(text: str) -> bool:
    """Whether ``text`` only says "I am listening"."""
    spoken = words(text)
    known = all(word in _BACKCHANNELS or word in ("mm", "uh", "i", "see", "got", "it") for word in spoken)
    return bool(spoken) and len(spoken) <= _MAX_BACKCHANNEL_WORDS and known


def is_stop(text: str) -> bool:
    """Whether ``text`` asks for the floor in so many words."""
    return bool(_STOP.search(" ".join(words(text))))


def same(one: str, other: str) -> bool:
    """Whether two texts are the same words."""
    return words(one) == words(other)
