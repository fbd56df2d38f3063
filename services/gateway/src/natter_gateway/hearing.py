"""The languages that ``stt`` hears, as it says itself: a call in another one is refused, not misheard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from natter_protocol.svc import SvcPong

LISTED: Final = 12
"""Of more languages than this only the number is told."""


class Hearing:
    """See the module. As long as ``stt`` has said nothing, no language is refused here."""

    def __init__(self) -> None:
        self.languages: frozenset[str] = frozenset()
        """ISO 639-1 codes; empty if they are not known."""
        self._who = ""
        self._more = ""

    def learn(self, pong: SvcPong) -> None:
        """Take what an instance of ``stt`` says of itself."""
        details = pong.details
        languages = details.get("languages")
        if isinstance(languages, list):
            self.languages = frozenset(str(language) for language in languages)
            self._who = f"{pong.engine} ({pong.model})" if pong.model else pong.engine
            self._more = str(details.get("more_languages", ""))

    def refusal(self, codes: Iterable[str]) -> str:
        """Return why ``codes`` cannot all be heard, and what would hear them; empty if they can."""
        deaf = [code for code in codes if code.replace("_", "-").split("-")[0].lower() not in self.languages]
        if not self.languages or not deaf:
            return ""
        known = ", ".join(sorted(self.languages)) if len(self.languages) <= LISTED else f"{len(self.languages)} others"
        return f"{self._who} hears {known}, not {', '.join(deaf)}" + (f": {self._more}" if self._more else "")
