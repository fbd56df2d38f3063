"""Looks at one thing of this machine each, and says what it found. Used by ``natter doctor``."""

from __future__ import annotations

import ctypes.util
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any, Final

import httpx

from natter_cli import config, models, natsd
from natter_cli.up import check_port
from natter_runtime.clock import Clock
from natter_runtime.config import RuntimeConfig, load, settings_of
from natter_runtime.errors import NatterError, UsageError
from natter_runtime.models import EMBEDDED

_PACKAGES: Final = ("natter-cli", "nats-py", "onnxruntime", "numpy", "uvloop", "faster-whisper", "litellm", "piper-tts")
_LIBRARIES: Final = {"rhvoice": "RHVoice", "flite": "flite", "espeak-ng": "espeak-ng"}
_WORKERS: Final = ("turn", "stt", "llm", "tts")
LAG_S: Final = 1.0
_STEP_S: Final = 0.005
_LATE_MS: Final = 20.0
"""An event loop that is later than one audio frame makes speech stutter."""


@dataclass(frozen=True, slots=True)
class Check:
    """What was found.

    Attributes:
        ok: None for what is only good to know.
        hint: what to do about it.
        data: the same for programs.
    """

    name: str
    ok: bool | None
    detail: str
    hint: str = ""
    data: Any = None


def versions() -> Check:
    """Python, the platform and the packages that matter."""
    found = {name: _version(name) for name in _PACKAGES}
    told = ", ".join(f"{name} {number}" for name, number in found.items() if number)
    machine = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    data = found | {"python": platform.python_version(), "platform": platform.platform()}
    return Check("versions", None, f"{machine}; {told}", data=data)


def settings(env: Mapping[str, str]) -> Check:
    """The variables that are set, secrets left out; not right if one has a value that does not fit."""
    from natter_cli.inprocess import SERVICES

    told: dict[str, str] = {}
    try:
        classes = [config.CliConfig, RuntimeConfig, *(service.config for service in SERVICES)]
        for kind in classes:
            load(kind, env)
            for _, about in settings_of(kind):
                if about.env.startswith("NATTER_") and env.get(about.env, "").strip():
                    told[about.env] = "(set)" if about.secret else env[about.env]
    except UsageError as error:
        return Check("settings", False, str(error), "correct the variable")
    text = ", ".join(f"{name}={value}" for name, value in sorted(told.items()))
    return Check("settings", True, text or "all defaults", data=told)


def model_files(env: Mapping[str, str]) -> list[Check]:
    """The embedded models: there and right?"""
    root = config.read_runtime(env).models
    needed = {(model.kind, model.name) for model in models.needed(env)}
    checks = []
    for model in EMBEDDED:
        row = models.describe(model, root)
        wanted = (model.kind, model.name) in needed
        ok = row["status"] == "ok" or (None if not wanted else False)
        hint = "" if ok is not False else "natter models fetch"
        checks.append(Check(f"model {model.name}", ok, f"{row['status']}: {row['where']}", hint, row))
    return checks


def engines(env: Mapping[str, str]) -> list[Check]:
    """The engine that each service would choose, and why."""
    from natter_cli.inprocess import choose

    checks = []
    for service in _WORKERS:
        try:
            choice = choose(service, env)
        except NatterError as error:
            checks.append(Check(f"engine {service}", False, str(error)))
            continue
        assert choice is not None
        model = f" ({choice.model})" if choice.model else ""
        data = {"engine": choice.engine, "model": choice.model, "reason": choice.reason}
        checks.append(Check(f"engine {service}", True, f"{choice.engine}{model}: {choice.reason}", data=data))
    return checks


def speech_libraries() -> Check:
    """The speech libraries of the system; which of them speaks is told with the engine of tts."""
    found = {name: ctypes.util.find_library(library) for name, library in _LIBRARIES.items()}
    found["espeakng-loader"] = "wheel" if find_spec("espeakng_loader") else None
    present = [name for name, where in found.items() if where]
    return Check("speech libraries", None, ", ".join(present) or "none", data=found)


def nats(env: Mapping[str, str]) -> Check:
    """The servers that are set, or a nats-server to start."""
    if env.get("NATTER_NATS_URL", "").strip():
        return Check("nats", None, "NATTER_NATS_URL is set: `natter up` uses those servers")
    binary = natsd.find()
    if binary is None:
        hint = "Debian: apt install nats-server; else https://nats.io/download"
        return Check("nats", None, "no nats-server: `natter up` runs all services in one process", hint)
    asked = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=5, check=False)
    return Check("nats", True, f"{asked.stdout.strip() or asked.stderr.strip()} at {binary}", data=binary)


def port(env: Mapping[str, str]) -> Check:
    """The gateway's port: free, or Natter's already?"""
    own = config.read(env)
    where = f"{own.host} port {own.port}"
    try:
        check_port(own.host, own.port)
    except UsageError as error:
        try:
            answer = httpx.get(f"{config.page_url(own.host, own.port)}healthz", timeout=2.0, trust_env=False)
            if answer.status_code == httpx.codes.OK:
                return Check("port", True, f"{where}: a gateway is running there")
        except httpx.HTTPError:
            pass
        return Check("port", False, str(error))
    return Check("port", True, f"{where} is free")


def audio_devices() -> Check:
    """A microphone and a loudspeaker; only ``natter talk`` without a file needs them."""
    from natter_cli.microphone import library

    try:
        names = [str(device["name"]) for device in library().query_devices()]
    except UsageError as error:
        return Check("audio devices", None, "none (natter talk --wav works)", str(error))
    return Check("audio devices", None, ", ".join(names) or "none (natter talk --wav works)", data=names)


async def loop_lag(clock: Clock, seconds: float = LAG_S) -> Check:
    """How much later than asked the event loop wakes up on this machine, right now."""
    late: list[float] = []
    end = clock.monotonic() + seconds
    while (before := clock.monotonic()) < end:
        await clock.sleep(_STEP_S)
        late.append((clock.monotonic() - before - _STEP_S) * 1000)
    late.sort()
    worst, p99 = late[-1], late[int(len(late) * 0.99)]
    data = {"max_ms": round(worst, 2), "p99_ms": round(p99, 2)}
    hint = "" if worst < _LATE_MS else "the machine is busy: speech may stutter"
    return Check("event loop", None, f"at most {worst:.1f} ms late within {seconds:g} s", hint, data)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
