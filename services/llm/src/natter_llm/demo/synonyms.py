"""Words that ask for the same thing. Pure data.

Each line is one meaning; its first word stands for all of them. Spellings of the two Englishes are here
too. Kept general: what belongs to one knowledge file is written in its ``asked`` lists.
"""

from __future__ import annotations

from typing import Final

from natter_llm.demo.text import stem

_GROUPS: Final = """
price cost costs fee charge pay paid expensive cheap money subscription billing
licence license licensing licensed copyright
interrupt interruption barge bargein
swap change replace switch exchange
stop halt
begin start launch boot
fast quick quickly speed latency delay slow rapid lag
talk speak spoken speech speaking converse chat
hear listen heard hearing listening
transcribe transcription transcript dictation recognise recognize recogniser recognizer recognition
machine computer laptop pc hardware
install setup installation
reconnect reconnection resume resuming resumption
build built create created make made author developer creator wrote written
fail failure crash broken die dies death
scale scaling grow
trace tracing traced
record recording recorded
safe security secure
book booking reserve reservation
colour color
favourite favorite
behaviour behavior
"""

_CANON: Final = {stem(word): stem(line.split()[0]) for line in _GROUPS.strip().splitlines() for word in line.split()}


def canonical(term: str) -> str:
    """Return the stem that stands for ``term``'s meaning."""
    return _CANON.get(term, term)
