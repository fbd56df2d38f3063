"""What all who keep records work with."""

from __future__ import annotations

from dataclasses import dataclass

from natter_gateway.records.shelf import Shelf
from natter_gateway.store.database import Database
from natter_runtime.bus import Bus
from natter_runtime.clock import Clock
from natter_runtime.executor import ModelExecutor
from natter_runtime.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Means:
    """See the module.

    Attributes:
        instance: this gateway.
        writing: writes and deletes; one thread.
        mixing: puts recordings together and looks through them all; one thread, so that it never takes more than that.
    """

    instance: str
    database: Database
    bus: Bus
    shelf: Shelf
    clock: Clock
    metrics: Metrics
    writing: ModelExecutor
    mixing: ModelExecutor
