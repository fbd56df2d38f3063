"""Whether commands that are shown exist: targets, arguments, services, files, settings and what they are set to."""

from __future__ import annotations

import contextlib
import io
import itertools
import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from natter_cli.config import CliConfig
from natter_cli.inprocess import SERVICES
from natter_cli.main import parser
from natter_runtime.config import RuntimeConfig, load, settings_of

ROOT: Final = Path(__file__).resolve().parents[2]
TARGETS: Final = re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
COMPOSE: Final = {path.name: path.read_text(encoding="utf-8") for path in ROOT.glob("docker-compose*.yml")}
COMPOSED: Final = {name for text in COMPOSE.values() for name in yaml.safe_load(text)["services"]}
"""The services of compose, with those of its overlays."""
PASSED: Final = set(re.findall(r"(?:\$\{|^ +)([A-Z][A-Z0-9_]+)(?=[:}-])", "\n".join(COMPOSE.values()), re.MULTILINE))
"""Variables that compose reads, or hands to a service."""
CONFIGS: Final[tuple[type[Any], ...]] = (CliConfig, RuntimeConfig, *(service.config for service in SERVICES))
DECLARED: Final = {about.env for config in CONFIGS for _, about in settings_of(config)}
PROGRAMS: Final = {f"natter-{service.name}": service.name for service in SERVICES}
"""What the packages of the services install."""
VERBS: Final = ("build", "down", "logs", "ps", "run", "stop", "up")
_ASSIGNMENT: Final = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_PLACEHOLDER: Final = re.compile(r"\.\.\.|…|[<>$]")


def check(words: list[str]) -> None:
    """Fail unless somebody knows this command, and what is set before it."""
    given: set[str] = set()
    while words and (words[0] == "export" or _ASSIGNMENT.fullmatch(words[0])):
        if found := _ASSIGNMENT.fullmatch(words[0]):
            assert_setting(found[1], found[2])
            given.add(found[1])
        words = words[1:]
    if not words:
        return
    match Path(words[0]).name, words[1:]:
        case "make", [target, *rest]:
            assert target in TARGETS
            for word in rest:
                assert word.partition("=")[0] in ("RUN_ARGS", "PYTEST_ARGS")
        case "natter", arguments:
            assert_understood(arguments)
        case "docker", ["compose", *arguments]:
            assert_composed(arguments)
            assert_passed_on(given)
        case "python", [script, *_] if script.endswith(".py"):
            assert (ROOT / script).is_file()
        case name, [] if name in PROGRAMS:
            pass
        case name, _:
            pytest.fail(f"nobody checks {name}")


def assert_setting(name: str, value: str) -> None:
    """Fail unless ``name``, if it is one of Natter's variables, is a setting and may be ``value``."""
    if not name.startswith("NATTER_"):
        return
    assert name in DECLARED | PASSED, f"{name} is no setting"
    if _PLACEHOLDER.search(value):
        return
    for config in CONFIGS:
        load(config, {name: value})


def assert_understood(arguments: list[str]) -> None:
    """Fail unless ``natter`` takes these arguments; a WAV file that is named is one of the repository."""
    try:
        given = parser().parse_args(arguments)
    except SystemExit:
        pytest.fail(f"natter does not understand {arguments}")
    wav = getattr(given, "wav", None)
    assert wav is None or str(wav) == "FILE" or (ROOT / wav).is_file()


def assert_known(command: str) -> None:
    """Fail unless ``natter`` has this command, whatever it is to be given."""
    with pytest.raises(SystemExit) as left, contextlib.redirect_stdout(io.StringIO()):
        parser().parse_args([command, "--help"])
    assert left.value.code == 0, f"natter has no {command}"


def assert_composed(arguments: list[str]) -> None:
    """Fail unless the files and services of a ``docker compose`` command exist."""
    files = [second for first, second in itertools.pairwise(arguments) if first == "-f"]
    assert set(files) <= set(COMPOSE)
    at = next(index for index, word in enumerate(arguments) if word in VERBS)
    words = [word for word in arguments[at + 1 :] if not word.startswith("-")]
    if arguments[at] == "run":
        assert words[0] in COMPOSED
        if words[0] == "cli":
            assert_understood(words[1:])
        return
    assert {word.partition("=")[0] for word in words} <= COMPOSED


def assert_passed_on(given: set[str]) -> None:
    """Fail unless compose reads what is set, or hands it to a service."""
    assert given - PASSED == set()
