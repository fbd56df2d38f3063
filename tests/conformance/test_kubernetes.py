"""The manifests of ``deploy/kubernetes``: what Kubernetes would take, and what they must say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from natter_gateway.config import GatewayConfig
from natter_llm.config import LlmConfig
from natter_protocol.subjects import SERVICES
from natter_runtime.config import RuntimeConfig, settings_of
from natter_stt.config import SttConfig
from natter_tts.config import TtsConfig
from natter_turn.config import TurnConfig

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "kubernetes"
NO_MANIFESTS = ("prometheus-adapter.yaml",)
"""Values of a chart."""
VERSIONS = ("1.33", "1.37")
"""The oldest that is meant, and the newest whose schemas are at hand."""
CONFIGS = {"gateway": GatewayConfig, "turn": TurnConfig, "stt": SttConfig, "llm": LlmConfig, "tts": TtsConfig}

MANIFESTS: list[dict[str, Any]] = [
    document
    for path in sorted(FOLDER.glob("*.yaml"))
    if path.name not in NO_MANIFESTS
    for document in yaml.safe_load_all(path.read_text())
]


def title(manifest: dict[str, Any]) -> str:
    return f"{manifest['kind']} {manifest['metadata']['name']}"


def of(kind: str, name: str) -> dict[str, Any]:
    (found,) = [m for m in MANIFESTS if (m["kind"], m["metadata"]["name"]) == (kind, name)]
    return found


def pod(name: str) -> dict[str, Any]:
    found: dict[str, Any] = of("StatefulSet" if name == "nats" else "Deployment", name)["spec"]["template"]["spec"]
    return found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", MANIFESTS, ids=title)
def test_kubernetes_would_take_it(manifest: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def test_a_manifest_that_is_wrong_is_noticed() -> None:
    wrong = {**of("Service", "gateway"), "spec": {"selectors": {}}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


def test_all_lives_in_one_namespace() -> None:
    assert {m["metadata"].get("namespace") for m in MANIFESTS if m["kind"] != "Namespace"} == {"natter"}


@pytest.mark.parametrize("name", [*SERVICES, "nats"])
def test_what_runs_is_confined(name: str) -> None:
    spec = pod(name)
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["automountServiceAccountToken"] is False
    for container in (*spec["containers"], *spec.get("initContainers", [])):
        about = container["securityContext"]
        assert about["readOnlyRootFilesystem"] is True
        assert about["allowPrivilegeEscalation"] is False
        assert about["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]
        assert "cpu" not in container["resources"]["limits"], "a throttled voice stutters"


@pytest.mark.parametrize("name", [*SERVICES, "nats"])
def test_what_runs_is_asked_how_it_is_and_not_taken_away_all_at_once(name: str) -> None:
    (container,) = pod(name)["containers"]
    assert container["startupProbe"]
    assert container["readinessProbe"]
    assert container["livenessProbe"]
    budget = of("PodDisruptionBudget", name)["spec"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"]["matchLabels"] == {"app.kubernetes.io/name": name}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_grows_with_its_sessions_and_hands_over_when_it_shrinks(name: str) -> None:
    scaler = of("HorizontalPodAutoscaler", name)["spec"]
    assert scaler["scaleTargetRef"]["name"] == name
    assert scaler["metrics"][0]["pods"]["metric"]["name"] == "natter_sessions"
    assert scaler["minReplicas"] >= 2
    (container,) = pod(name)["containers"]
    (drain,) = [float(given["value"]) for given in container["env"] if given["name"] == "NATTER_DRAIN_S"]
    assert drain + 5 <= pod(name)["terminationGracePeriodSeconds"]
    assert of("Deployment", name)["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_given_what_it_reads(name: str) -> None:
    known = {about.env for config in (RuntimeConfig, CONFIGS[name]) for _, about in settings_of(config)}
    (container,) = pod(name)["containers"]
    given = {variable["name"].removesuffix("_FILE") for variable in container["env"]}
    assert given - known == set()
    user = next(variable["value"] for variable in container["env"] if variable["name"] == "NATTER_NATS_USER")
    secret = next(volume for volume in pod(name)["volumes"] if volume["name"] == "keys")["secret"]
    assert (user, secret["secretName"]) == (name, f"natter-{name}")


@pytest.mark.parametrize("name", ["stt", "tts"])
def test_what_is_fetched_is_what_is_loaded(name: str) -> None:
    (container,), (fetching,) = pod(name)["containers"], pod(name)["initContainers"]
    fetched = {variable["name"]: variable["value"] for variable in fetching["env"]}
    loaded = {variable["name"]: variable.get("value") for variable in container["env"]}
    assert fetched == {variable: loaded[variable] for variable in fetched}
    assert set(fetched) == {f"NATTER_{name.upper()}_ENGINE", f"NATTER_{name.upper()}_MODEL"}


def test_the_bus_is_three_that_keep_every_fact_three_times() -> None:
    assert of("StatefulSet", "nats")["spec"]["replicas"] == 3
    (container,) = pod("gateway")["containers"]
    assert {"name": "NATTER_CALLS_REPLICAS", "value": "3"} in container["env"]
