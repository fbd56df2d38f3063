"""Both sides of a call, where whole sessions do not reach: what another gateway has left."""

from __future__ import annotations

import pytest

from natter_gateway.commands import AppendAudio, CreateReply, ReturnTool
from natter_gateway.events import Event, UserFinal
from natter_gateway.failures import ClientError
from natter_gateway.idle import Idle
from natter_gateway.start import Start
from natter_gateway.talk import UNSURE, Talk, Voice, bytes_per_second
from natter_gateway.written import Written
from natter_protocol.audio import AudioFrame
from natter_protocol.base import Message
from natter_protocol.reply import ReplyUnwanted, ReplyWanted
from natter_protocol.session import CloseReason, SessionProgress
from natter_protocol.settings import AudioFormat, Encoding, SessionSettings
from natter_protocol.tool import ToolCalled, ToolReturned
from natter_protocol.turn import Cause, TurnGranted
from natter_runtime.state import CallState, ReplyState, SessionState, TurnState, TurnStatus
from natter_runtime.voids import Voids

EXTENDED = ("session.resumed_from",)


class Stage:
    """A talk, and what came out of it."""

    def __init__(self, left: SessionState | None = None, settings: SessionSettings | None = None) -> None:
        self.told: list[Event] = []
        self.said: list[Message] = []
        self.frames: list[AudioFrame] = []
        self.ends: list[CloseReason] = []
        self.dropped: list[str] = []
        settings = settings or (left.settings if left else SessionSettings())
        start = Start("sess_1", "voice_agent", "me", settings, 0.0, 600.0, after=1, left=left)
        voice = Voice(
            self.told.append,
            self.said.append,
            self.frames.append,
            self.ends.append,
            lambda what, _: self.dropped.append(what),
        )
        self.talk = Talk(start, voice, Idle(0.0, 5.0, 10.0))
        self.talk.agent = Written(settings, Voids(), self.told.append, self.said.append)
        self.talk.restore(start, 10.0)


def left(*, connected: bool, extensions: tuple[str, ...] = (), **more: object) -> SessionState:
    settings = SessionSettings(extensions=extensions)
    state = SessionState(version=3, settings=settings, input_sample=32_000, input_received=16_000, connected=connected)
    for name, value in more.items():
        object.__setattr__(state, name, value)
    return state


@pytest.mark.parametrize(
    ("connected", "extensions", "skipped"),
    [(False, (), 0), (False, EXTENDED, 0), (True, EXTENDED, 0), (True, (), UNSURE)],
)
def test_the_axis_goes_on_where_it_surely_was_and_beyond_it_for_who_will_not_send_again(
    connected: bool, extensions: tuple[str, ...], skipped: int
) -> None:
    stage = Stage(left(connected=connected, extensions=extensions))
    assert stage.talk.inbound.position == 32_000 + skipped
    assert stage.talk.inbound.received == 16_000
    assert stage.talk.version == 3


def test_a_turn_that_nobody_was_told_of_is_told() -> None:
    turn = TurnState(2, status=TurnStatus.COMMITTED, text="Rye?", epoch=4)
    replies = {4: ReplyState(4, cause=Cause.USER)}
    stage = Stage(left(connected=False, turns={2: turn}, last_turn=2, replies=replies))
    assert stage.told == [UserFinal(2, "Rye?")]
    assert stage.talk.side.newest == 4


def test_the_result_of_a_call_of_before_is_taken_once() -> None:
    calls = {"c1": CallState("c1", "look", {}, epoch=1, turn=1)}
    stage = Stage(left(connected=False, calls=calls))
    for result in ("first", "second"):
        stage.talk.command(ReturnTool("c1", result, is_error=False), 11.0)
    assert [message.result for message in stage.said if isinstance(message, ToolReturned)] == ["first"]


def test_a_client_answers_no_call_that_a_service_executes() -> None:
    calls = {"c1": CallState("c1", "shop_stock", {}, epoch=1, turn=1, hosted=True)}
    stage = Stage(left(connected=False, calls=calls))
    stage.talk.hear(ToolCalled(epoch=2, turn=1, call="c2", name="shop_stock", arguments={}, hosted=True), 11.0)
    for call in ("c1", "c2"):
        stage.talk.command(ReturnTool(call, "mine", is_error=False), 11.0)
    assert [message for message in stage.said if isinstance(message, ToolReturned)] == []


def test_a_silence_ends_the_session_but_not_while_nobody_is_there() -> None:
    stage = Stage()
    stage.talk.pause(11.0)
    stage.talk.tick(60.0)
    assert stage.ends == []
    stage.talk.go_on(60.0)
    stage.talk.command(CreateReply(""), 61.0)
    stage.talk.tick(65.0)
    assert stage.ends == []
    stage.talk.tick(66.0)
    assert stage.ends == [CloseReason.IDLE]
    assert any(isinstance(message, ReplyWanted) for message in stage.said)


def test_progress_is_written_down_once_a_second_and_at_each_loss() -> None:
    stage = Stage()

    def progress() -> list[tuple[int, bool]]:
        return [(item.sample, item.connected) for item in stage.said if isinstance(item, SessionProgress)]

    for step in range(1, 101):
        stage.talk.command(AppendAudio(bytes(960)), 20.0 + step * 0.02)
        stage.talk.tick(20.0 + step * 0.02)
    assert 2 <= len(progress()) <= 3
    stage.talk.pause(22.1)
    assert progress()[-1] == (stage.talk.inbound.position, False)
    stage.talk.go_on(25.0)
    assert progress()[-1] == (stage.talk.inbound.position, True)
    count = len(progress())
    stage.talk.tick(26.5)
    assert len(progress()) == count  # nothing has come


def test_the_seconds_in_a_clients_audio() -> None:
    assert bytes_per_second(AudioFormat()) == 48_000
    assert bytes_per_second(AudioFormat(Encoding.MULAW, 8000)) == 8_000
    stage = Stage()
    with pytest.raises(ClientError, match="faster than real time"):
        stage.talk.command(AppendAudio(bytes(48_000 * 21)), 20.0)
    stage.talk.command(AppendAudio(bytes(48_000 * 21)), 20.5)  # told once a second
    assert stage.frames == []
    assert stage.dropped == ["audio.too_fast"] * 2


GREETED = TurnGranted(epoch=1, cause=Cause.GREETING, request="r")


@pytest.mark.parametrize("granted_first", [True, False])
def test_a_reply_that_is_asked_for_takes_the_place_of_the_greeting_whichever_comes_first(granted_first: bool) -> None:
    stage = Stage()
    stage.talk.want(Cause.GREETING, "Hello!")
    if granted_first:
        stage.talk.hear(GREETED, 10.0)
        stage.talk.command(CreateReply(""), 10.0)
    else:
        stage.talk.command(CreateReply(""), 10.0)
        assert not any(isinstance(message, ReplyUnwanted) for message in stage.said)
        stage.talk.hear(GREETED, 10.0)
    assert [message.epoch for message in stage.said if isinstance(message, ReplyUnwanted)] == [1]
    assert [message.cause for message in stage.said if isinstance(message, ReplyWanted)] == [
        Cause.GREETING,
        Cause.REPLY_CREATE,
    ]


def test_a_greeting_that_nobody_replaces_is_spoken() -> None:
    stage = Stage()
    stage.talk.command(CreateReply(""), 10.0)
    stage.talk.want(Cause.GREETING, "Hello!")
    stage.talk.hear(GREETED, 10.0)
    assert not any(isinstance(message, ReplyUnwanted) for message in stage.said)
