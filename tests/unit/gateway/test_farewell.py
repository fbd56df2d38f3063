"""The agent hangs up, once its goodbye was heard."""

from __future__ import annotations

from natter_gateway.agents.builtins import BUILTINS
from natter_gateway.farewell import GOES_ON, PATIENCE_S, SAY_IT, Farewell
from natter_protocol.reply import Outcome, ReplyHeard
from natter_protocol.settings import SessionSettings, Tool
from natter_protocol.tool import ToolCalled

SETTINGS = SessionSettings(tools=(BUILTINS["end_call"].tool, Tool("stock")))


def call(epoch: int = 3, name: str = "end_call", id: str = "call_1") -> ToolCalled:
    return ToolCalled(epoch=epoch, turn=2, call=id, name=name, arguments={})


def over(epoch: int = 3, text: str = "Goodbye!", outcome: Outcome = Outcome.COMPLETED) -> ReplyHeard:
    return ReplyHeard(epoch=epoch, text=text, ms=len(text), outcome=outcome)


def wanting(epoch: int = 3) -> Farewell:
    farewell = Farewell(SETTINGS)
    farewell.called(call(epoch), 100.0)
    return farewell


def test_a_goodbye_that_was_heard_ends_the_call() -> None:
    farewell = wanting()
    assert not farewell.over
    assert farewell.heard(over()) == []
    assert farewell.over


def test_a_reply_that_failed_after_some_words_was_the_goodbye() -> None:
    farewell = wanting()
    farewell.heard(over(outcome=Outcome.FAILED))
    assert farewell.over


def test_without_a_word_the_model_is_told_to_say_one_and_that_is_the_goodbye() -> None:
    farewell = wanting()
    (answer,) = farewell.heard(over(text=""))
    assert (answer.call, answer.result, answer.epoch, answer.turn) == ("call_1", SAY_IT, 3, 2)
    assert not farewell.over
    assert farewell.heard(over(epoch=4)) == []
    assert farewell.over


def test_who_speaks_over_the_goodbye_keeps_the_call() -> None:
    for outcome in (Outcome.INTERRUPTED, Outcome.UNHEARD):
        farewell = wanting()
        (answer,) = farewell.heard(over(text="Good", outcome=outcome))
        assert answer.result == GOES_ON
        assert farewell.heard(over(epoch=4, text="What else?")) == []
        farewell.tick(100.0 + 10 * PATIENCE_S)
        assert not farewell.over


def test_who_speaks_over_the_second_try_does_too() -> None:
    farewell = wanting()
    farewell.heard(over(text=""))
    assert farewell.heard(over(epoch=4, outcome=Outcome.INTERRUPTED)) == []
    farewell.heard(over(epoch=5))
    assert not farewell.over


def test_a_model_that_calls_again_with_its_goodbye_is_not_asked_for_another() -> None:
    farewell = wanting()
    farewell.heard(over(text=""))
    farewell.called(call(epoch=4, id="call_2"), 101.0)
    assert farewell.heard(over(epoch=4)) == []
    assert farewell.over


def test_every_call_is_answered_when_the_call_goes_on() -> None:
    farewell = wanting()
    farewell.called(call(id="call_2"), 101.0)
    answers = farewell.heard(over(outcome=Outcome.INTERRUPTED))
    assert [answer.call for answer in answers] == ["call_1", "call_2"]


def test_what_was_said_before_is_no_goodbye() -> None:
    farewell = wanting()
    assert farewell.heard(over(epoch=2, text="Your order is on its way.")) == []
    assert not farewell.over


def test_a_goodbye_that_does_not_come_is_not_waited_for() -> None:
    farewell = wanting()
    farewell.tick(100.0 + PATIENCE_S - 0.1)
    assert not farewell.over
    farewell.tick(100.0 + PATIENCE_S)
    assert farewell.over


def test_nobody_hangs_up_unasked() -> None:
    farewell = Farewell(SETTINGS)
    assert farewell.heard(over()) == []
    farewell.tick(1e9)
    assert not farewell.over


def test_only_built_in_tools_concern_it() -> None:
    farewell = Farewell(SETTINGS)
    assert farewell.concerns(call())
    assert not farewell.concerns(call(name="stock"))
    assert not farewell.concerns(over())
    assert not Farewell(SessionSettings(tools=(Tool("end_call"),))).concerns(call())  # the client's own


def test_a_goodbye_that_was_over_before_the_call_was_known_counts() -> None:
    farewell = Farewell(SETTINGS)
    farewell.heard(over())
    assert farewell.called(call(), 100.0) == []
    assert farewell.over
    farewell = Farewell(SETTINGS)
    farewell.heard(over(text="", outcome=Outcome.UNHEARD))
    (answer,) = farewell.called(call(), 100.0)
    assert answer.result == GOES_ON
    assert not farewell.over
