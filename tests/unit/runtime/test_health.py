"""The health port."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from natter_runtime import health
from natter_runtime.health import STUCK_S, HealthServer
from natter_runtime.metrics import Metrics


class Service:
    """What the health port looks at."""

    def __init__(self) -> None:
        self.idle_s = 0.0
        self.ready = True
        self.metrics = Metrics("stt")
        self.server = HealthServer("127.0.0.1", 0, self.metrics, lambda: self.idle_s, lambda: self.ready)

    def get(self, path: str) -> tuple[int, str]:
        """Return the status and the body."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.server.port}{path}", timeout=2.0) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    service.server.close()


def test_a_service_that_is_well(service: Service) -> None:
    for path in ("/healthz", "/readyz"):
        status, body = service.get(path)
        assert status == 200
        assert json.loads(body) == {"alive": True, "ready": True}


def test_a_service_that_is_not_ready_yet_is_alive(service: Service) -> None:
    service.ready = False
    assert service.get("/healthz")[0] == 200
    assert service.get("/readyz")[0] == 503


def test_a_loop_that_stands_still_is_neither(service: Service) -> None:
    service.idle_s = STUCK_S + 1
    status, body = service.get("/healthz")
    assert (status, json.loads(body)["alive"]) == (503, False)
    assert service.get("/readyz")[0] == 503


def test_metrics_are_shown(service: Service) -> None:
    service.metrics.drop("stale", 3)
    status, body = service.get("/metrics")
    assert status == 200
    assert 'natter_drops_total{policy="rule",reason="stale",service="stt"} 3.0' in body


def test_there_is_nothing_else(service: Service) -> None:
    assert service.get("/")[0] == 404


def test_who_connects_and_says_nothing_keeps_nobody_waiting_for_long(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 0.0 < health._Quiet.timeout <= STUCK_S
    monkeypatch.setattr(health._Quiet, "timeout", 0.05)
    with socket.create_connection(("127.0.0.1", service.server.port)):
        assert service.get("/healthz")[0] == 200


def test_a_closed_port_is_free_again() -> None:
    service = Service()
    service.server.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", service.server.port), timeout=1.0)
