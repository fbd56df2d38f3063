"""The five services as values; the only file of the command that imports them.

``natter up --in-process`` runs them, ``natter doctor`` asks what each would choose.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import natter_llm.engines
import natter_stt.engines
import natter_tts.engines
import natter_turn.engines
from natter_cli import config
from natter_cli.cabin import Cabin, log_to
from natter_cli.supervisor import Say
from natter_gateway.main import service as gateway
from natter_llm.config import LlmConfig
from natter_llm.main import service as llm
from natter_runtime.app import Service, settings_for
from natter_runtime.clock import SystemClock
from natter_runtime.models import locate
from natter_stt.config import SttConfig
from natter_stt.main import service as stt
from natter_tts.config import TtsConfig
from natter_tts.main import service as tts
from natter_turn.config import TurnConfig
from natter_turn.main import service as turn

SERVICES: Final[tuple[Service, ...]] = (gateway, turn, stt, llm, tts)
"""The gateway comes first: it is stopped first."""


def run(host: str, port: int, env: Mapping[str, str], say: Say) -> int:
    """Run all services in this process until a signal or a problem; return the exit code.

    Raises:
        UsageError: a setting of a service is wrong.
    """
    runtime = config.read_runtime(env)
    log_to(say, runtime)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(Cabin(SERVICES, runtime, env, SystemClock()).run(host, port))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


@dataclass(frozen=True, slots=True)
class Choice:
    """An engine, its model (empty: the engine's own default), and why."""

    engine: str
    model: str
    reason: str


def choose(service: str, env: Mapping[str, str]) -> Choice | None:
    """Return what ``service`` would work with under ``env``, without loading it; None for the gateway.

    Raises:
        UsageError: a setting is wrong, or the engine lacks one.
        EngineError: a library or a model is missing; the message says what to do.
    """
    by_name = {known.name: known for known in SERVICES}
    settings = settings_for(by_name[service], env)
    chooser = _CHOOSERS.get(service)
    return chooser(settings, config.read_runtime(env).models) if chooser else None


def _of_turn(settings: TurnConfig, root: Path) -> Choice:
    choice = natter_turn.engines.choose(settings)
    for kind, model in (("vad", choice.detector_model), ("turn", choice.judge_model)):
        if model:
            locate(kind, model, root)
    same = choice == natter_turn.engines.choose(TurnConfig())
    return Choice(choice.engine, choice.model, "default" if same else "NATTER_TURN_VAD, NATTER_TURN_ENGINE")


def _of_stt(settings: SttConfig, root: Path) -> Choice:
    choice = natter_stt.engines.choose(settings)
    if choice.engine == "moonshine":  # the others know more places than ours
        locate("stt", choice.model, root)
    return Choice(choice.engine, choice.model, choice.reason)


def _of_llm(settings: LlmConfig, root: Path) -> Choice:
    choice = natter_llm.engines.choose(settings)
    return Choice(choice.engine, settings.model, choice.reason)


def _of_tts(settings: TtsConfig, root: Path) -> Choice:
    choice = natter_tts.engines.choose(settings.engine, natter_tts.engines.present())
    return Choice(choice.engine, settings.model, choice.why)


_CHOOSERS: Final[Mapping[str, Callable[[Any, Path], Choice]]] = {
    "turn": _of_turn,
    "stt": _of_stt,
    "llm": _of_llm,
    "tts": _of_tts,
}
