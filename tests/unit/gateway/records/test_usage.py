"""What a call used."""

from __future__ import annotations

from natter_gateway.records.usage import Tokens, Usage, usage_of
from natter_protocol.reply import Outcome, ReplyFinished, ReplyHeard
from natter_protocol.session import CloseReason, SessionClosed
from natter_protocol.tool import ToolCalled
from natter_protocol.tts import TtsSegment
from tests.support.runtime_calls import Call


def test_everything_is_counted_once() -> None:
    call = Call()
    call.say("llm", ReplyFinished(epoch=1, text="Hi", model="small", input_tokens=100, output_tokens=5))
    call.say("llm", ReplyFinished(epoch=2, text="Yes", model="small", input_tokens=120, output_tokens=7))
    call.say("llm", ReplyFinished(epoch=3, text="No", model="large", input_tokens=1, output_tokens=2))
    call.say("llm", ReplyFinished(epoch=4, text="Hello!"))
    call.say("tts", TtsSegment(epoch=1, segment=0, text="12345", first_sample=0, words=()))
    call.say("tts", TtsSegment(epoch=1, segment=0, text="12345", first_sample=0, words=(), exact=True))
    call.say("tts", TtsSegment(epoch=1, segment=1, text="67", first_sample=0, words=()))
    call.say("gateway", ReplyHeard(epoch=1, text="Hi", ms=1500, outcome=Outcome.COMPLETED))
    call.say("gateway", ReplyHeard(epoch=2, text="", ms=250, outcome=Outcome.INTERRUPTED))
    call.say("llm", ToolCalled(epoch=2, call="call_1", name="a", arguments={}))
    call.say("llm", ToolCalled(epoch=2, call="call_2", name="a", arguments={}))
    call.say("gateway", SessionClosed(reason=CloseReason.CLIENT, duration_s=60.12345, input_s=42.5))
    expected = Usage(60.123, 42.5, 1.75, (Tokens("large", 1, 2), Tokens("small", 220, 12)), 7, 2)
    assert usage_of(call.facts) == expected
    assert usage_of([*reversed(call.facts), *call.facts]) == expected


def test_of_nothing_nothing_is_used() -> None:
    assert usage_of([]) == Usage()
