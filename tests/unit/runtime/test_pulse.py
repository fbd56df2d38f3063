"""Who is alive."""

from __future__ import annotations

import pytest

from natter_protocol import codec, subjects
from natter_protocol.svc import SvcBeat, SvcPong
from natter_runtime.bus import Delivery
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.clock import ManualClock
from natter_runtime.pulse import BEAT_S, FORGET_S, LATE_S, SUSPECT_S, Pulse, Watch
from natter_runtime.tasks import contain
from tests.support.runtime_ear import settle


def test_who_beats_is_not_suspect() -> None:
    watch = Watch()
    for now in range(10):
        watch.heard("stt-1", float(now))
        assert watch.look(now + 0.5) == []


def test_who_falls_silent_is_suspect() -> None:
    watch = Watch()
    watch.heard("stt-1", 0.0)
    watch.heard("tts-1", 0.0)
    for now in (1.0, 2.0):
        watch.heard("tts-1", now)
        assert watch.look(now) == []
    watch.heard("tts-1", 2.6)
    assert watch.look(SUSPECT_S + 0.1) == ["stt-1"]
    assert watch.silent_for("stt-1", SUSPECT_S + 0.1) == pytest.approx(2.6)
    assert watch.silent_for("tts-1", 3.0) == pytest.approx(0.4)


def test_who_says_that_it_is_gone_is_suspect_at_once() -> None:
    watch = Watch()
    watch.heard("stt-1", 0.0, draining=True)
    assert watch.look(0.5) == []
    watch.heard("stt-1", 1.0, draining=True, gone=True)
    assert watch.look(1.5) == ["stt-1"]


def test_who_is_long_gone_is_forgotten() -> None:
    watch = Watch()
    watch.heard("stt-1", 0.0)
    for now in range(int(FORGET_S) + 2):
        watch.look(float(now))
    assert watch.silent_for("stt-1", FORGET_S + 2) == 0.0


def test_the_living_are_those_that_were_heard_lately_and_stay() -> None:
    watch = Watch()
    watch.heard("gateway-1", 0.0)
    watch.heard("gateway-2", 9.0)
    watch.heard("gateway-3", 9.0, draining=True)
    watch.heard("stt-1", 9.0)
    assert watch.living("gateway", 10.0) == ["gateway-2"]


def test_who_was_never_heard_is_only_missed_if_expected() -> None:
    watch = Watch()
    assert watch.silent_for("stt-1", 100.0) == 0.0
    watch.expect("stt-1", 1.0)
    watch.expect("stt-1", 2.0)  # does not start the count again
    assert watch.silent_for("stt-1", 3.0) == 2.0


def test_a_watcher_that_was_away_itself_starts_its_counts_again() -> None:
    watch = Watch()
    watch.heard("stt-1", 0.0)
    assert watch.look(1.0) == []
    late = 1.0 + BEAT_S + LATE_S + 0.1
    assert watch.look(late) == []
    assert watch.silent_for("stt-1", late) == 0.0
    for seconds in (1.0, 2.0):
        assert watch.look(late + seconds) == []
    assert watch.look(late + 3.0) == ["stt-1"]


def test_a_watcher_that_is_a_little_late_keeps_its_counts() -> None:
    watch = Watch()
    watch.heard("stt-1", 0.0)
    watch.look(0.5)
    assert watch.look(0.5 + BEAT_S + LATE_S) == ["stt-1"]


def test_who_is_forgotten_is_not_missed() -> None:
    watch = Watch()
    watch.heard("stt-1", 0.0, draining=True)
    watch.forget("stt-1")
    watch.forget("stt-1")
    assert watch.look(100.0) == []
    assert not watch.draining("stt-1")


def test_who_is_leaving_says_so_in_a_beat() -> None:
    watch = Watch()
    watch.heard("stt-1", 0.0)
    assert not watch.draining("stt-1")
    watch.heard("stt-1", 1.0, draining=True)
    assert watch.draining("stt-1")


async def test_beats_are_heard_from_all_services() -> None:
    broker, clock = MemoryBroker(), ManualClock()
    bus, other = broker.bus(), broker.bus()
    pulse = Pulse(bus, clock)
    await pulse.listen()
    for service in ("stt", "tts"):
        beat = SvcBeat(instance=f"{service}-1", draining=service == "tts")
        await other.publish(subjects.svc(service, "beat", f"{service}-1"), codec.encode(beat))
    await other.publish(subjects.svc("llm", "beat", "llm-1"), b"noise")
    await settle(bus)
    clock.advance(2.0)
    assert [pulse.watch.silent_for(f"{service}-1", clock.monotonic()) for service in ("stt", "tts", "llm")] == [2, 2, 0]
    assert pulse.watch.draining("tts-1")
    await pulse.close()
    await other.publish(subjects.svc("llm", "beat", "llm-1"), codec.encode(SvcBeat(instance="llm-1")))
    await settle(bus)
    clock.advance(1.0)
    assert pulse.watch.silent_for("llm-1", clock.monotonic()) == 0.0


async def test_an_answer_to_a_direct_question_counts_as_a_beat() -> None:
    broker, clock = MemoryBroker(), ManualClock()
    bus, worker = broker.bus(), broker.bus()
    pulse = Pulse(bus, clock)
    pulse.watch.heard("stt-1", clock.monotonic(), draining=True)
    clock.advance(3.0)
    assert not await pulse.answers("stt", "stt-1")
    assert pulse.watch.silent_for("stt-1", clock.monotonic()) == 3.0

    def pong(request: Delivery) -> None:
        answer = worker.respond(request, codec.encode(SvcPong(instance="stt-1")))
        with pytest.raises(StopIteration):  # the memory bus answers without waiting
            answer.send(None)

    await worker.subscribe(subjects.svc("stt", "ping", "stt-1"), pong)
    assert await pulse.answers("stt", "stt-1")
    assert pulse.watch.silent_for("stt-1", clock.monotonic()) == 0.0
    assert pulse.watch.draining("stt-1")


async def test_closing_before_listening_does_no_harm() -> None:
    await contain(Pulse(MemoryBroker().bus(), ManualClock()).close(), "close")


def test_alive_is_who_was_heard_lately() -> None:
    watch = Watch()
    watch.heard("stt-1", 10.0)
    assert watch.alive("stt-1", 12.0)
    assert not watch.alive("stt-1", 13.0)
    assert not watch.alive("stt-2", 12.0)
    watch.heard("stt-2", 13.0)
    assert watch.all_alive(13.0) == {"stt-2"}
