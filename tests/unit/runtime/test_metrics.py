"""Counters and gauges."""

from __future__ import annotations

from natter_runtime.metrics import Metrics


def samples(metrics: Metrics) -> dict[str, float]:
    lines = [line for line in metrics.render().decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines) if "_created" not in name}


def test_drops_are_counted_by_reason() -> None:
    metrics = Metrics("stt")
    metrics.drop("stale")
    metrics.drop("inbox.aud", 3)
    metrics.drop("stale")
    assert metrics.dropped("stale") == 2
    assert metrics.dropped("never") == 0
    assert samples(metrics)['natter_drops_total{reason="inbox.aud",service="stt"}'] == 3


def test_claims_and_sessions() -> None:
    metrics = Metrics("tts")
    metrics.claim("taken")
    metrics.sessions(4)
    metrics.sessions(3)
    shown = samples(metrics)
    assert shown['natter_claims_total{result="taken",service="tts"}'] == 1
    assert shown['natter_sessions{service="tts"}'] == 3


def test_two_services_in_one_process_count_apart() -> None:
    one, two = Metrics("stt"), Metrics("stt")
    one.drop("stale")
    assert (one.dropped("stale"), two.dropped("stale")) == (1, 0)


def test_no_label_can_tell_sessions_apart() -> None:
    metrics = Metrics("stt")
    metrics.drop("stale")
    metrics.claim("taken")
    metrics.sessions(1)
    labels = {label for family in metrics.registry.collect() for sample in family.samples for label in sample.labels}
    assert labels == {"service", "reason", "result"}
