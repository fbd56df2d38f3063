"""One line per event."""

from __future__ import annotations

import datetime
import json
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


def test_a_line_carries_its_turn_and_its_trace(said: Callable[[], str]) -> None:
    logs.configure("stt", "info")
    turn, trace = logs.turn_number.set(3), logs.trace_id.set("ab" * 16)
    try:
        logging.getLogger("x").warning("late")
    finally:
        logs.turn_number.reset(turn)
        logs.trace_id.reset(trace)
    assert f"warning stt turn=3 trace={'ab' * 16} late" in said()


def test_a_line_for_machines_is_one_json_object(said: Callable[[], str]) -> None:
    logs.configure("stt", "info", logs.JSON)
    session = logs.session_id.set("sess_7")
    try:
        raise ValueError("bro\nken")
    except ValueError:
        logging.getLogger("x").exception('it "failed"')
    finally:
        logs.session_id.reset(session)
    (text,) = said().splitlines()
    line = json.loads(text)
    exception = line.pop("exception")
    assert "ValueError: bro\nken" in exception
    assert datetime.datetime.fromisoformat(line.pop("time")).tzinfo is datetime.UTC
    assert line == {
        "level": "error",
        "service": "stt",
        "session": "sess_7",
        "logger": "x",
        "message": 'it "failed"',
    }


def test_what_is_said_is_logged_only_where_it_is_allowed(said: Callable[[], str]) -> None:
    logs.configure("stt", "info")
    assert (logs.shows_text(), logs.said("my name is Ada")) == (False, "<14 characters>")
    logs.configure("stt", "info", texts=True)
    assert (logs.shows_text(), logs.said("my name is Ada")) == (True, "'my name is Ada'")
    logs.configure("stt", "info")


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
