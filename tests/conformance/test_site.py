"""The documentation builds into a site that is whole and asks nobody else for anything."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
import yaml

from tests.support import pages, site
from tests.support.site import Seen

ROOT: Final = pages.ROOT
BUILD_S: Final = 120
FALLBACKS: Final = {"https://unpkg.com/mermaid@11/dist/mermaid.min.js": "mermaid"}
"""What the theme's script would fetch from elsewhere, and the class of the elements for which it would."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as ``make site`` does; not ``--quiet``, for then nothing is strict."""
    folder = tmp_path_factory.mktemp("site").resolve()
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=BUILD_S, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return folder


@functools.cache
def look(path: Path) -> Seen:
    return site.seen(path.read_text(encoding="utf-8"))


def html(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.html"))


def test_it_is_built_as_the_makefile_builds_it() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^site: .*\n\t.*mkdocs build --strict$", text, re.MULTILINE)
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert f"/{yaml.safe_load((ROOT / 'mkdocs.yml').read_text(encoding='utf-8'))['site_dir']}/" in ignored


def test_every_page_is_on_it(built: Path) -> None:
    made = {path.relative_to(built).parent.as_posix() for path in html(built) if path.name == "index.html"}
    wanted = {
        path.relative_to(pages.DOCS).with_suffix("").as_posix().removesuffix("index").removesuffix("README").strip("/")
        or "."
        for path in pages.pages()
        if path.name != "0000-template.md"
    }
    assert made == wanted | {"benchmarks", "changelog"}


def test_nothing_is_loaded_from_another_host(built: Path) -> None:
    found = [
        f"{path.relative_to(built)}: {url}"
        for path in html(built)
        for url in look(path).loads
        if site.is_elsewhere(url)
    ]
    sheets = [
        f"{path.relative_to(built)}: {url}"
        for path in [*built.rglob("*.css"), *built.rglob("*.svg")]
        for url in site.loaded_by_css(path.read_text(encoding="utf-8"))
        if site.is_elsewhere(url)
    ]
    assert found + sheets == []


def test_no_page_needs_what_the_theme_would_fetch(built: Path) -> None:
    scripts = "".join(path.read_text(encoding="utf-8") for path in built.rglob("bundle.*.js"))
    assert set(re.findall(r"https?://[\w./@-]+\.js\b", scripts)) - set(FALLBACKS) == set()
    for path in html(built):
        assert not look(path).classes & set(FALLBACKS.values()), path


def test_every_link_leads_somewhere(built: Path) -> None:
    broken = []
    for path in html(built):
        if path.name == "404.html":
            continue  # its links count from the root of whatever host serves it
        for url in (*look(path).links, *look(path).loads):
            if site.is_elsewhere(url) or url.startswith(("mailto:", "javascript:")):
                continue
            file, place = site.target(path, url, built)
            if not file.is_file() or (place and file.suffix == ".html" and place not in look(file).ids):
                broken.append(f"{path.relative_to(built)}: {url}")
    assert broken == []


def test_lists_are_lists(built: Path) -> None:
    """Where a list follows a paragraph without an empty line, MkDocs takes it for words of that paragraph."""
    swallowed = [
        f"{path.relative_to(built)}: {line}"
        for path in html(built)
        for paragraph in look(path).paragraphs
        for line in paragraph.splitlines()[1:]
        if re.match(r"\s*([-*]|\d+\.) ", line)
    ]
    assert swallowed == []


def test_what_is_wrong_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text(
        '<link rel="stylesheet" href="https://fonts.example/x.css"><a href="no.html#x">x</a><p>a\n- b</p><i id="y"></i>'
    )
    found = look(page)
    assert site.is_elsewhere(found.loads[0])
    assert site.target(page, found.links[0], tmp_path) == (tmp_path / "no.html", "x")
    assert found.paragraphs == ["a\n- b"]
    assert found.ids == {"y"}
    assert site.loaded_by_css("@import 'https://a.example/b.css'; x { src: url(data:y) url(../z.woff2) }") == [
        "https://a.example/b.css",
        "../z.woff2",
    ]
