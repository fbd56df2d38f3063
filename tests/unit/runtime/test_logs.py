"""One line per event."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest

from natter_runtime import logs


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Returns what was written to standard error; the root logger is as before afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in logs._NOISY}
    yield lambda: capsys.readouterr().err
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def test_a_line_says_when_how_who_and_what(said: Callable[[], str]) -> None:
    logs.configure("stt", "info")
    logging.getLogger("anything").info("ready engine=%s", "demo")
    (line,) = said().splitlines()
    stamp, rest = line.split(" ", 1)
    assert len(stamp) == len("12:34:56.789")
    assert rest == "info stt ready engine=demo"


def test_a_line_within_a_session_carries_its_id(said: Callable[[], str]) -> None:
    logs.configure("stt", "info")
    token = logs.session_id.set("sess_7")
    try:
        logging.getLogger("x").warning("late")
    finally:
        logs.session_id.reset(token)
    assert "warning stt session=sess_7 late" in said()


def test_a_line_of_one_service_among_several_carries_its_name(said: Callable[[], str]) -> None:
    logs.configure("natter", "info")
    token = logs.service_name.set("tts")
    try:
        logging.getLogger("x").warning("late")
    finally:
        logs.service_name.reset(token)
    assert "warning tts late" in said()


def test_an_exception_comes_with_its_trace(said: Callable[[], str]) -> None:
    logs.configure("stt", "info")
    try:
        raise ValueError("broken")
    except ValueError:
        logging.getLogger("x").exception("it failed")
    text = said()
    assert "error stt it failed\nTraceback" in text
    assert "ValueError: broken" in text


def test_the_level_counts_and_libraries_are_quieter(said: Callable[[], str]) -> None:
    logs.configure("stt", "warning")
    logging.getLogger("x").info("unheard")
    logs.configure("stt", "debug")
    logging.getLogger("x").debug("heard")
    logging.getLogger("httpx").info("GET / 200")
    assert [line.split(" ", 1)[1] for line in said().splitlines()] == ["debug stt heard"]


def test_configuring_again_does_not_double_the_lines(said: Callable[[], str]) -> None:
    logs.configure("stt", "info")
    logs.configure("stt", "info")
    logging.getLogger("x").info("once")
    assert len(said().splitlines()) == 1
