"""How full the event log is, for metrics: a full one takes no more facts, and calls end."""

from __future__ import annotations

import logging
from typing import Final

from natter_runtime.bus import EventLog
from natter_runtime.clock import Clock
from natter_runtime.errors import LogError
from natter_runtime.metrics import Metrics

log = logging.getLogger(__name__)

EVERY_S: Final = 15.0
WARN_AT: Final = 0.9
"""From here on every look is worth a line."""


async def watch_log(events: EventLog, clock: Clock, metrics: Metrics) -> None:
    """Look every :data:`EVERY_S` seconds, until cancelled."""
    while True:
        try:
            part = await events.fullness()
        except LogError as error:
            log.debug("the event log cannot be asked: %s", error)
        else:
            metrics.fullness(part)
            if part >= WARN_AT:
                log.warning("the event log is %.0f %% full (NATTER_CALLS_MAX_BYTES)", 100 * part)
        await clock.sleep(EVERY_S)
