"""What patience costs: pauses held against the time to the first sound, every named setting a point. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.bench.figures import Figures
from benchmarks.bench.plot import Axis, Curve, Mark, chart
from benchmarks.bench.presets import SWEEP
from benchmarks.bench.scenario import Kind
from benchmarks.bench.stats import quantile

SLOWEST_S = 3.0


def frontier(columns: Sequence[Figures]) -> str:
    """Return the chart of ``columns``, of one half, as SVG; settings without pauses or without turns are left out.

    So are swept ones, which are run on fewer items.
    """
    swept = {preset.name for preset in SWEEP}
    places = [(one, place) for one in columns if one.preset not in swept and (place := _place(one)) is not None]
    ours = best([place for one, place in places if one.system == "natter"])
    curves = [Curve("", ours, dashed=True)] if ours else []
    marks = [
        Mark(one.preset, *place, before=True) if one.system == "natter" else Mark(one.system, *place)
        for one, place in places
    ]
    x = Axis("end of speech to first audible sample, median, s", 0.0, SLOWEST_S, [tick / 2 for tick in range(7)])
    y = Axis("pauses within a sentence held, %", 0, 100, range(0, 101, 20))
    return chart("What patience costs: Natter's settings, and others", x, y, curves, marks)


def best(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return those (seconds, held) that no other is ahead of in both, from the fastest on."""
    found: list[tuple[float, float]] = []
    for seconds, held in sorted(places, key=lambda place: (place[0], -place[1])):
        if not found or held > found[-1][1]:
            found.append((seconds, held))
    return found


def _place(one: Figures) -> tuple[float, float] | None:
    latencies, held = one.latencies(Kind.TURN), one.share(Kind.PAUSE)
    if not latencies or not held.total:
        return None
    return quantile(latencies, 0.5), 100 * held.value
