"""The README says what is so: its commands, settings, files and engines exist.

That its client works is shown by tests/e2e/test_readme.py.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Final

import pytest

import natter_tts.engines
from natter_cli.inprocess import SERVICES
from natter_runtime.config import settings_of
from tests.support import readme, shell

ROOT: Final = shell.ROOT
OTHERS: Final = {"NATTER_TEST_AUDIO": "tests/support/corpus.py"}
"""Variables that no service reads, and where they are read."""


@pytest.mark.parametrize("line", readme.commands())
def test_a_command_that_is_shown_exists(line: str) -> None:
    shell.check(shlex.split(line, comments=True))


@pytest.mark.parametrize("line", readme.inline("natter "))
def test_a_command_that_is_named_exists(line: str) -> None:
    shell.check([word for word in shlex.split(line) if not word.startswith("[")])


def test_there_are_commands() -> None:
    assert "make run" in {shlex.join(shlex.split(line, comments=True)) for line in readme.commands()}
    assert len(readme.inline("natter ")) >= 4


@pytest.mark.parametrize("name", readme.variables())
def test_a_setting_that_is_named_is_one(name: str) -> None:
    if name in OTHERS:
        assert name in (ROOT / OTHERS[name]).read_text(encoding="utf-8")
    else:
        assert name in shell.DECLARED


@pytest.mark.parametrize("target", readme.links())
def test_a_link_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


def engines() -> Iterator[tuple[str, set[str]]]:
    """Yield each service with the names of its engines, as its settings have them."""
    for service in SERVICES:
        choices = {name for _, about in settings_of(service.config) for name in about.choices if _is_engine(about.env)}
        if choices:
            yield service.name, choices - {"auto"}


def _is_engine(variable: str) -> bool:
    return variable.endswith(("_ENGINE", "_VAD"))


@pytest.mark.parametrize(("service", "names"), list(engines()))
def test_the_table_names_every_engine(service: str, names: set[str]) -> None:
    shown = readme.row(service)
    assert set(re.findall(r"`([a-z_]+)`", shown)) >= names


def test_the_table_names_every_speech_engine() -> None:
    assert set(re.findall(r"`([a-z_]+)`", readme.row("tts"))) == set(natter_tts.engines.ENGINES)
