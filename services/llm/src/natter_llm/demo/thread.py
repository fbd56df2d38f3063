"""Where the conversation stands in the knowledge file: what was said of it, and what comes next. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from natter_llm.demo.knowledge import Section
from natter_llm.demo.text import normal, sentences

_OFFER: Final = re.compile(r"Shall I tell you about (.+)\?$")
LOOK_BACK: Final = 6
"""So many answers back a topic is still the topic."""
MIN_BEGUN: Final = 3
"""A sentence that was cut short is known again by so many words."""


@dataclass(frozen=True, slots=True)
class _Place:
    section: int
    sentence: int
    whole: bool


class Thread:
    """Knows the sentences of a file again when they were said."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._sections = sections
        self._places: dict[str, _Place] = {}
        for number, section in enumerate(sections):
            for position, sentence in enumerate(section.sentences):
                self._places.setdefault(normal(sentence), _Place(number, position, True))

    def offered(self, spoken: Sequence[str]) -> bool:
        """Whether the last answer ended with an offer to go on."""
        return bool(spoken) and _OFFER.search(spoken[-1]) is not None

    def more(self, spoken: Sequence[str]) -> str:
        """Return what comes next: the rest of the topic, else an offer of the next one; empty without a topic.

        Args:
            spoken: what the agent said so far, as it was heard, oldest first.
        """
        if spoken and (offer := _OFFER.search(spoken[-1])):
            for section in self._sections:
                if section.topic == offer[1]:
                    return " ".join(section.sentences[:2])
        for text in reversed(spoken[-LOOK_BACK:]):
            places = self._known(text)
            if places:
                return self._after(places[-1])
        return ""

    def again(self, spoken: Sequence[str]) -> str:
        """Return the last answer once more; a sentence that was cut short is said to its end."""
        if not spoken:
            return ""
        said = []
        for part in sentences(spoken[-1].removesuffix("…")):
            place = self._place(part)
            said.append(part if place is None else self._sections[place.section].sentences[place.sentence])
        return " ".join(said)

    def _after(self, place: _Place) -> str:
        section = self._sections[place.section]
        rest = section.sentences[place.sentence + place.whole :]
        if rest:
            return " ".join(rest[:2])
        end = f"That is all I know about {section.topic}."
        if place.section + 1 < len(self._sections):
            return f"{end} Shall I tell you about {self._sections[place.section + 1].topic}?"
        return end

    def _known(self, text: str) -> list[_Place]:
        places = [self._place(part) for part in sentences(text.removesuffix("…"))]
        return [place for place in places if place is not None]

    def _place(self, sentence: str) -> _Place | None:
        said = normal(sentence)
        if said in self._places:
            return self._places[said]
        if len(said.split()) >= MIN_BEGUN:
            for whole, place in self._places.items():
                if whole.startswith(f"{said} "):
                    return _Place(place.section, place.sentence, False)
        return None
