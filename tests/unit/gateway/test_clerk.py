"""What the ledgers of a session are made of, and where they go."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from natter_gateway.clerk import Clerk, first_audible
from natter_gateway.events import Event, TurnMeasured
from natter_gateway.inbound import Inbound
from natter_protocol.audio import AudioFrame
from natter_protocol.base import Message
from natter_protocol.reply import Outcome, ReplyFinished, ReplyHeard, ReplyMeasured
from natter_protocol.settings import AudioFormat
from natter_protocol.tool import ToolOutcome, ToolReturned
from natter_protocol.turn import TurnCommitted, TurnEmpty
from natter_runtime.metrics import Metrics

RATE = 24_000
LOUD = np.full(480, 9000, "<i2").tobytes()
QUIET = np.full(480, 30, "<i2").tobytes()


def heard(outcome: Outcome) -> ReplyHeard:
    return ReplyHeard(epoch=1, text="", ms=0, outcome=outcome)


class Desk:
    """A clerk whose user has spoken for a second, in real time, and then been quiet for half a second."""

    def __init__(self) -> None:
        self.said: list[Message] = []
        self.told: list[Event] = []
        self.metrics = Metrics("gateway")
        self.inbound = Inbound(AudioFormat(rate=16_000), lambda frame: None)
        rng = np.random.default_rng(1)
        for number in range(1, 76):
            level = 3000 if number <= 50 else 3
            piece = (rng.standard_normal(320) * level).astype("<i2").tobytes()
            self.inbound.feed(piece, 100.0 + number / 50)
        self.clerk = Clerk(self.inbound, RATE, self.said.append, self.told.append, self.metrics)

    def commit(self) -> None:
        """The detector held on for 40 ms."""
        message = TurnCommitted(turn=1, epoch=1, text="", start_sample=0, end_sample=16_640, silence_ms=320)
        begun_ahead = msgspec.structs.replace(message, speculations=1, ahead_ms=150.0)
        self.clerk.hear(begun_ahead, 101.4)

    def finish(self) -> None:
        self.clerk.hear(ReplyFinished(epoch=1, text="", first_token_ms=50.0), 101.6)

    @property
    def measured(self) -> ReplyMeasured:
        (fact,) = self.said
        assert isinstance(fact, ReplyMeasured)
        return fact


def test_from_the_users_last_sound_to_the_first_that_can_be_heard() -> None:
    desk = Desk()
    desk.commit()
    desk.clerk.hear(AudioFrame(QUIET, 0, epoch=1), 101.5)
    desk.clerk.sending(1, QUIET, 101.52)
    desk.clerk.sending(1, bytes(200) + LOUD, 101.52)  # in the same breath: it plays behind the quiet frame
    assert desk.said == []
    desk.finish()
    audible = 101.52 + 0.02 + 100 / RATE
    assert desk.measured.total_ms == pytest.approx((audible - 101.0) * 1000, abs=10.0)
    assert desk.measured.steps[0].ms == pytest.approx(40.0, abs=10.0)


def test_it_is_told_once_whatever_follows() -> None:
    desk = Desk()
    desk.commit()
    desk.finish()
    for _ in range(3):
        desk.clerk.sending(1, LOUD, 101.52)
    desk.clerk.said(heard(Outcome.COMPLETED))
    assert desk.measured.total_ms == pytest.approx(520.0, abs=10.0)


def test_the_client_is_told_of_it() -> None:
    desk = Desk()
    desk.commit()
    desk.finish()
    desk.clerk.sending(1, LOUD, 101.52)
    (event,) = desk.told
    assert isinstance(event, TurnMeasured)
    fact = desk.measured
    assert (event.turn, event.epoch, event.total_ms, event.steps) == (1, 1, fact.total_ms, fact.steps)
    assert (event.unaccounted_ms, event.speculations, event.ahead_ms) == (fact.unaccounted_ms, 1, 150.0)


def test_a_reply_that_nobody_could_hear_has_no_ledger() -> None:
    desk = Desk()
    desk.commit()
    desk.finish()
    desk.clerk.sending(1, QUIET, 101.52)
    desk.clerk.said(heard(Outcome.COMPLETED))
    assert desk.said == []


def test_it_goes_into_the_metrics() -> None:
    desk = Desk()
    desk.commit()
    desk.finish()
    desk.clerk.sending(1, LOUD, 101.52)
    shown = desk.metrics.render().decode()
    assert 'natter_turn_seconds_count{service="gateway"} 1.0' in shown
    assert 'natter_turn_step_seconds_count{owner="turn",service="gateway",step="decision"} 1.0' in shown


def test_the_first_audible_sample() -> None:
    assert first_audible(QUIET) is None
    assert first_audible(b"") is None
    assert first_audible(bytes(20) + LOUD) == 10


def test_how_things_ended_is_counted() -> None:
    desk = Desk()
    desk.commit()
    desk.clerk.hear(TurnEmpty(turn=2, reason="no_words", end_sample=0), 101.0)
    desk.clerk.hear(ToolReturned(call="c1", result="", outcome=ToolOutcome.TIMED_OUT), 101.0)
    desk.clerk.said(ToolReturned(call="c2", result="", outcome=ToolOutcome.RETURNED))
    desk.clerk.said(heard(Outcome.INTERRUPTED))
    shown = desk.metrics.render().decode()
    for what, result in (("turn", "committed"), ("turn", "empty"), ("tool", "timed_out"), ("tool", "returned")):
        assert f'natter_outcomes_total{{result="{result}",service="gateway",what="{what}"}} 1.0' in shown
    assert 'natter_outcomes_total{result="interrupted",service="gateway",what="reply"} 1.0' in shown
