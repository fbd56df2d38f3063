"""Another process in the place of one that serves calls; with real processes: test_up."""

from __future__ import annotations

import asyncio

import pytest

from natter_cli import changeover
from natter_cli.changeover import Trial, candidate, proved
from natter_cli.supervisor import Part
from natter_protocol import subjects
from natter_protocol.svc import SvcBeat
from natter_runtime.bus_memory import MemoryBroker
from natter_runtime.clock import SystemClock
from natter_runtime.errors import EngineError
from natter_runtime.presence import Card, Presence
from natter_runtime.tasks import spawn, stop

NAME = "stt-1a2b"


class Ear:
    """What a trial says, and what it gives up."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.problems: list[str] = []
        self.trial = Trial(lambda name, line: self.lines.append((name, line)), self.problems.append)


async def test_who_ends_before_it_has_proved_itself_has_failed_with_its_last_words() -> None:
    ear = Ear()
    ear.trial.say("stt", "no model here")
    ear.trial.say("natter", "stt is gone (exit code 3); starting it again in 1 s")
    assert ear.trial.failed.result() == "no model here"
    assert ear.lines == [("stt", "no model here")], "that it starts again is no news: it will not"
    ear.trial.gave_up("stt fails again and again")
    assert ear.problems == []


async def test_without_last_words_the_news_about_it_count() -> None:
    ear = Ear()
    ear.trial.gave_up("stt cannot be started")
    assert ear.trial.failed.result() == "stt cannot be started"


async def test_who_is_kept_is_as_any_other() -> None:
    ear = Ear()
    ear.trial.keep()
    ear.trial.say("natter", "stt is gone (signal 9); starting it again in 1 s")
    ear.trial.gave_up("stt fails again and again")
    assert ear.lines == [("natter", "stt is gone (signal 9); starting it again in 1 s")]
    assert ear.problems == ["stt fails again and again"]
    assert not ear.trial.failed.done()


def test_a_candidate_is_the_same_with_other_settings_and_a_name_of_its_own() -> None:
    part = Part("stt", ("natter-stt",), {"NATTER_STT_MODEL": "old", "PATH": "/bin"})
    (one, name), (_, other) = (candidate(part, {"NATTER_STT_MODEL": "new"}) for _ in range(2))
    assert one.env == {"NATTER_STT_MODEL": "new", "PATH": "/bin", "NATTER_NAME": name}
    assert name.startswith("stt-")
    assert name != other
    assert part.env["NATTER_STT_MODEL"] == "old"


async def test_it_is_proved_once_it_beats_and_says_what_it_works_with() -> None:
    broker, ear = MemoryBroker(), Ear()
    card = Card("stt", f"{NAME}-99", 1, "moonshine", "small")
    presence = Presence(broker.bus(), card, SystemClock(), lambda: 0)
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        await presence.listen()
        tasks = [spawn(group, presence.answer(), "answer"), spawn(group, presence.beat(), "beat")]
        pong = await proved(broker.bus(), "stt", NAME, ear.trial)
        for task in tasks:
            await stop(task)
    assert (pong.instance, pong.model) == (f"{NAME}-99", "small")


async def test_the_beats_of_others_and_noise_prove_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changeover, "READY_S", 0.2)
    broker, ear = MemoryBroker(), Ear()
    waiting = asyncio.create_task(proved(broker.bus(), "stt", NAME, ear.trial))
    await asyncio.sleep(0.05)
    bus = broker.bus()
    await bus.publish(subjects.svc("stt", "beat", "stt-1"), b"noise")
    await bus.publish(subjects.svc("stt", "beat", "stt-1"), changeover.codec.encode(SvcBeat(instance="stt-1")))
    with pytest.raises(EngineError, match="not ready after 0 s"):
        await waiting


async def test_who_has_ended_is_not_waited_for() -> None:
    ear = Ear()
    ear.trial.say("stt", "no model here")
    ear.trial.gave_up("gone")
    async with asyncio.timeout(5):
        with pytest.raises(EngineError, match="no model here"):
            await proved(MemoryBroker().bus(), "stt", NAME, ear.trial)
