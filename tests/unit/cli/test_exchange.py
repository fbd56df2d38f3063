"""When a call is over: pure, with times as arguments."""

from __future__ import annotations

from natter_cli.events import (
    AgentText,
    Other,
    ReplyDone,
    ReplyStarted,
    SpeechStarted,
    SpeechStopped,
    ToolCall,
    UserText,
)
from natter_cli.exchange import NOISE_S, SETTLE_S, Exchange


def turn(exchange: Exchange, now: float, reply: str = "r") -> None:
    exchange.feed(SpeechStarted(), now)
    exchange.feed(SpeechStopped(), now)
    exchange.feed(UserText(item_id="i", text="Hello."), now)
    exchange.feed(ReplyStarted(reply_id=reply), now)
    exchange.feed(AgentText(reply_id=reply, text="Hi."), now)
    exchange.feed(ReplyDone(reply_id=reply), now)


def test_over_when_it_has_settled() -> None:
    exchange = Exchange()
    assert not exchange.over(100.0)
    turn(exchange, 10.0)
    assert not exchange.over(10.0 + SETTLE_S / 2)
    assert exchange.over(10.0 + SETTLE_S)
    assert exchange.heard == ["Hello."]
    assert exchange.replies["r"].text == "Hi."


def test_a_greeting_is_no_answer() -> None:
    exchange = Exchange()
    exchange.feed(ReplyStarted(reply_id="greeting"), 1.0)
    exchange.feed(ReplyDone(reply_id="greeting"), 2.0)
    assert not exchange.over(100.0)
    assert not exchange.replies["greeting"].asked


def test_an_open_reply_is_waited_for() -> None:
    exchange = Exchange()
    turn(exchange, 1.0)
    exchange.feed(ReplyStarted(reply_id="next"), 2.0)
    assert exchange.open
    assert not exchange.over(100.0)


def test_the_answer_after_a_tool_is_waited_for() -> None:
    exchange = Exchange()
    exchange.feed(UserText(item_id="i", text="Weather?"), 1.0)
    exchange.feed(ReplyStarted(reply_id="preamble"), 1.0)
    exchange.feed(ToolCall(call_id="c", name="weather"), 1.0)
    exchange.feed(ReplyDone(reply_id="preamble"), 1.0)
    assert not exchange.over(100.0)
    exchange.feed(ReplyStarted(reply_id="answer"), 2.0)
    exchange.feed(ReplyDone(reply_id="answer"), 2.0)
    assert exchange.over(2.1 + SETTLE_S)
    assert [call.name for call in exchange.calls] == ["weather"]


def test_speech_that_came_to_nothing_does_not_hold_the_call() -> None:
    exchange = Exchange()
    turn(exchange, 1.0)
    exchange.feed(SpeechStarted(), 2.0)
    assert not exchange.over(2.0 + NOISE_S / 2)
    assert exchange.over(2.0 + NOISE_S)


def test_what_is_not_known_is_nothing() -> None:
    exchange = Exchange()
    turn(exchange, 1.0)
    exchange.feed(Other("turn.metrics", {}), 50.0)
    assert exchange.over(1.0 + SETTLE_S)
