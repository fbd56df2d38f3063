"""The page about the HTTP side is what the code makes, and what it shows works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from natter_gateway.records import prices
from natter_gateway.rest.reference import page
from natter_gateway.webhooks.signature import sign
from natter_runtime.app import VERSION
from natter_runtime.clock import SystemClock

PAGE = Path(__file__).parents[4] / "docs" / "rest.md"


def block(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_page_is_the_one_that_is_made() -> None:
    """``make docs`` makes it."""
    assert PAGE.read_text(encoding="utf-8") == page(VERSION)


def test_every_route_is_on_it_and_every_link_leads_somewhere() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.count("| `GET /v1/") == 11
    headings = {heading.lower() for heading in re.findall(r"^### (\w+)$", text, re.MULTILINE)}
    assert set(re.findall(r"\]\(#(\w+)\)", text)) <= headings


def test_the_receivers_check_accepts_what_is_sent() -> None:
    space: dict[str, Any] = {}
    exec(compile(block("python"), "rest.md", "exec"), space)
    secret, body, now = "a secret of at least thirty-two characters", b'{"event":"x"}', SystemClock().wall()
    assert space["is_natters"](secret, sign(secret, body, now), body)
    assert not space["is_natters"](secret, sign(secret, body, now), body + b" ")
    assert not space["is_natters"](secret, sign(secret, body, now - 400), body)


def test_the_table_of_prices_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(block("toml"))
    table = prices.load(path)
    assert table is not None
    assert table.currency == "USD"
