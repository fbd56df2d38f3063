"""The Grafana dashboard: ``deploy/grafana/dashboards/natter.json`` is written from here by ``scripts/generate.py``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

DATASOURCE: Final = {"type": "prometheus", "uid": "natter"}
_HEIGHT: Final = 8
_WIDTH: Final = 24


@dataclass(frozen=True)
class Panel:
    """One graph: a title, queries with their legends, and a unit of Grafana's."""

    title: str
    queries: tuple[tuple[str, str], ...]
    unit: str = "short"
    about: str = ""
    stacked: bool = False
    kind: str = "timeseries"


def _quantile(part: float, family: str, by: str = "", where: str = "") -> str:
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({part}, sum by ({labels}) (rate({family}_bucket{where}[$__rate_interval])))"


def _mean(family: str, by: str) -> str:
    total, count = (f"sum by ({by}) (rate({family}_{part}[$__rate_interval]))" for part in ("sum", "count"))
    return f"{total} / {count}"


ROWS: Final[tuple[tuple[str, tuple[Panel, ...]], ...]] = (
    (
        "What callers notice",
        (
            Panel(
                "End of speech to the first audible sample",
                (
                    (_quantile(0.5, "natter_turn_seconds"), "half of the answers"),
                    (_quantile(0.95, "natter_turn_seconds"), "all but one in twenty"),
                ),
                "s",
            ),
            Panel(
                "Where that time goes",
                ((_mean("natter_turn_step_seconds", "step, owner"), "{{step}} ({{owner}})"),),
                "s",
                "The mean of each step of the latency ledger; 'unaccounted' is what no service's work explains.",
                stacked=True,
            ),
            Panel(
                "Turns, replies and tool calls by how they ended",
                (
                    (
                        'sum by (what, result) (rate(natter_outcomes_total{service="gateway"}[$__rate_interval])) * 60',
                        "{{what}} {{result}}",
                    ),
                ),
                "opm",
            ),
            Panel(
                "Answers begun before the turn was over",
                (
                    (
                        "sum by (result, reason) (rate(natter_speculations_total[$__rate_interval])) * 60",
                        "{{result}} {{reason}}",
                    ),
                ),
                "opm",
                "Those that are kept come sooner; those that are discarded cost a language model's work.",
            ),
            Panel(
                "Sessions, and room for them",
                (
                    ("sum by (service) (natter_sessions)", "{{service}}"),
                    ("sum by (service) (natter_capacity)", "{{service}}: room"),
                ),
            ),
        ),
    ),
    (
        "The services at work",
        (
            Panel(
                "Stages, all but one in twenty",
                ((_quantile(0.95, "natter_stage_seconds", "stage"), "{{stage}}"),),
                "s",
            ),
            Panel(
                "How late event loops are, all but one in a hundred",
                ((_quantile(0.99, "natter_loop_lag_seconds", "service"), "{{service}}"),),
                "s",
                "The best sign that a service is short of CPU.",
            ),
            Panel(
                "The longest queues",
                (("max by (service, queue) (natter_queue_longest)", "{{service}} {{queue}}"),),
            ),
            Panel(
                "Dropped, by queue or rule and policy",
                (
                    (
                        "sum by (service, reason, policy) (rate(natter_drops_total[$__rate_interval]))",
                        "{{service}} {{reason}} ({{policy}})",
                    ),
                ),
                "ops",
            ),
            Panel(
                "Claims and hand-overs",
                (
                    (
                        "sum by (service, result) (rate(natter_claims_total[$__rate_interval])) * 60",
                        "{{service}} {{result}}",
                    ),
                    (
                        "sum by (worker, reason) (rate(natter_handovers_total[$__rate_interval])) * 60",
                        "{{worker}} handed over: {{reason}}",
                    ),
                ),
                "opm",
            ),
            Panel(
                "Tokens",
                (("sum by (direction) (rate(natter_tokens_total[$__rate_interval]))", "{{direction}}"),),
                "ops",
            ),
        ),
    ),
    (
        "The event log, and what is loaded",
        (
            Panel("How full the log is", (("max(natter_log_fullness)", "used"),), "percentunit"),
            Panel(
                "Until the log has a fact, all but one in twenty",
                ((_quantile(0.95, "natter_log_append_seconds", "service"), "{{service}}"),),
                "s",
            ),
            Panel(
                "Models, and how long they took to load",
                (("natter_model_load_seconds", "{{service}} {{engine}} {{model}} ({{instance}})"),),
                "s",
                kind="bargauge",
            ),
        ),
    ),
)
"""The rows of the dashboard."""


def _panel(panel: Panel, id: int, x: int, y: int, width: int) -> dict[str, Any]:
    targets = [
        {"refId": chr(ord("A") + index), "datasource": DATASOURCE, "expr": expression, "legendFormat": legend}
        for index, (expression, legend) in enumerate(panel.queries)
    ]
    custom = {"fillOpacity": 25, "stacking": {"mode": "normal", "group": "A"}} if panel.stacked else {"fillOpacity": 5}
    return {
        "id": id,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": DATASOURCE,
        "gridPos": {"x": x, "y": y, "w": width, "h": _HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0, "custom": custom}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": targets,
    }


def dashboard() -> str:
    """Return the dashboard as Grafana reads it."""
    panels: list[dict[str, Any]] = []
    y = 0
    for title, row in ROWS:
        panels.append(
            {"id": len(panels) + 1, "type": "row", "title": title, "gridPos": {"x": 0, "y": y, "w": _WIDTH, "h": 1}}
        )
        y += 1
        columns = 2 if len(row) % 2 == 0 else 3
        width = _WIDTH // columns
        for index, panel in enumerate(row):
            x = index % columns * width
            panels.append(_panel(panel, len(panels) + 1, x, y + index // columns * _HEIGHT, width))
        y += -(-len(row) // columns) * _HEIGHT
    board = {
        "uid": "natter",
        "title": "Natter",
        "schemaVersion": 41,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "panels": panels,
    }
    return json.dumps(board, indent=1) + "\n"
