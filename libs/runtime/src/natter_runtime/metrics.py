"""What one service measures, in the format of Prometheus. No session id is ever a label.

Every family has the label ``service``; the others are listed with it below. Durations are in seconds, measured
where they happened. Which of them to watch, and what it means when they move: docs/operations.md.
"""

from __future__ import annotations

import threading
import weakref
from collections import defaultdict
from collections.abc import Iterator, Sized
from typing import Any, Final, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

LATENCIES_S: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
LAGS_S: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
RULE: Final = "rule"
"""The policy behind a drop that no queue made: what was dropped was repeated, stale or void."""


class Queue(Sized, Protocol):
    """Something of bounded length that a service may fall behind with."""

    name: str

    @property
    def policy(self) -> str:
        """What becomes of one item more when it is full."""
        ...


class _Depths(Collector):
    """How many items wait, by the name of the queue: over all sessions, and in the longest."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._queues: weakref.WeakSet[Any] = weakref.WeakSet()
        self._lock = threading.Lock()  # the probe reads on a thread of its own

    def add(self, queue: Queue) -> None:
        with self._lock:
            self._queues.add(queue)

    def collect(self) -> Iterator[Metric]:
        with self._lock:
            queues = list(self._queues)
        waiting: dict[str, list[int]] = defaultdict(list)
        for queue in queues:
            waiting[queue.name].append(len(queue))
        depth = GaugeMetricFamily("natter_queue_depth", "Items that wait, in all", labels=["service", "queue"])
        longest = GaugeMetricFamily("natter_queue_longest", "Items in the longest", labels=["service", "queue"])
        for name, lengths in sorted(waiting.items()):
            depth.add_metric([self._service, name], sum(lengths))
            longest.add_metric([self._service, name], max(lengths))
        yield depth
        yield longest


class Metrics:
    """The measurements of one service; each service in a process has its own."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        self._service = service
        self._policies: dict[str, str] = {}
        self._depths = _Depths(service)
        self.registry.register(self._depths)
        self._sessions = self._gauge("natter_sessions", "Sessions served now")
        self._capacity = self._gauge("natter_capacity", "Sessions that may be served at a time")
        self._claims = self._counter("natter_claims", "Sessions taken, refused or lost", "result")
        self._handovers = self._counter("natter_handovers", "Workers replaced within a session", "worker", "reason")
        self._drops = self._counter("natter_drops", "Items dropped by a full queue or by a rule", "reason", "policy")
        self._outcomes = self._counter(
            "natter_outcomes", "Turns, replies, tool calls; how they ended", "what", "result"
        )
        self._speculations = self._counter(
            "natter_speculations", "Answers begun before the turn was over; what became of them", "result", "reason"
        )
        self._stages = self._histogram("natter_stage_seconds", "Work on a turn, where it is done", "stage")
        self._turns = self._histogram("natter_turn_seconds", "End of speech to the first audible sample sent")
        self._steps = self._histogram("natter_turn_step_seconds", "Each step of that, by its owner", "step", "owner")
        self._stored = self._histogram("natter_log_append_seconds", "Until the event log has a fact")
        self._fullness = self._gauge("natter_log_fullness", "How much of the event log's limit is used, 0-1")
        self._lag = self._histogram("natter_loop_lag_seconds", "How late the event loop is", buckets=LAGS_S)
        self._load = self._gauge("natter_model_load_seconds", "How long the model took to load", "engine", "model")
        self._tokens = self._counter("natter_tokens", "Tokens of the language model", "direction")

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(name, about, ["service", *labels], registry=self.registry)

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(name, about, ["service", *labels], registry=self.registry)

    def _histogram(self, name: str, about: str, *labels: str, buckets: tuple[float, ...] = LATENCIES_S) -> Histogram:
        return Histogram(name, about, ["service", *labels], registry=self.registry, buckets=buckets)

    # -- sessions -------------------------------------------------------------------------------

    def sessions(self, count: int) -> None:
        """Set how many sessions are served."""
        self._sessions.labels(self._service).set(count)

    def capacity(self, count: int) -> None:
        """Set how many sessions may be served at a time."""
        self._capacity.labels(self._service).set(count)

    def claim(self, result: str) -> None:
        """Count the outcome of a claim."""
        self._claims.labels(self._service, result).inc()

    def handover(self, worker: str, reason: str) -> None:
        """Count that ``worker`` (a service) of a session was replaced, and why."""
        self._handovers.labels(self._service, worker, reason).inc()

    # -- turns ----------------------------------------------------------------------------------

    def outcome(self, what: str, result: str) -> None:
        """Count how a ``turn``, a ``reply`` or a ``tool`` call ended."""
        self._outcomes.labels(self._service, what, result).inc()

    def speculation(self, result: str, reason: str = "") -> None:
        """Count an answer that is ``begun`` before its turn is surely over, and then ``kept`` or ``discarded``."""
        self._speculations.labels(self._service, result, reason).inc()

    def stage(self, stage: str, seconds: float) -> None:
        """Note how long a stage of a turn took, such as ``stt.final``."""
        self._stages.labels(self._service, stage).observe(seconds)

    def turn(self, seconds: float) -> None:
        """Note the latency of a turn: end of speech to the first audible sample sent."""
        self._turns.labels(self._service).observe(seconds)

    def step(self, step: str, owner: str, seconds: float) -> None:
        """Note how long one step of that latency took."""
        self._steps.labels(self._service, step, owner).observe(seconds)

    def tokens(self, direction: str, count: int) -> None:
        """Count tokens that went ``in`` to the language model or came ``out`` of it."""
        self._tokens.labels(self._service, direction).inc(count)

    def model(self, engine: str, model: str, seconds: float) -> None:
        """Tell which model was loaded, and how long that took."""
        self._load.labels(self._service, engine, model).set(seconds)

    # -- how the service itself is ----------------------------------------------------------------

    def drop(self, reason: str, count: int = 1, policy: str = "") -> None:
        """Count something that was thrown away: by which queue or rule, and under which policy."""
        policy = policy or self._policies.get(reason, RULE)
        self._drops.labels(self._service, reason, policy).inc(count)

    def dropped(self, reason: str) -> float:
        """Return how often ``reason`` was counted."""
        families = (family for family in self._drops.collect())
        samples = (sample for family in families for sample in family.samples)
        return sum(s.value for s in samples if s.name.endswith("_total") and s.labels["reason"] == reason)

    def watch(self, queue: Queue) -> None:
        """Show how long ``queue`` is, for as long as somebody else keeps it."""
        self._policies[queue.name] = queue.policy
        self._depths.add(queue)

    def lag(self, seconds: float) -> None:
        """Note how much later than asked the event loop woke somebody."""
        self._lag.labels(self._service).observe(seconds)

    def stored(self, seconds: float) -> None:
        """Note how long a fact took to reach the event log."""
        self._stored.labels(self._service).observe(seconds)

    def fullness(self, part: float) -> None:
        """Set how much of the event log's limit is used, 0-1."""
        self._fullness.labels(self._service).set(part)

    def render(self) -> bytes:
        """Return all of it as Prometheus reads it."""
        return generate_latest(self.registry)
