"""Prometheus, its alerts and the dashboard speak of what there is, and the handbook of what they say."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from natter_protocol.subjects import SERVICES
from tests.unit.runtime.test_metrics import exercised

ROOT = Path(__file__).resolve().parents[2]
HANDBOOK = (ROOT / "docs" / "operations.md").read_text()
ALERTS: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
BOARD: dict[str, Any] = json.loads((ROOT / "deploy" / "grafana" / "dashboards" / "natter.json").read_text())
QUERIES = [target["expr"] for panel in BOARD["panels"] for target in panel.get("targets", [])]
LABELS_OF_PROMETHEUS = {"job", "instance", "le"}


def known() -> dict[str, set[str]]:
    """Return the name of every series there is, and its labels."""
    series: dict[str, set[str]] = {"up": set(), "natter_queue_depth": {"queue"}, "natter_queue_longest": {"queue"}}
    for family in exercised().registry.collect():
        for sample in family.samples:
            series.setdefault(sample.name, set()).update(sample.labels)
    return {name: labels | LABELS_OF_PROMETHEUS | {"service"} for name, labels in series.items()}


@pytest.mark.parametrize("query", [*QUERIES, *(rule["expr"] for rule in ALERTS)])
def test_a_query_is_about_what_there_is(query: str) -> None:
    series = known()
    names = re.findall(r"\b(up|natter_\w+)\b(?=[\s{\[)/]|$)", query)
    assert names
    assert [name for name in names if name not in series] == []
    labels = {label for name in names for label in series[name]}
    used = set(re.findall(r'(\w+)\s*(?:=~|!=|=)\s*"', query))
    for grouped in re.findall(r"by \(([^)]*)\)", query):
        used |= {label.strip() for label in grouped.split(",")}
    assert used <= labels


def test_every_measurement_is_on_the_dashboard() -> None:
    shown = " ".join(QUERIES)
    families = {re.sub(r"_(total|bucket|sum|count|created)$", "", name) for name in known()} - {"up"}
    assert sorted(name for name in families if name not in shown) == ["natter_queue_depth"]


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_what_an_alert_means_is_in_the_handbook(rule: dict[str, Any]) -> None:
    assert f"`{rule['alert']}`" in HANDBOOK
    assert rule["labels"]["severity"] in ("warning", "critical")
    assert rule["annotations"]["summary"]


def test_the_handbook_tells_of_no_alert_that_is_not_there() -> None:
    told = set(re.findall(r"`(Natter[A-Z]\w+)`", HANDBOOK))
    assert told == {rule["alert"] for rule in ALERTS}


def test_every_service_is_asked() -> None:
    config = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())
    (job,) = config["scrape_configs"]
    assert sorted(job["dns_sd_configs"][0]["names"]) == sorted(SERVICES)
    assert job["dns_sd_configs"][0]["port"] == 8090


def test_panels_do_not_lie_over_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not taken & cells, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells


@pytest.mark.parametrize("overlay", ["docker-compose.gpu.yml", "docker-compose.metrics.yml"])
def test_an_overlay_names_what_there_is(overlay: str) -> None:
    base = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    over = yaml.safe_load((ROOT / overlay).read_text())
    for name, service in over["services"].items():
        assert name in base["services"] or "image" in service, name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (ROOT / source).exists() if source.startswith(".") else source in over["volumes"], volume
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), port


def test_promtool_would_take_it(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("no promtool on PATH")
    config = ROOT / "deploy" / "prometheus" / "prometheus.yml"
    done = subprocess.run([promtool, "check", "config", str(config)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
