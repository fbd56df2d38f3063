"""The inbox: in the order of urgency, bounded by lane."""

from __future__ import annotations

import asyncio

import pytest

from natter_protocol.audio import AudioFrame, AudioReplay
from natter_protocol.llm import LlmDelta
from natter_protocol.playback import PlaybackResend
from natter_protocol.session import SessionTake
from natter_protocol.stt import SttPartial
from natter_protocol.turn import Scope, TurnCancel, TurnHold, TurnResume, TurnStarted
from natter_runtime.inbox import MAX_AUDIO, MAX_COMMANDS, MAX_FACTS, MAX_LIVE, Inbox, InboxClosed, Item
from natter_runtime.logs import turn_number
from natter_runtime.queues import Overflow, QueueFull
from natter_runtime.tasks import spawn


def frame(number: int) -> AudioFrame:
    return AudioFrame(bytes(640), 320 * number, seq=number)


def fact(number: int) -> TurnStarted:
    return TurnStarted(turn=number, start_sample=0)


def partial(text: str, epoch: int = 0) -> SttPartial:
    return SttPartial(text=text, end_sample=0, epoch=epoch)


def cancel(epoch: int, scope: Scope = Scope.THROUGH, reason: str = "") -> TurnCancel:
    return TurnCancel(by="turn", epoch=epoch, scope=scope, reason=reason)


class Dropped:
    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def __call__(self, name: str, count: int) -> None:
        self.counts[name] = self.counts.get(name, 0) + count


def taken(inbox: Inbox) -> list[Item]:
    return [inbox.get_nowait() for _ in range(len(inbox))]


def test_commands_then_facts_then_what_is_replaceable_then_audio() -> None:
    inbox = Inbox()
    items: list[Item] = [frame(1), partial("a"), fact(1), fact(2), cancel(1)]
    for item in items:
        inbox.put(item)
    assert taken(inbox) == [cancel(1), fact(1), fact(2), partial("a"), frame(1)]
    with pytest.raises(IndexError):
        inbox.get_nowait()


def test_a_newer_command_of_one_kind_takes_the_slot() -> None:
    inbox = Inbox()
    for item in (cancel(1, reason="first"), TurnHold(hold=1, ttl_ms=500), cancel(1, reason="second")):
        inbox.put(item)
    assert taken(inbox) == [TurnHold(hold=1, ttl_ms=500), cancel(1, reason="second")]


def test_a_hold_and_its_resume_stay_in_order() -> None:
    inbox = Inbox()
    for item in (TurnHold(hold=1, ttl_ms=5), TurnResume(hold=1), TurnHold(hold=2, ttl_ms=5)):
        inbox.put(item)
    assert taken(inbox) == [TurnResume(hold=1), TurnHold(hold=2, ttl_ms=5)]


def test_commands_about_different_things_do_not_replace_each_other() -> None:
    inbox = Inbox()
    items = [
        cancel(1),
        cancel(2),
        cancel(2, Scope.ONLY),
        SessionTake(service="stt", instance="stt-1", number=1),
        SessionTake(service="tts", instance="tts-1", number=2),
        AudioReplay(by="stt", first_sample=320),
        AudioReplay(by="turn", first_sample=320),
        PlaybackResend(by="gateway", epoch=1, first_sample=0, end_sample=320),
        PlaybackResend(by="gateway", epoch=1, first_sample=640, end_sample=960),
    ]
    for item in items:
        inbox.put(item)
    assert taken(inbox) == items


def test_of_what_is_replaceable_the_newest_of_a_type_and_reply_counts() -> None:
    dropped = Dropped()
    inbox = Inbox(on_drop=dropped)
    items = [partial("a"), LlmDelta(epoch=1, text="x"), partial("b"), LlmDelta(epoch=2, text="y")]
    for item in items:
        inbox.put(item)
    assert taken(inbox) == [LlmDelta(epoch=1, text="x"), partial("b"), LlmDelta(epoch=2, text="y")]
    assert dropped.counts == {"inbox.live": 1}


def test_a_full_lane_of_facts_fails() -> None:
    inbox = Inbox()
    for number in range(MAX_FACTS):
        inbox.put(fact(number))
    with pytest.raises(QueueFull, match="evt"):
        inbox.put(fact(0))
    assert taken(inbox)[0] == fact(0)


def test_a_full_lane_of_commands_fails() -> None:
    inbox = Inbox()
    for number in range(MAX_COMMANDS):
        inbox.put(cancel(number + 1))
    inbox.put(cancel(1))
    with pytest.raises(QueueFull, match="ctl"):
        inbox.put(cancel(MAX_COMMANDS + 1))


def test_a_full_lane_of_what_is_replaceable_drops_the_oldest() -> None:
    dropped = Dropped()
    inbox = Inbox(on_drop=dropped)
    for epoch in range(MAX_LIVE + 2):
        inbox.put(partial("x", epoch))
    assert [item.epoch for item in taken(inbox)] == list(range(2, MAX_LIVE + 2))
    assert dropped.counts == {"inbox.live": 2}


def test_input_audio_drops_the_oldest() -> None:
    dropped = Dropped()
    inbox = Inbox(Overflow.DROP_OLDEST, dropped)
    for number in range(MAX_AUDIO + 3):
        inbox.put(frame(number))
    assert inbox.get_nowait() == frame(3)
    assert dropped.counts == {"inbox.aud": 3}


def test_output_audio_may_not_be_dropped() -> None:
    inbox = Inbox(Overflow.FAIL)
    for number in range(MAX_AUDIO):
        inbox.put(frame(number))
    with pytest.raises(QueueFull, match="aud"):
        inbox.put(frame(0))


async def test_who_waits_gets_the_next_item() -> None:
    inbox = Inbox()
    async with asyncio.TaskGroup() as group:
        waiting = spawn(group, inbox.get(), "get")
        await asyncio.sleep(0)
        inbox.put(fact(1))
        assert await waiting == fact(1)


async def test_a_closed_inbox_gives_what_it_has_and_ends() -> None:
    inbox = Inbox()
    inbox.put(fact(1))
    inbox.close()
    inbox.put(fact(2))
    assert [item async for item in inbox] == [fact(1)]
    with pytest.raises(InboxClosed):
        await inbox.get()


async def test_closing_wakes_who_waits() -> None:
    inbox = Inbox()
    async with asyncio.timeout(1.0), asyncio.TaskGroup() as group:

        async def read() -> list[Item]:
            return [item async for item in inbox]

        reading = spawn(group, read(), "read")
        await asyncio.sleep(0)
        inbox.close()
        assert await reading == []


async def test_what_comes_while_one_item_is_handled_is_put_in_its_place() -> None:
    inbox = Inbox()
    inbox.put(frame(1))
    inbox.put(frame(2))
    seen: list[Item] = []
    async for item in inbox:
        seen.append(item)
        if item == frame(1):
            inbox.put(cancel(1))
            inbox.close()
    assert seen == [frame(1), cancel(1), frame(2)]


async def test_what_is_logged_after_a_message_is_about_its_turn() -> None:
    inbox = Inbox()
    token = turn_number.set(0)
    try:
        for item in (fact(3), partial("a"), frame(1)):
            inbox.put(item)
        await inbox.get()
        assert turn_number.get() == 3
        await inbox.get()
        await inbox.get()
        assert turn_number.get() == 3, "what is about no turn changes nothing"
    finally:
        turn_number.reset(token)
