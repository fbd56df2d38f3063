"""What MkDocs does not do by itself for the site of the documentation; ``mkdocs.yml`` names this file as a hook.

The pages are written to be read in the repository. There a page may link to any file; here a file beside ``docs`` that
is a page, too, comes along (:data:`BESIDE`), and a link to any other file is left as the words it stands on. What leads
nowhere is left to MkDocs to complain about.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).resolve().parents[1]
DOCS: Final = "docs"
BESIDE: Final = {"benchmarks/README.md": "benchmarks.md", "CHANGELOG.md": "changelog.md"}
"""Files outside of ``docs`` that are pages of the site, and what they are called there."""
_LINK: Final = re.compile(r"(?<!!)\[(?P<text>[^\]\n]+)\]\((?P<target>[^)\s:#]+)(?P<anchor>#[^)\s]*)?\)")
_TEMPLATE: Final = "0000-template.md"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages of a folder where the navigation names the folder."""
    config.nav = [_entry(entry, Path(config.docs_dir)) for entry in config.nav or ()]
    return config


def _entry(entry: Any, docs: Path) -> Any:
    """Return an entry of the navigation, with a folder as the list of what is in it: its README, then by name."""
    if not isinstance(entry, dict):
        return entry
    ((title, what),) = entry.items()
    if not isinstance(what, str) or not (docs / what).is_dir():
        return entry
    names = sorted(path.name for path in (docs / what).glob("*.md") if path.name not in ("README.md", _TEMPLATE))
    return {title: [f"{what}/{name}" for name in ("README.md", *names)]}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie outside of ``docs``."""
    for source, name in BESIDE.items():
        files.append(File.generated(config, name, content=(ROOT / source).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links within the repository into links within the site."""
    sources = {name: source for source, name in BESIDE.items()}
    source = sources.get(page.file.src_uri, f"{DOCS}/{page.file.src_uri}")
    return _LINK.sub(lambda link: _rewritten(link, source, page.file.src_uri), markdown)


def _rewritten(link: re.Match[str], source: str, name: str) -> str:
    """Return a link of the page ``name``, which is the file ``source``, as it is to be on the site."""
    wanted = posixpath.normpath(posixpath.join(posixpath.dirname(source), link["target"]))
    if (ROOT / wanted / "README.md").is_file():
        wanted = f"{wanted}/README.md"
    there = BESIDE.get(wanted) or (wanted.removeprefix(f"{DOCS}/") if wanted.startswith(f"{DOCS}/") else "")
    if there:
        return f"[{link['text']}]({posixpath.relpath(there, posixpath.dirname(name) or '.')}{link['anchor'] or ''})"
    return link["text"] if (ROOT / wanted).exists() else link[0]
