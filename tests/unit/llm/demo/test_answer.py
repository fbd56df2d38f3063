"""Whole conversations with the demo, on the knowledge file that is shipped."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence

import pytest

from natter_llm import history
from natter_llm.demo.answer import Answer, Responder
from natter_llm.demo.knowledge import SHIPPED, load, parse
from natter_llm.engine import ChatMessage, Request, Role, ToolCall, ToolSpec

TODAY = datetime.date(2026, 3, 4)
DEMO = Responder(load(SHIPPED))

UNKNOWN = "I can tell you about Natter"

SINGLE = [
    # what Natter is, as people ask and as recognisers hear it
    ("What is Natter?", "voice agent platform"),
    ("What is nater?", "voice agent platform"),
    ("what is matter", "voice agent platform"),
    ("tell me about knatter", "voice agent platform"),
    ("What does Natter do?", "voice agent platform"),
    ("How does it work?", "voice agent platform"),
    ("Why is it called Natter?", "British word"),
    ("Who made you?", "free software"),
    # the parts
    ("How many services does it have?", "five services"),
    ("which services are there", "five services"),
    ("What is the architecture?", "five services"),
    ("What does the gateway do?", "owns the connection"),
    ("What's the turn service for?", "whose turn it is"),
    ("How do you understand me?", "speech to text service"),
    ("which speech recognition do you use", "Moonshine"),
    ("What is text to speech?", "turns each answer into a voice"),
    ("what voice is this", "turns each answer into a voice"),
    ("how can I change the voice", "turns each answer into a voice"),
    ("What does the language model service do?", "keeps the conversation"),
    ("which models do you use", "Silero finds speech"),
    # the bus
    ("What is NATS?", "message bus"),
    ("What are gnats?", "message bus"),
    ("what is nets used for", "message bus"),
    ("how do the services talk to each other", "message bus"),
    ("what is jet stream", "message bus"),
    # turns and interruptions
    ("How do you know when I'm finished?", "simply wait for silence"),
    ("how does turn taking work", "simply wait for silence"),
    ("how does it detect the end of my turn", "simply wait for silence"),
    ("Can I interrupt you?", "interrupt at any time"),
    ("what is barge in", "interrupt at any time"),
    ("what is bargain", "interrupt at any time"),
    ("how does natter handle interruptions", "interrupt at any time"),
    ("What is speculative generation?", "starts thinking and speaking before it is sure"),
    ("how fast are you", "less than one second"),
    ("what is the latency", "less than one second"),
    # using it
    ("How do I swap a model?", "two variables"),
    ("how can I replace the modell", "two variables"),
    ("how do I use chat GPT", "NATTER LLM MODEL"),
    ("how do I connect my own LLM", "NATTER LLM MODEL"),
    ("can it run offline", "completely offline"),
    ("How much does it cost?", "costs nothing"),
    ("is it free", "costs nothing"),
    ("tell me about the prize", "costs nothing"),
    ("is it open source", "open source"),
    ("what license does it have", "open source"),
    ("How do I install it?", "make run"),
    ("how do I get started", "make run"),
    ("do you support docker", "docker compose up"),
    ("Do I need a GPU?", "graphics card"),
    ("how much memory does it need", "Two processor cores"),
    ("does it run on windows", "Windows"),
    ("how do I write a client", "one WebSocket"),
    ("can I call it with my phone", "Telephone audio"),
    ("which sample rate do you need", "kilohertz"),
    ("Which languages do you speak?", "understands and speaks English"),
    ("can you speak German", "understands and speaks English"),
    ("how do tools work", "JSON schema"),
    ("can you call functions", "JSON schema"),
    # running it
    ("What happens when my connection drops?", "waits thirty seconds"),
    ("can I resume a call", "waits thirty seconds"),
    ("what happens if I lose the internet connection", "waits thirty seconds"),
    ("what if a service crashes", "claimed by one worker"),
    ("how many people can call at the same time", "more copies"),
    ("how does it scale", "more copies"),
    ("How do I see traces?", "Jaeger"),
    ("what is yeager", "Jaeger"),
    ("is it secure", "key that you choose"),
    ("do you record me", "stays on the machines"),
    ("what is natter doctor", "natter doctor"),
    ("what is a system prompt", "system prompt and a greeting"),
    ("what is voice activity detection", "Silero"),
    # small talk
    ("Hello!", "Hello! What would you like to know about Natter?"),
    ("How are you?", "I am fine"),
    ("Thank you.", "You are welcome."),
    ("Bye!", "Goodbye."),
    ("Are you a robot?", "not a language model"),
    ("are you chat gpt", "not a language model"),
    ("Who are you?", "not a language model"),
    ("What can you do?", "You can ask me about Natter"),
    ("Can you hear me?", "Yes, I can hear you."),
    ("Hi there, how much does it cost?", "Hello! Natter costs nothing."),
    # names and numbers
    ("My name is Ada.", "Nice to meet you, Ada."),
    ("my name is ada and what is natter", "Nice to meet you, Ada. Natter is a voice agent platform"),
    ("My order number is four five one seven.", "I heard order number 4 5 1 7."),
    ("it is 4, 5, 1, 7", "I heard 4 5 1 7."),
    ("one zero zero zero one nine oh two one oh zero one eight zero three", "I heard 1 0 0 0, 1 9 0 2, 1 0 0 1,"),
    ("My favourite colour is blue.", "your favourite colour is blue"),
    # what it does not know
    ("What is the capital of France?", UNKNOWN),
    ("who won the world cup", UNKNOWN),
    ("how do I cook pasta with natter", UNKNOWN),
    ("what's the weather in Berlin", UNKNOWN),
    ("tell me a joke", UNKNOWN),
    ("what time is it", UNKNOWN),
    ("The child almost hurt the small dog.", UNKNOWN),
    ("A gold ring will please most any girl", UNKNOWN),
    ("ask not what your country can do for you", UNKNOWN),
]  # fmt: skip


def say(messages: Sequence[ChatMessage], tools: tuple[ToolSpec, ...] = (), demo: Responder = DEMO) -> Answer:
    return demo.answer(Request(tuple(messages), tools), TODAY)


@pytest.mark.parametrize(("utterance", "expected"), SINGLE, ids=[utterance for utterance, _ in SINGLE])
def test_utterances(utterance: str, expected: str) -> None:
    assert expected in say([ChatMessage(Role.USER, utterance)]).text


def test_answers_are_short_enough_to_be_spoken() -> None:
    for utterance, _ in SINGLE:
        assert len(say([ChatMessage(Role.USER, utterance)]).text.split()) <= 60, utterance


def converse(*utterances: str, prompt: str = "", tools: tuple[ToolSpec, ...] = ()) -> list[str]:
    """Return what the demo says to one utterance after the other; tools answer with their arguments."""
    told = [ChatMessage(Role.SYSTEM, prompt)] if prompt else []
    answers = []
    for utterance in utterances:
        told.append(ChatMessage(Role.USER, utterance))
        answer = say(told, tools)
        if answer.call is not None:
            told.append(ChatMessage(Role.ASSISTANT, answer.text, (answer.call,)))
            told.append(ChatMessage(Role.TOOL, answer.call.arguments, call=answer.call.id))
            answer = Answer(f"[{answer.call.name} {answer.call.arguments}] {say(told, tools).text}")
        told.append(ChatMessage(Role.ASSISTANT, answer.text))
        answers.append(answer.text)
    return answers


def test_it_remembers_the_conversation() -> None:
    answers = converse(
        "My name is Ada.",
        "What is NATS?",
        "My order number is four five one seven",
        "What is my name?",
        "What did I ask first?",
        "what is my order number",
        "what's my shoe size",
        "goodbye",
    )
    assert answers[3:6] == ["Your name is Ada.", "You first asked: What is NATS?", "Your order number is 4 5 1 7."]
    assert answers[6] == "You have not told me your shoe size yet."
    assert answers[7] == "Goodbye, Ada."


def test_tell_me_more_goes_on_with_the_topic() -> None:
    answers = converse("What is NATS?", "thanks", "tell me more", "and then", "yes please", "go on")
    assert answers[2] == "Without a NATS server, Natter runs in one process with a bus in memory."
    assert answers[3] == "That is all I know about NATS. Shall I tell you about turn detection?"
    assert answers[4].startswith("Natter does not simply wait for silence.")
    assert answers[5].startswith("If it was too early")


def test_repeat_that() -> None:
    first, again = converse("What is NATS?", "Sorry, what did you say?")
    assert first == again
    assert converse("Repeat that")[0] == "I have not said anything yet."


def test_the_same_conversation_gets_the_same_answer() -> None:
    asked = ("hello", "What is Natter?", "what else", "who won the world cup")
    assert converse(*asked) == converse(*asked)


def test_instructions_of_the_system_prompt() -> None:
    prompt = (
        "You are Ada, the voice of a hotel. Answer in one sentence. Breakfast is served from seven to ten. "
        'End every answer with "Have a nice day."'
    )
    answers = converse("What's your name?", "When is breakfast?", "What is NATS?", prompt=prompt)
    assert answers == [
        "My name is Ada. Have a nice day.",
        "Breakfast is served from seven to ten. Have a nice day.",
        "NATS is the message bus that connects the five services. Have a nice day.",
    ]


def test_what_the_service_adds_to_the_prompt_is_no_fact() -> None:
    prompt = f"Be kind.\n\n{history.SPOKEN_STYLE}\n\n{history.CUT_NOTE}"
    assert UNKNOWN in converse("what is read out aloud", prompt=prompt)[0]


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
            "guests": {"type": "integer", "minimum": 1},
            "date": {"type": "string", "format": "date"},
            "time": {"type": "string"},
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
TOOLS = (WEATHER, TABLE, ORDER)


def test_a_tool_is_called_when_all_it_needs_was_said() -> None:
    answer = say([ChatMessage(Role.USER, "What is the weather in New York?")], TOOLS)
    assert answer.text == "Let me check."
    assert answer.call is not None
    assert (answer.call.name, json.loads(answer.call.arguments)) == ("get_weather", {"city": "New York"})


def test_what_is_missing_is_asked_for() -> None:
    answers = converse(
        "I'd like to book a table", "for four", "next Friday", "half past seven in the evening", tools=TOOLS
    )
    assert answers[:3] == ["How many guests?", "For which day?", "At what time?"]
    assert answers[3].startswith('[book_table {"guests": 4, "date": "2026-03-13", "time": "19:30"}]')
    assert answers[3].endswith("The guests is 4, the date is 2026-03-13 and the time is 19:30.")


def test_what_does_not_fit_is_asked_for_again_and_let_go_in_the_end() -> None:
    answers = converse("where is my order", "four five", "four five one seven", tools=TOOLS)
    assert answers[:2] == ["What is the order number?", "Sorry, I did not get that. What is the order number?"]
    assert answers[2].startswith('[order_status {"order_number": "4517"}]')
    hopeless = converse("where is my order", "hm", "well", "you see", "so", tools=TOOLS)
    assert "leave that for now" in hopeless[3]


def test_the_caller_may_change_the_subject_or_their_mind() -> None:
    answers = converse("book a table", "What is NATS?", "weather please", "never mind", tools=TOOLS)
    assert "message bus" in answers[1]
    assert answers[2:] == ["Which city?", "All right, I will leave it."]
    switched = converse("how is the weather", "where is my order 4517", tools=TOOLS)
    assert switched[1].startswith("[order_status")


def test_questions_about_natter_are_answered_in_spite_of_tools() -> None:
    assert "JSON schema" in converse("how do tools work", tools=TOOLS)[0]
    assert "five services" in converse("which services are there", tools=TOOLS)[0]


CALL = ToolCall("c1", "get_weather", '{"city": "Rome"}')
CALLED = (ChatMessage(Role.USER, "Weather in Rome?"), ChatMessage(Role.ASSISTANT, "Let me check.", (CALL,)))


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ('{"temp_c": 21, "condition": "sunny"}', "The temperature is 21 degrees Celsius and the condition is sunny."),
        ("It is sunny", "It is sunny."),
        ("Error: get_weather gave no answer in time.", "That did not work: Get weather gave no answer in time."),
        (history.PENDING, "That is still running."),
    ],
)
def test_results_become_sentences(result: str, said: str) -> None:
    assert say([*CALLED, ChatMessage(Role.TOOL, result, call="c1")], TOOLS).text == said


def test_instructions_for_a_result_are_followed_after_it() -> None:
    told = [
        *CALLED,
        ChatMessage(Role.TOOL, "Sunny", call="c1"),
        ChatMessage(Role.SYSTEM, "Ask if the caller needs more."),
    ]
    assert say(told, TOOLS).text == "Sunny. May I ask if you needs more?"


def test_arguments_that_were_refused_are_asked_for_again() -> None:
    refused = "get_weather was not called: city: 'rome' does not match. Correct it, or ask the user for it again."
    told = [*CALLED, ChatMessage(Role.TOOL, refused, call="c1")]
    assert say(told, TOOLS).text == "That does not fit. Which city?"


def test_results_that_come_late_are_told() -> None:
    arrived = f"{history.ARRIVED}\nget_weather: sunny"
    told = [ChatMessage(Role.USER, "hello?"), ChatMessage(Role.ASSISTANT, "Yes?"), ChatMessage(Role.SYSTEM, arrived)]
    assert say(told).text == "Sunny."


def test_one_off_instructions() -> None:
    talk = [ChatMessage(Role.USER, "hi"), ChatMessage(Role.ASSISTANT, "Hello!")]
    assert (
        say([*talk, ChatMessage(Role.SYSTEM, "Tell the caller we are still looking.")]).text == "We are still looking."
    )
    assert say([*talk, ChatMessage(Role.SYSTEM, history.IDLE)]).text == "Are you still there?"
    assert say(talk).text == say([]).text == "What would you like to know about Natter?"


def test_another_file_is_another_subject() -> None:
    demo = Responder(parse("# The Bakery\nWe bake.\n## Opening hours\nWe open at eight.", "x"))
    assert say([ChatMessage(Role.USER, "when do you open")], demo=demo).text == "We open at eight."
    assert "The Bakery" in say([ChatMessage(Role.USER, "What is NATS?")], demo=demo).text


def test_an_answer_that_was_cut_is_taken_up_where_it_was_cut() -> None:
    talk = [
        ChatMessage(Role.USER, "What is NATS?"),
        ChatMessage(Role.ASSISTANT, "NATS is the message bus that…"),
        ChatMessage(Role.USER, "go on"),
    ]
    assert say(talk).text.startswith("NATS is the message bus that connects the five services.")
