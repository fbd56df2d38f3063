"""What tracing costs a call: with no collector, with one, and with one that is down.

::

    python -m benchmarks.tracing_cost

First the span itself: what starting, filling and ending one takes on the event loop's thread, in a process that does
nothing else. Then whole calls: the same question several times to a stack of `natter up`, the latency as the caller
measures it (end of speech to the first audible sample) and the CPU time of all services together.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from natter_runtime import names, tracing
from natter_runtime.telemetry import tracer_for
from tests.support import e2e_stack, otlp_sink
from tests.support.e2e_caller import call
from tests.support.e2e_conversation import SESSION, ask
from tests.support.nats_server import free_port

SPANS = 20_000
TURNS = 6
DOWN = f"http://127.0.0.1:{free_port()}"


def span_cost_us(endpoint: str) -> float:
    """Return what one span costs whoever makes it, in microseconds: the median of many."""
    tracer, flush = tracer_for("turn", "turn-1", endpoint, 1.0)
    parent, costs = tracing.of(tracing.start(tracer, "call")), []
    for number in range(SPANS):
        began = time.perf_counter_ns()
        span = tracing.start(tracer, "turn", parent, {names.TURN: number})
        span.set_attribute(names.RULE, "sure")
        tracing.event(span, names.EVENT_COMMITTED)
        span.end()
        costs.append((time.perf_counter_ns() - began) / 1000)
    flush()
    return statistics.median(costs)


async def latencies_ms(url: str) -> list[float]:
    """Ask again and again; return how long each answer took to be heard."""
    async with call(url, SESSION) as caller:
        await asyncio.sleep(0.5)
        for _ in range(TURNS):
            await ask(caller)
        replies = [event["reply_id"] for event in caller.of("reply.started")]
        heard = [caller.audible_at(reply) for reply in replies]
        return [(at - max(end for end in caller.ends if end < at)) * 1000 for at in heard]


def cpu_s(children_of: int) -> float:
    """Return the CPU time that all descendants of a process have used so far."""
    ticks, known = 0, {children_of}
    for path in sorted(Path("/proc").glob("[0-9]*/stat"), key=lambda path: int(path.parent.name)):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) in known:
            known.add(int(path.parent.name))
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def of_a_call(name: str, endpoint: str) -> None:
    """Measure one stack, and print it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        e2e_stack.stack(Path(folder), OTEL_EXPORTER_OTLP_ENDPOINT=endpoint) as url,
    ):
        before = cpu_s(os.getpid())
        found = asyncio.run(latencies_ms(url))
        used = cpu_s(os.getpid()) - before
    best, middle = min(found), statistics.median(found)
    print(f"  {name:<22} {middle:6.0f} ms median, {best:6.0f} ms best, {used / TURNS:5.2f} s of CPU a turn", flush=True)


def main() -> None:
    """Measure, and print."""
    with ExitStack() as stack:
        live = stack.enter_context(otlp_sink.sink())
        print("one span, made and ended:")
        for name, endpoint in (("off", ""), ("on", live), ("collector is down", DOWN)):
            print(f"  {name:<22} {span_cost_us(endpoint):6.1f} us", flush=True)
        print(f"a call of {TURNS} turns:")
        for name, endpoint in (("off", ""), ("on", live), ("collector is down", DOWN), ("off again", "")):
            of_a_call(name, endpoint)


if __name__ == "__main__":
    main()
