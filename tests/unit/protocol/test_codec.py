"""The codec: any bytes are a message, an unknown one, or a ProtocolError; nothing else."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from natter_protocol import codec
from natter_protocol.base import Message
from natter_protocol.codec import MESSAGES, Unknown
from natter_protocol.errors import ProtocolError
from natter_protocol.stt import SttPartial
from natter_protocol.tool import ToolCalled
from natter_protocol.turn import TurnHold
from tests.conformance.fixtures import samples

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=6,
)
KNOWN = [codec.encode(samples.sample(message)) for message in MESSAGES.values()]


def decodes_or_refuses(data: bytes) -> None:
    try:
        message = codec.decode(data)
    except ProtocolError:
        return
    if isinstance(message, Message):
        assert codec.decode(codec.encode(message)) == message
    else:
        assert message.type not in MESSAGES


@given(st.binary(max_size=200))
@example(b"")
@example(b"null")
@example(b"\xff\xfe")
@example(b'{"type": null}')
@example(b'{"type": "turn.hold"')
@example(b'{"type":"turn.hold","hold":1,"ttl_ms":"\xc3\x28"}')
@example(b'{"type":"turn.hold","ttl_ms":1,"hold":' + b"1" * 5000 + b"}")
@example(b'{"type":"turn.hold","ttl_ms":1,"hold":1e400}')
@example(b"[" * 100_000)
@example(b'{"type":"tool.called","call":"c","name":"n","arguments":' + b'{"a":' * 100_000)
def test_arbitrary_bytes(data: bytes) -> None:
    decodes_or_refuses(data)


@given(JSON)
def test_arbitrary_json(value: object) -> None:
    decodes_or_refuses(msgspec.json.encode(value))


@given(st.sampled_from(list(MESSAGES)), st.dictionaries(st.sampled_from(["hold", "text", "claim", "words"]), JSON))
def test_known_types_with_arbitrary_fields(tag: str, fields: dict[str, object]) -> None:
    decodes_or_refuses(msgspec.json.encode({"type": tag} | fields))


@given(st.sampled_from(KNOWN), st.data())
def test_messages_with_damaged_bytes(data: bytes, draw: st.DataObject) -> None:
    damaged = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 3))):
        damaged[draw.draw(st.integers(0, len(damaged) - 1))] = draw.draw(st.integers(0, 255))
    decodes_or_refuses(bytes(damaged))
    decodes_or_refuses(data[: draw.draw(st.integers(0, len(data) - 1))])


@given(st.text())
def test_any_text_travels(text: str) -> None:
    message = SttPartial(session="s", text=text, end_sample=1)
    assert codec.decode(codec.encode(message)) == message


def plain(text: str) -> list[str]:
    """The characters that are neither halves of others, nor stand for any, nor were made of two."""
    return [one for one in text if one < "\ud800" or "\udfff" < one < "\ufffd"]


@given(st.text(st.characters(exclude_categories=[]), max_size=20))
def test_text_with_halves_of_characters_can_be_sent(text: str) -> None:
    sent = codec.decode(codec.encode(SttPartial(session="s", text=text, end_sample=1)))
    assert isinstance(sent, SttPartial)
    assert plain(sent.text) == plain(text)


def test_halves_of_a_character_are_joined_and_a_lone_half_is_replaced() -> None:
    called = ToolCalled(call="\udfff", name="n", arguments={"a\ud800": ["\ud83d\ude00", 1, None, {"b": "x\ud83d"}]})
    sent = codec.decode(codec.encode(called))
    assert sent == ToolCalled(call="\ufffd", name="n", arguments={"a\ufffd": ["😀", 1, None, {"b": "x\ufffd"}]})


def test_an_unknown_type_is_told_from_garbage() -> None:
    assert codec.decode(b'{"type":"later.thing","hold":"not a number"}') == Unknown("later.thing")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"nonsense", "message:"),
        (b'{"session":"s"}', "message:"),
        (b'{"type":"turn.hold","ttl_ms":1}', "turn.hold:.*hold"),
        (b'{"type":"turn.hold","hold":"1","ttl_ms":1}', "turn.hold:.*Expected `int`"),
        (b'{"type":"turn.cancel","scope":"half","reason":""}', "turn.cancel:.*half"),
    ],
)
def test_a_refusal_says_what_is_wrong(data: bytes, says: str) -> None:
    with pytest.raises(ProtocolError, match=says):
        codec.decode(data)


def test_missing_optional_fields_have_their_defaults() -> None:
    assert codec.decode(b'{"type":"turn.hold","hold":1,"ttl_ms":300}') == TurnHold(hold=1, ttl_ms=300)


def test_tags_are_unique() -> None:
    assert len({message.__name__ for message in MESSAGES.values()}) == len(MESSAGES)
