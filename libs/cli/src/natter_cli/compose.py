"""A stack under ``docker compose``: another model for one of its services, without a pause."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from natter_cli import config
from natter_runtime.clock import Clock, SystemClock
from natter_runtime.errors import EngineError, UsageError

GRACE_S: Final = 30
"""So long an old container may take to hand its sessions over."""
_EVERY_S: Final = 0.5
_BLOCK: Final = "{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}"
_MODELS: Final = ("stt", "tts")
"""Services whose models the job of that name fetches."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that has run."""

    code: int
    out: str
    err: str


Run = Callable[[Sequence[str], Mapping[str, str]], Finished]
"""Runs a command with an environment."""


def run_command(command: Sequence[str], env: Mapping[str, str]) -> Finished:
    """Run ``command`` to its end.

    Raises:
        UsageError: it is not there.
    """
    try:
        done = subprocess.run(command, env=dict(env), capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise UsageError(f"{command[0]} is not on PATH") from None
    return Finished(done.returncode, done.stdout, done.stderr)


@dataclass(slots=True)
class Compose:
    """One compose project.

    Attributes:
        options: of ``docker compose`` itself, such as ``-p`` and ``-f``.
        tell: takes news.
    """

    options: tuple[str, ...] = ()
    run: Run = run_command
    tell: Callable[[str], None] = print
    clock: Clock = field(default_factory=SystemClock)

    async def swap(self, service: str, settings: Mapping[str, str], deadline_s: float) -> None:
        """Start ``service`` with ``settings`` beside what runs, and remove the old once the new is ready.

        Raises:
            UsageError: there is no such service here, or no docker.
            EngineError: the new one does not become ready; it is removed, and the old goes on.
        """
        env = config.environment() | dict(settings)
        old = self._containers(service, env)
        if not old:
            raise UsageError(f"no container of {service} runs here: is this the folder of docker-compose.yml?")
        if service in _MODELS:
            self.tell("fetching what the models volume lacks")
            self._compose("run", "--rm", "--no-deps", "models", env=env)
        count = f"{service}={2 * len(old)}"
        self._compose("up", "-d", "--no-deps", "--no-recreate", "--scale", count, service, env=env)
        new = [container for container in self._containers(service, env) if container not in old]
        self.tell(f"{len(new)} started beside {len(old)}; waiting until ready")
        try:
            await self._healthy(new, env, deadline_s)
        except EngineError:
            self._docker("rm", "-f", *new, env=env)
            raise
        self.tell("ready; the old hand their sessions over")
        self._docker("stop", "-t", str(GRACE_S), *old, env=env)
        self._docker("rm", *old, env=env)

    async def _healthy(self, containers: Sequence[str], env: Mapping[str, str], deadline_s: float) -> None:
        deadline = self.clock.monotonic() + deadline_s
        waiting = list(containers)
        while waiting:
            states = {one: self._docker("inspect", "-f", _BLOCK, one, env=env).split() for one in waiting}
            for one, state in states.items():
                if state[:1] != ["running"] or "unhealthy" in state:
                    raise EngineError(f"the new one is {' '.join(state)}: {self._last_words(one, env)}")
            waiting = [one for one, state in states.items() if "healthy" not in state]
            if waiting and self.clock.monotonic() > deadline:
                raise EngineError(f"not ready after {deadline_s:g} s: {self._last_words(waiting[0], env)}")
            if waiting:
                await self.clock.sleep(_EVERY_S)

    def _last_words(self, container: str, env: Mapping[str, str]) -> str:
        said = self.run(("docker", "logs", "--tail", "20", container), env)
        lines = [line for line in (said.out + said.err).splitlines() if line.strip()]
        return lines[-1] if lines else "it said nothing"

    def _containers(self, service: str, env: Mapping[str, str]) -> list[str]:
        return self._compose("ps", "-q", service, env=env).split()

    def _compose(self, *arguments: str, env: Mapping[str, str]) -> str:
        return self._checked(("docker", "compose", *self.options, *arguments), env)

    def _docker(self, *arguments: str, env: Mapping[str, str]) -> str:
        return self._checked(("docker", *arguments), env)

    def _checked(self, command: Sequence[str], env: Mapping[str, str]) -> str:
        done = self.run(command, env)
        if done.code != 0:
            lines = [line for line in done.err.splitlines() if line.strip()]
            raise EngineError(f"{' '.join(command[:4])}: {lines[-1] if lines else f'exit code {done.code}'}")
        return done.out
