"""Another model for a service under docker compose; docker itself is played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from natter_cli.compose import Compose, Finished, run_command
from natter_runtime.clock import ManualClock
from natter_runtime.errors import EngineError, UsageError

SETTINGS = {"NATTER_STT_ENGINE": "faster_whisper", "NATTER_STT_MODEL": "small.en"}


class QuickClock(ManualClock):
    """Time passes when it is waited for."""

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds)


@dataclass
class Docker:
    """Plays docker: a service with containers, the new ones of which go through ``states``."""

    running: list[str] = field(default_factory=lambda: ["old"])
    states: list[str] = field(default_factory=lambda: ["running starting", "running healthy"])
    words: str = "natter-stt: the model is missing\n"
    models_code: int = 0
    commands: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    news: list[str] = field(default_factory=list)

    def __call__(self, command: Sequence[str], env: Mapping[str, str]) -> Finished:
        line = " ".join(command)
        self.commands.append(line)
        self.env = dict(env)
        if "ps -q" in line:
            return Finished(0, "\n".join(self.running), "")
        if " up " in line:
            wanted = int(line.split("=")[1].split()[0])
            self.running += [f"new{number}" for number in range(wanted - len(self.running))]
        if "run --rm" in line:
            return Finished(self.models_code, "", "" if not self.models_code else "natter: the hub cannot be reached\n")
        if " inspect " in line:
            return Finished(0, self.states.pop(0) if len(self.states) > 1 else self.states[0], "")
        if " logs " in line:
            return Finished(0, "", self.words)
        if command[1] == "rm":
            self.running = [container for container in self.running if container not in command]
        return Finished(0, "", "")

    def compose(self) -> Compose:
        return Compose(("-p", "mine"), self, self.news.append, QuickClock())

    def did(self, what: str) -> list[str]:
        return [command for command in self.commands if what in command]


async def test_the_new_one_is_ready_before_the_old_one_goes() -> None:
    docker = Docker()
    await docker.compose().swap("stt", SETTINGS, 60.0)
    assert docker.running == ["new0"]
    (up,) = docker.did(" up ")
    assert up == "docker compose -p mine up -d --no-deps --no-recreate --scale stt=2 stt"
    order = [
        docker.commands.index(docker.did(what)[-1]) for what in ("run --rm", " up ", " inspect ", " stop ", " rm old")
    ]
    assert order == sorted(order)
    assert docker.did(" stop ") == ["docker stop -t 30 old"]
    assert docker.env["NATTER_STT_MODEL"] == "small.en"
    assert docker.news[-1] == "ready; the old hand their sessions over"


async def test_all_of_several_are_swapped() -> None:
    docker = Docker(running=["a", "b"])
    await docker.compose().swap("llm", {"NATTER_LLM_MODEL": "x"}, 60.0)
    assert docker.running == ["new0", "new1"]
    assert docker.did("run --rm") == [], "llm has no models to fetch"
    assert docker.did(" stop ") == ["docker stop -t 30 a b"]


@pytest.mark.parametrize(
    ("states", "says"),
    [
        (["running starting", "exited unhealthy"], "the new one is exited unhealthy: natter-stt: the model is missing"),
        (["running unhealthy"], "the new one is running unhealthy: natter-stt: the model is missing"),
        (["restarting"], "the new one is restarting: natter-stt: the model is missing"),
        (["running starting"], "not ready after 60 s: natter-stt: the model is missing"),
    ],
)
async def test_a_new_one_that_fails_is_removed_and_the_old_one_stays(states: list[str], says: str) -> None:
    docker = Docker(states=states)
    with pytest.raises(EngineError, match=says):
        await docker.compose().swap("stt", SETTINGS, 60.0)
    assert docker.running == ["old"]
    assert docker.did(" stop ") == []


async def test_without_its_model_nothing_is_started() -> None:
    docker = Docker(models_code=1)
    with pytest.raises(EngineError, match="the hub cannot be reached"):
        await docker.compose().swap("stt", SETTINGS, 60.0)
    assert docker.did(" up ") == []


async def test_where_nothing_runs_there_is_nothing_to_swap() -> None:
    with pytest.raises(UsageError, match="no container of stt runs here"):
        await Docker(running=[]).compose().swap("stt", SETTINGS, 60.0)


def test_a_command_is_run() -> None:
    assert run_command(("sh", "-c", "echo $A; echo b >&2; exit 3"), {"A": "a"}) == Finished(3, "a\n", "b\n")
    with pytest.raises(UsageError, match="no-such-thing is not on PATH"):
        run_command(("no-such-thing",), {})
