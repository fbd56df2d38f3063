"""What is said in every call."""

from __future__ import annotations

import pytest

from natter_llm.demo.smalltalk import Talk, after_greeting, kind


@pytest.mark.parametrize(
    ("utterance", "talk"),
    [
        ("Hello!", Talk.HELLO),
        ("good morning", Talk.HELLO),
        ("Hey, hi there", Talk.HELLO),
        ("How are you doing today?", Talk.HOW_ARE_YOU),
        ("Thank you very much.", Talk.THANKS),
        ("okay thanks", Talk.THANKS),
        ("Goodbye.", Talk.BYE),
        ("thanks, bye bye", Talk.BYE),
        ("that's all", Talk.BYE),
        ("Could you repeat that, please?", Talk.REPEAT),
        ("Sorry, what did you say?", Talk.REPEAT),
        ("Pardon?", Talk.REPEAT),
        ("I didn't catch that", Talk.REPEAT),
        ("say that again", Talk.REPEAT),
        ("Who are you?", Talk.WHO_ARE_YOU),
        ("What's your name?", Talk.YOUR_NAME),
        ("Are you a robot?", Talk.ARE_YOU_A_MODEL),
        ("am I talking to a real person", Talk.ARE_YOU_A_MODEL),
        ("are you chat gpt", Talk.ARE_YOU_A_MODEL),
        ("Are you a language model or a human being?", Talk.ARE_YOU_A_MODEL),
        ("which model are you using", Talk.ARE_YOU_A_MODEL),
        ("What can you do?", Talk.TOPICS),
        ("what can I ask you about", Talk.TOPICS),
        ("help me please", Talk.TOPICS),
        ("what else", Talk.TOPICS),
        ("Tell me more.", Talk.MORE),
        ("go on", Talk.MORE),
        ("can you tell me a bit more about that", Talk.MORE),
        ("Yes, please.", Talk.YES),
        ("sure, go ahead", Talk.YES),
        ("No, thank you.", Talk.NO),
        ("never mind", Talk.NO),
        ("Wait a moment", Talk.STOP),
        ("be quiet", Talk.STOP),
        ("Can you hear me?", Talk.CAN_YOU_HEAR),
        ("testing one two three", Talk.CAN_YOU_HEAR),
        ("I'm so sorry", Talk.SORRY),
        ("That's very interesting.", Talk.PRAISE),
        ("well done", Talk.PRAISE),
        ("I see.", Talk.FINE),
        ("mm-hmm", Talk.FINE),
        ("What is my name?", Talk.MY_NAME),
        ("do you remember my name", Talk.MY_NAME),
        ("What did I ask first?", Talk.FIRST_ASKED),
        ("what was my first question", Talk.FIRST_ASKED),
        ("What did I just say?", Talk.LAST_ASKED),
        ("what have I asked so far", Talk.ALL_ASKED),
    ],
)
def test_kinds(utterance: str, talk: Talk) -> None:
    assert kind(utterance) is talk


@pytest.mark.parametrize(
    "utterance",
    [
        "What is Natter?",
        "Hello, what is NATS?",
        "thanks for nothing and what does it cost",
        "repeat the order number four five",
        "stop the music in the kitchen",
        "My name is Ada",
        "",
    ],
)
def test_whatever_says_more_is_no_small_talk(utterance: str) -> None:
    assert kind(utterance) is None


def test_what_follows_a_greeting() -> None:
    assert after_greeting("Hi there, what is NATS?") == "what is NATS?"
    assert after_greeting("Hello Natter!") == ""
    assert after_greeting("highly unlikely") == ""
