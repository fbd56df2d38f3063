"""Counters and gauges of one service, in the format of Prometheus. No session id is ever a label."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest


class Metrics:
    """The measurements of one service; each service in a process has its own."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        self._drops = Counter(
            "natter_drops",
            "Items dropped by a bounded queue or by a rule",
            ["service", "reason"],
            registry=self.registry,
        )
        self._sessions = Gauge("natter_sessions", "Sessions served now", ["service"], registry=self.registry)
        self._claims = Counter(
            "natter_claims", "Sessions taken, refused or lost", ["service", "result"], registry=self.registry
        )
        self._service = service

    def drop(self, reason: str, count: int = 1) -> None:
        """Count something that was thrown away, and why."""
        self._drops.labels(self._service, reason).inc(count)

    def claim(self, result: str) -> None:
        """Count the outcome of a claim."""
        self._claims.labels(self._service, result).inc()

    def sessions(self, count: int) -> None:
        """Set how many sessions are served."""
        self._sessions.labels(self._service).set(count)

    def dropped(self, reason: str) -> float:
        """Return how often ``reason`` was counted."""
        return float(self._drops.labels(self._service, reason)._value.get())

    def render(self) -> bytes:
        """Return all of it as Prometheus reads it."""
        return generate_latest(self.registry)
