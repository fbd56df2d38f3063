"""The static files: all are there, of a known kind, and light."""

from __future__ import annotations

import json
import re

import pytest

from natter_gateway.agents.merge import Merger
from natter_gateway.agents.models import AgentCreate
from natter_gateway.agents.settings import settings_of
from natter_gateway.voices import Voices
from natter_gateway.web import files

MAX_PAGE_BYTES = 200_000
MAX_SCRIPT_LINES = 300
LOADS = re.compile(r"""(?:import\s[^"']*|from\s*|new URL\(|src=|href=)["']([^"']+\.(?:js|css|svg))["']""")

KNOWN = files.load()


def reached_from(name: str) -> set[str]:
    """Return the files that a page or a script loads, and what these load."""
    found, waiting = set(), [name]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        for target in LOADS.findall(without_comments(path)):
            waiting.append(resolved(path, target))
    return found


def without_comments(path: str) -> str:
    """Return a file without its lines that are comments: these may show what somebody else's page loads."""
    return re.sub(r"^\s*(?://|\*|/\*).*$", "", KNOWN[path].body.decode(), flags=re.MULTILINE)


def resolved(path: str, target: str) -> str:
    """Return the file that ``target`` leads to as ``path`` writes it; pages and ``natter.js`` lie at the root."""
    if target.startswith("/"):
        return target.removeprefix("/").removeprefix("web/")
    parts = path.split("/")[:-1] + target.removeprefix("./web/").split("/")
    kept: list[str] = []
    for part in parts:
        if part == "..":
            kept.pop()
        elif part != ".":
            kept.append(part)
    return "/".join(kept)


@pytest.mark.parametrize("page", ["index.html", "calls.html", "natter.js"])
def test_a_page_is_light_and_everything_it_loads_is_there(page: str) -> None:
    loaded = reached_from(page)
    assert len(loaded) > 3
    assert sum(len(KNOWN[path].body) for path in loaded) < MAX_PAGE_BYTES


def test_nothing_is_loaded_from_another_host_and_nothing_lies_about() -> None:
    used = set().union(*(reached_from(page) for page in ("index.html", "calls.html", "natter.js")))
    kept = {path for path in KNOWN if not path.endswith((".json", ".d.ts"))}
    assert kept == used
    for path in KNOWN:
        assert not re.search(r"""(?:src|href|url\()\s*=?\s*["']?https?://""", without_comments(path)), path


def test_a_reader_can_hold_each_script() -> None:
    long = {path: file.body.count(b"\n") for path, file in KNOWN.items() if path.endswith((".js", ".css"))}
    assert {path: lines for path, lines in long.items() if lines > MAX_SCRIPT_LINES} == {}


def test_a_page_holds_no_script_and_no_style_of_its_own() -> None:
    for path, file in KNOWN.items():
        if path.endswith(".html"):
            text = file.body.decode()
            assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text), path


def test_the_declaration_tells_of_what_the_script_exports() -> None:
    exported = set(
        re.findall(r"\b(\w+)", " ".join(re.findall(r"export \{([^}]*)\}", KNOWN["natter.js"].body.decode())))
    )
    declared = set(re.findall(r"^export (?:class|function) (\w+)", KNOWN["natter.d.ts"].body.decode(), re.MULTILINE))
    assert declared == exported


def test_a_name_follows_the_content() -> None:
    assert len({file.etag for file in KNOWN.values()}) == len({file.body for file in KNOWN.values()})
    assert all(re.fullmatch(r'"[0-9a-f]{32}"', file.etag) for file in KNOWN.values())


@pytest.mark.parametrize("path", sorted(path for path in KNOWN if path.startswith("agents/")))
def test_an_example_is_an_agent_that_can_be_stored_and_called(path: str) -> None:
    agent = json.loads(KNOWN[path].body)
    document = Merger(lambda secret: secret, 0.0, private=False).created(AgentCreate.model_validate(agent))
    assert settings_of(document, Voices()).system_prompt == agent["system_prompt"]
    assert agent["greeting"]
    assert agent["input"]["turn_detection"]["preset"]
    runs = KNOWN["playground/demo_runs.js"].body.decode()
    assert [
        tool["name"] for tool in agent["tools"] if not re.search(rf"^  {tool['name']}[(:]", runs, re.MULTILINE)
    ] == []


def test_every_example_is_offered_in_the_playground() -> None:
    offered = re.findall(r"^  (\w+): ", KNOWN["playground/agents.js"].body.decode(), re.MULTILINE)
    assert sorted(f"agents/{name}.json" for name in offered) == sorted(
        path for path in KNOWN if path.startswith("agents/")
    )
    assert len(offered) >= 6
