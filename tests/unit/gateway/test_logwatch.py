"""How full the event log is."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from natter_gateway.logwatch import EVERY_S, watch_log
from natter_runtime.clock import ManualClock
from natter_runtime.errors import LogError
from natter_runtime.metrics import Metrics
from natter_runtime.tasks import spawn, stop


class Log:
    """An event log that fills, and cannot be asked in between."""

    def __init__(self, *answers: float | None) -> None:
        self._answers = list(answers)

    async def fullness(self) -> float:
        answer = self._answers.pop(0)
        if answer is None:
            raise LogError("not there")
        return answer


async def test_it_is_shown_and_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    clock, metrics = ManualClock(), Metrics("gateway")
    events: Any = Log(0.25, None, 0.95, 0.5)
    shown = []
    async with asyncio.TaskGroup() as group:
        watching = spawn(group, watch_log(events, clock, metrics), "watch")
        for _ in range(3):
            await asyncio.sleep(0)
            shown.append(metrics.render().decode().split('natter_log_fullness{service="gateway"} ')[1].split()[0])
            clock.advance(EVERY_S)
            await asyncio.sleep(0)
        await stop(watching)
    assert shown == ["0.25", "0.25", "0.95"]
    assert [record.message for record in caplog.records] == ["the event log is 95 % full (NATTER_CALLS_MAX_BYTES)"]
