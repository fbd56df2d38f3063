"""What was once on the wire is understood for good: golden fixtures of every message and of audio.

A message type without a fixture fails here; ``python -m tests.conformance.fixtures.samples`` makes it.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from natter_protocol import codec
from natter_protocol.audio import HEADER_BYTES, AudioFrame, decode_frame, encode_frame
from natter_protocol.base import Lane, Message
from natter_protocol.codec import FAMILIES, MESSAGES, Unknown
from tests.conformance.fixtures import samples

FRAMES = {
    "audio.in.hex": AudioFrame(pcm=bytes(8), first_sample=320, seq=2, claim=17, filled=True),
    "audio.out.hex": AudioFrame(
        pcm=bytes.fromhex("0100ff7f0080ffff"),
        first_sample=2**40 + 5,
        seq=70_000,
        claim=4_000_000_000,
        epoch=9,
        end=True,
    ),
    "audio.end.hex": AudioFrame(pcm=b"", first_sample=48_000, seq=3, claim=17, epoch=2, end=True),
}


def named(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("path", samples.fixtures(), ids=named)
def test_a_fixture_decodes_and_encodes_to_itself(path: Path) -> None:
    compact = msgspec.json.format(path.read_bytes(), indent=-1).strip()
    message = codec.decode(compact)
    assert isinstance(message, Message)
    assert path.name.startswith(f"{message.type_name()}.")
    assert codec.encode(message) == compact


@pytest.mark.parametrize("path", samples.fixtures(), ids=named)
def test_fields_of_a_later_version_are_ignored(path: Path) -> None:
    """At the top, and within what it holds."""
    fields = msgspec.json.decode(path.read_bytes())
    later = {"from_the_future": {"deep": [1, 2]}}
    newer = {name: value | later if _is_struct(name, value) else value for name, value in fields.items()} | later
    assert codec.decode(msgspec.json.encode(newer)) == codec.decode(path.read_bytes())


def _is_struct(name: str, value: object) -> bool:
    return isinstance(value, dict) and name not in ("arguments", "details")


def test_every_message_and_every_field_has_a_fixture() -> None:
    assert [message.type_name() for message in samples.missing()] == []


def test_no_fixture_was_changed_or_removed() -> None:
    kept = {path.name: samples.digest(path) for path in samples.FOLDER.iterdir() if path != samples.INDEX}
    assert kept == samples.index()


def test_a_type_of_a_later_version_is_not_an_error() -> None:
    assert codec.decode(b'{"type":"turn.reconsidered","session":"s","why":{}}') == Unknown("turn.reconsidered")


@pytest.mark.parametrize("name", FRAMES)
def test_an_audio_fixture_decodes_and_encodes_to_itself(name: str) -> None:
    data = bytes.fromhex((samples.FOLDER / name).read_text())
    assert decode_frame(data) == FRAMES[name]
    assert encode_frame(FRAMES[name]) == data


def test_every_audio_fixture_is_tested() -> None:
    assert {path.name for path in samples.FOLDER.glob("*.hex")} == set(FRAMES)
    assert HEADER_BYTES == 24


@pytest.mark.parametrize("tag", MESSAGES)
def test_a_type_is_named_after_its_module_and_class(tag: str) -> None:
    """``turn.committed`` is TurnCommitted in turn.py; ``errors.raised`` is ErrorRaised: one of them."""
    message = MESSAGES[tag]
    family = message.__module__.rpartition(".")[2]
    words = re.findall("[A-Z][a-z0-9]*", message.__name__)
    assert words[0].lower() in (family, family.removesuffix("s"))
    assert tag == f"{family}.{'_'.join(words[1:]).lower()}"


def test_every_message_is_in_the_union_under_its_own_tag() -> None:
    defined = [
        value
        for module in FAMILIES
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Message) and value.__module__ == module.__name__
    ]
    bases = {base for message in defined for base in message.__mro__[1:]}
    assert {message for message in defined if message not in bases} == set(MESSAGES.values())


@pytest.mark.parametrize("tag", MESSAGES)
def test_every_message_has_a_lane(tag: str) -> None:
    assert MESSAGES[tag].lane in set(Lane) - {Lane.AUD}
    assert MESSAGES[tag].__struct_config__.frozen
    assert MESSAGES[tag].__doc__
