"""What ``docker-compose.yml`` must say, read without Docker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from natter_gateway.config import GatewayConfig
from natter_llm.config import LlmConfig
from natter_protocol.subjects import SERVICES
from natter_runtime.config import RuntimeConfig, settings_of
from natter_stt.config import SttConfig
from natter_tts.config import TtsConfig
from natter_turn.config import TurnConfig

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
ALL: dict[str, dict[str, Any]] = COMPOSE["services"]

CONFIGS = {"gateway": GatewayConfig, "turn": TurnConfig, "stt": SttConfig, "llm": LlmConfig, "tts": TtsConfig}
FIXED = {
    "NATTER_HOST": "the image listens on all of its addresses",
    "NATTER_PORT": "what is published is NATTER_PORTS",
    "NATTER_HEALTH_PORT": "the image's health check knows it",
    "NATTER_MODELS": "the image knows the volume",
    "NATTER_DATA": "the image knows the volume",
    "NATTER_NATS_PASSWORD": "it lies in a file",
}
"""Settings that a container does not take from .env."""
OF_GATEWAY = ("NATTER_CALLS_",)
"""Settings of every service that only the gateway, who keeps the event log, makes use of."""


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_of_a_service_reaches_it(service: str) -> None:
    given = set(ALL[service]["environment"])
    wanted = {about.env for config in (RuntimeConfig, CONFIGS[service]) for _, about in settings_of(config)}
    if service != "gateway":
        wanted = {name for name in wanted if not name.startswith(OF_GATEWAY)}
    known = given | {name.removesuffix("_FILE") for name in given}
    assert sorted(wanted - known - set(FIXED)) == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_gets_no_setting_that_it_does_not_read(service: str) -> None:
    read = {about.env for config in (RuntimeConfig, CONFIGS[service]) for _, about in settings_of(config)}
    given = {name.removesuffix("_FILE") for name in ALL[service]["environment"] if name.startswith("NATTER_")}
    assert sorted(given - read) == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_sees_its_own_keys_only(service: str) -> None:
    keys = [volume for volume in ALL[service]["volumes"] if isinstance(volume, dict) and volume["source"] == "data"]
    assert [volume["volume"]["subpath"] for volume in keys] == [f"keys/{service}"]
    assert all(volume["read_only"] for volume in keys)
    assert ALL[service]["environment"]["NATTER_NATS_USER"] == service


@pytest.mark.parametrize("service", [*SERVICES, "nats", "jaeger"])
def test_what_runs_is_confined(service: str) -> None:
    about = ALL[service]
    assert about["read_only"] is True
    assert about["cap_drop"] == ["ALL"]
    assert about["security_opt"] == ["no-new-privileges:true"]
    assert about["mem_limit"]
    assert about["pids_limit"]
    assert about["logging"]["options"].keys() == {"max-size", "max-file"}


def test_only_the_gateway_and_jaeger_are_published_and_only_here() -> None:
    ports = {name: about["ports"] for name, about in ALL.items() if "ports" in about}
    assert set(ports) == {"gateway", "jaeger"}
    assert ports["gateway"] == ["${NATTER_PUBLISH:-127.0.0.1}:${NATTER_PORTS:-8080-8083}:8080"]
    assert ports["jaeger"][0].startswith("127.0.0.1:")


def test_the_bus_leads_nowhere_else() -> None:
    assert COMPOSE["networks"]["bus"] == {"internal": True}
    assert ALL["nats"]["networks"] == ["bus"]
    outside = {name for name in SERVICES if "outside" in ALL[name]["networks"]}
    assert outside == {"gateway", "llm"}, "clients come in, and model providers are out there"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_time_to_hand_over(service: str) -> None:
    grace = float(ALL[service]["stop_grace_period"].removesuffix("s"))
    drain = float(ALL[service]["environment"]["NATTER_DRAIN_S"].split(":-")[1].rstrip("}"))
    assert drain + 5 <= grace


@pytest.mark.parametrize("path", sorted(ROOT.glob("*/*/Dockerfile")), ids=lambda path: path.parent.name)
def test_an_image_runs_as_nobody_in_particular(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert "USER natter" in lines
    last = max(index for index, line in enumerate(lines) if line.startswith("USER"))
    assert not [line for line in lines[last:] if line.startswith(("RUN", "COPY", "ADD"))]
    assert not [line for line in lines if line.startswith("# syntax") or "COPY --from=ghcr" in line]
