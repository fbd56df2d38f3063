"""The built site as a browser would take it: what each page loads, where its links lead, what is on it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

LOADED: Final = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
}
"""Elements that make a browser fetch something, and the attribute that says what."""
_LINKS: Final = ("stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch", "manifest", "modulepreload")
_IN_CSS: Final = re.compile(r"(?:url\(|@import\s+)\s*['\"]?([^'\")\s;]+)")


@dataclass
class Seen(HTMLParser):
    """What is on one page; ``feed`` it.

    Attributes:
        loads: what the browser fetches by itself.
        links: where a reader may go.
        ids: places within the page.
        classes: of its elements.
        paragraphs: their text.
    """

    loads: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    paragraphs: list[str] = field(default_factory=list)
    _within: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        self.classes |= set(of.get("class", "").split())
        self.ids |= {of[name] for name in ("id", "name") if name in of and (name == "id" or tag == "a")}
        if tag in LOADED and of.get(LOADED[tag]):
            self.loads.append(of[LOADED[tag]])
        if tag == "link" and set(of.get("rel", "").split()) & set(_LINKS):
            self.loads.append(of.get("href", ""))
        if tag == "a" and "href" in of:
            self.links.append(of["href"])
        self.loads += [one for one in _IN_CSS.findall(of.get("style", "")) if not one.startswith("data:")]
        if tag == "p":
            self._within = True
            self.paragraphs.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self._within = False

    def handle_data(self, data: str) -> None:
        if self._within:
            self.paragraphs[-1] += data


def seen(text: str) -> Seen:
    """Return what is on a page."""
    page = Seen()
    page.feed(text)
    page.close()
    return page


def loaded_by_css(text: str) -> list[str]:
    """Return what a style sheet makes a browser fetch."""
    return [one for one in _IN_CSS.findall(text) if not one.startswith(("data:", "#"))]


def is_elsewhere(url: str) -> bool:
    """Whether ``url`` is on another host."""
    return bool(urlsplit(url).netloc)


def target(page: Path, url: str, root: Path) -> tuple[Path, str]:
    """Return the file that a URL on ``page`` leads to, and the place in it."""
    parts = urlsplit(url)
    path = unquote(parts.path)
    found = page if not path else (root / path.lstrip("/") if path.startswith("/") else page.parent / path).resolve()
    return (found / "index.html" if found.is_dir() else found), unquote(parts.fragment)
