"""Choosing a tool and collecting its arguments."""

from __future__ import annotations

import datetime

import pytest

from natter_llm.demo.tools import Asked, asked, call, choose, collect, is_free_text, is_yes_or_no, preface, question
from natter_llm.engine import ChatMessage, Role, ToolCall, ToolSpec

TODAY = datetime.date(2026, 3, 4)
WEATHER = ToolSpec(
    "get_weather",
    "Get the current weather for a city",
    {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)
TABLE = ToolSpec(
    "book_table",
    "Book a table in the restaurant",
    {
        "type": "object",
        "properties": {
            "guests": {"type": "integer"},
            "date": {"type": "string", "format": "date"},
            "time": {"type": "string"},
            "area": {"type": "string", "enum": ["inside", "outside"]},
            "note": {"type": "string"},
        },
        "required": ["guests", "date", "time"],
    },
)
ORDER = ToolSpec(
    "order_status",
    "Look up the status of an order by its number",
    {
        "type": "object",
        "properties": {"order_number": {"type": "string", "pattern": r"\d{4}"}},
        "required": ["order_number"],
    },
)
CLOCK = ToolSpec("get_time", "Tell the time", {"type": "object", "properties": {}})
TOOLS = (WEATHER, TABLE, ORDER, CLOCK)


@pytest.mark.parametrize(
    ("utterance", "tool"),
    [
        ("What's the weather in Berlin?", "get_weather"),
        ("What is the whether like in Rome", "get_weather"),
        ("I'd like to reserve a table for two", "book_table"),
        ("where is my order 4517", "order_status"),
        ("what is the status of my order", "order_status"),
        ("what time is it", "get_time"),
        ("What is Natter?", None),
        ("I ordered a coffee in order to wake up", None),
        ("tell me a story", None),
        ("", None),
    ],
)
def test_choose(utterance: str, tool: str | None) -> None:
    fit = choose(TOOLS, utterance, TODAY)
    assert (fit.tool.name if fit else None) == tool


def test_arguments_are_collected_from_all_that_was_said() -> None:
    said = (("a table for four outside", ""), ("tomorrow", "date"), ("seven thirty", "time"))
    collected = collect(TABLE, said, TODAY)
    assert collected.arguments == {"guests": 4, "date": "2026-03-05", "time": "07:30", "area": "outside"}
    assert collected.missing == ()


def test_what_is_required_and_was_not_said_is_missing_in_its_order() -> None:
    collected = collect(TABLE, (("I want a table", ""),), TODAY)
    assert (collected.arguments, collected.missing) == ({}, ("guests", "date", "time"))


def test_an_answer_to_one_question_is_not_taken_for_another() -> None:
    said = (("book a table", ""), ("four", "guests"), ("tomorrow", "date"))
    assert collect(TABLE, said, TODAY).missing == ("time",)


def test_call_and_preface() -> None:
    assert call(WEATHER, {"city": "Köln"}, 3) == ToolCall("demo_3", "get_weather", '{"city": "Köln"}')
    assert [preface(tool) for tool in (WEATHER, TABLE, ORDER)] == ["Let me check.", "One moment.", "Let me check."]


@pytest.mark.parametrize(
    ("name", "schema", "words"),
    [
        ("city", {"type": "string"}, "Which city?"),
        ("guests", {"type": "integer"}, "How many guests?"),
        ("party_size", {"type": "integer"}, "How many?"),
        ("day", {"type": "string"}, "For which day?"),
        ("start", {"type": "string", "format": "time"}, "At what time?"),
        ("room", {"enum": ["kitchen", "living_room", "bath"]}, "Which room: kitchen, living room or bath?"),
        ("vegan", {"type": "boolean"}, "Shall it be with vegan, yes or no?"),
        ("name", {"type": "string"}, "Under which name?"),
        ("orderNumber", {"type": "string"}, "What is the order number?"),
    ],
)
def test_questions(name: str, schema: dict[str, object], words: str) -> None:
    assert question(ToolSpec("t", "", {"type": "object", "properties": {name: schema}}), name) == words


def dialog(*texts: str) -> list[ChatMessage]:
    roles = (Role.USER, Role.ASSISTANT)
    return [ChatMessage(roles[number % 2], text) for number, text in enumerate(texts)]


def test_what_was_asked_is_found_again_in_the_conversation() -> None:
    told = dialog("hello", "Hello!", "book a table", "How many guests?", "four", "For which day?", "tomorrow")
    assert asked(TOOLS, told, TODAY) == Asked(
        TABLE, "date", (("book a table", ""), ("four", "guests"), ("tomorrow", "date")), 1
    )


def test_asking_again_is_counted() -> None:
    again = "Sorry, I did not get that. How many guests?"
    found = asked(TOOLS, dialog("book a table", "How many guests?", "what", again, "huh"), TODAY)
    assert found is not None
    assert (found.argument, found.times) == ("guests", 2)


def test_the_same_question_of_two_tools_belongs_to_the_one_that_was_meant() -> None:
    trip = ToolSpec("book_trip", "Book a trip", WEATHER.parameters)
    found = asked((WEATHER, trip), dialog("I want to book a trip", "Which city?", "Rome"), TODAY)
    assert found is not None
    assert found.tool is trip


@pytest.mark.parametrize(
    "told",
    [
        dialog("hello"),
        dialog("hello", "Which colour?", "red"),
        dialog("book a table", "How many gue…", "four"),
        [],
    ],
)
def test_where_nothing_was_asked_nothing_is_found(told: list[ChatMessage]) -> None:
    assert asked(TOOLS, told, TODAY) is None


def test_kinds_of_answers() -> None:
    def of(schema: dict[str, object], name: str = "x") -> Asked:
        return Asked(ToolSpec("t", "", {"properties": {name: schema}}), name, (), 1)

    assert is_free_text(of({"type": "string"}))
    assert not is_free_text(of({"type": "string", "enum": ["a"]}))
    assert not is_free_text(of({"type": "string"}, "date"))
    assert is_yes_or_no(of({"type": "boolean"}))
    assert not is_yes_or_no(of({"type": "string"}))
