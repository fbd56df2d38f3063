"""What a service measures."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from natter_runtime.metrics import Metrics
from natter_runtime.queues import BoundedQueue, Overflow


def samples(metrics: Metrics) -> dict[str, float]:
    lines = [line for line in metrics.render().decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines) if "_created" not in name}


def exercised() -> Metrics:
    """Return the metrics of a service that has had everything happen to it."""
    metrics = Metrics("stt")
    metrics.drop("stale")
    metrics.claim("taken")
    metrics.sessions(1)
    metrics.capacity(32)
    metrics.handover("llm", "lost")
    metrics.outcome("turn", "committed")
    metrics.speculation("begun")
    metrics.speculation("discarded", "user_went_on")
    metrics.stage("stt.final", 0.1)
    metrics.turn(0.6)
    metrics.step("decision", "turn", 0.3)
    metrics.tokens("in", 7)
    metrics.model("moonshine", "tiny", 1.9)
    metrics.lag(0.001)
    metrics.stored(0.002)
    metrics.fullness(0.25)
    return metrics


def test_drops_are_counted_by_reason_and_policy() -> None:
    metrics = Metrics("stt")
    metrics.drop("stale")
    metrics.drop("inbox.aud", 3, "drop_oldest")
    metrics.drop("stale")
    assert metrics.dropped("stale") == 2
    assert metrics.dropped("never") == 0
    shown = samples(metrics)
    assert shown['natter_drops_total{policy="drop_oldest",reason="inbox.aud",service="stt"}'] == 3
    assert shown['natter_drops_total{policy="rule",reason="stale",service="stt"}'] == 2


def test_claims_sessions_and_handovers() -> None:
    metrics = Metrics("tts")
    metrics.claim("taken")
    metrics.sessions(4)
    metrics.sessions(3)
    metrics.capacity(32)
    metrics.handover("stt", "leaving")
    shown = samples(metrics)
    assert shown['natter_claims_total{result="taken",service="tts"}'] == 1
    assert shown['natter_sessions{service="tts"}'] == 3
    assert shown['natter_capacity{service="tts"}'] == 32
    assert shown['natter_handovers_total{reason="leaving",service="tts",worker="stt"}'] == 1


def test_latencies_are_histograms_in_seconds() -> None:
    metrics = Metrics("gateway")
    metrics.turn(0.55)
    metrics.step("first_token", "llm", 0.12)
    metrics.stage("stt.final", 0.03)
    shown = samples(metrics)
    assert shown['natter_turn_seconds_bucket{le="0.5",service="gateway"}'] == 0
    assert shown['natter_turn_seconds_bucket{le="0.6",service="gateway"}'] == 1
    assert shown['natter_turn_step_seconds_sum{owner="llm",service="gateway",step="first_token"}'] == 0.12
    assert shown['natter_stage_seconds_count{service="gateway",stage="stt.final"}'] == 1


def test_queues_are_shown_as_long_as_they_are_kept() -> None:
    metrics = Metrics("gateway")
    one: BoundedQueue[int] = BoundedQueue("say", 8, Overflow.DROP_OLDEST, metrics.drop)
    two: BoundedQueue[int] = BoundedQueue("say", 2, Overflow.DROP_OLDEST, metrics.drop)
    metrics.watch(one)
    metrics.watch(two)
    for number in range(4):
        one.put_nowait(number)
        two.put_nowait(number)
    shown = samples(metrics)
    assert shown['natter_queue_depth{queue="say",service="gateway"}'] == 6
    assert shown['natter_queue_longest{queue="say",service="gateway"}'] == 4
    assert shown['natter_drops_total{policy="drop_oldest",reason="say",service="gateway"}'] == 2
    del one
    assert samples(metrics)['natter_queue_depth{queue="say",service="gateway"}'] == 2
    del two
    assert 'natter_queue_depth{queue="say",service="gateway"}' not in samples(metrics)


def test_the_rest_is_shown() -> None:
    shown = samples(exercised())
    assert shown['natter_model_load_seconds{engine="moonshine",model="tiny",service="stt"}'] == 1.9
    assert shown['natter_outcomes_total{result="committed",service="stt",what="turn"}'] == 1
    assert shown['natter_speculations_total{reason="user_went_on",result="discarded",service="stt"}'] == 1
    assert shown['natter_tokens_total{direction="in",service="stt"}'] == 7
    assert shown['natter_log_fullness{service="stt"}'] == 0.25
    assert shown['natter_log_append_seconds_bucket{le="0.005",service="stt"}'] == 1
    assert shown['natter_loop_lag_seconds_bucket{le="0.001",service="stt"}'] == 1


def test_two_services_in_one_process_count_apart() -> None:
    one, two = Metrics("stt"), Metrics("stt")
    one.drop("stale")
    assert (one.dropped("stale"), two.dropped("stale")) == (1, 0)


def test_no_label_can_tell_sessions_apart() -> None:
    families = list(exercised().registry.collect())
    labels = {label for family in families for sample in family.samples for label in sample.labels}
    allowed = {"service", "reason", "policy", "result", "what", "stage", "step", "owner", "queue", "le"}
    assert labels <= allowed | {"worker", "engine", "model", "direction"}


def test_every_measurement_is_exercised_here() -> None:
    """A new one is added to ``exercised``, so that its labels are looked at."""
    methods = {name for name, _ in inspect.getmembers(Metrics, inspect.isfunction) if not name.startswith("_")}
    used = set(re.findall(r"metrics\.(\w+)\(", inspect.getsource(exercised)))
    assert methods - used == {"dropped", "render", "watch"}


def test_what_is_measured_is_in_the_handbook() -> None:
    handbook = (Path(__file__).resolve().parents[3] / "docs" / "operations.md").read_text()
    families = {family.name for family in exercised().registry.collect()} | {
        "natter_queue_depth",
        "natter_queue_longest",
    }
    assert sorted(name for name in families if name not in handbook) == []
