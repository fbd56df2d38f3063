"""Where the conversation stands in the file."""

from __future__ import annotations

from natter_llm.demo.knowledge import Section
from natter_llm.demo.thread import Thread

THREAD = Thread(
    [
        Section("Bread", (), ("Bread is good.", "It is baked daily.", "We use rye.", "And wheat."), "bread"),
        Section("Cake", (), ("Cake is sweet.",), "cake"),
    ]
)


def test_more_goes_on_where_it_stopped() -> None:
    spoken = ["Bread is good."]
    assert THREAD.more(spoken) == "It is baked daily. We use rye."
    assert THREAD.more([*spoken, "It is baked daily. We use rye."]) == "And wheat."


def test_at_the_end_the_next_topic_is_offered_and_told() -> None:
    offer = THREAD.more(["And wheat."])
    assert offer == "That is all I know about bread. Shall I tell you about cake?"
    assert THREAD.offered([offer])
    assert THREAD.more([offer]) == "Cake is sweet."
    assert THREAD.more(["Cake is sweet."]) == "That is all I know about cake."


def test_what_was_cut_short_is_said_again_whole() -> None:
    assert THREAD.more(["Bread is good. It is baked…"]) == "It is baked daily. We use rye."
    assert THREAD.again(["Bread is good. It is baked…"]) == "Bread is good. It is baked daily."


def test_without_a_topic_there_is_nothing_more() -> None:
    assert THREAD.more([]) == THREAD.more(["Hello!"]) == THREAD.again([]) == ""
    assert not THREAD.offered(["Hello!"])
    assert THREAD.again(["Hello!"]) == "Hello!"


def test_a_topic_stays_for_a_while() -> None:
    assert THREAD.more(["Bread is good.", "You are welcome."]).startswith("It is baked")
    assert THREAD.more(["Bread is good.", *["You are welcome."] * 6]) == ""
