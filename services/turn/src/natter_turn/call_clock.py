"""The time of a call: it stands while no audio comes at all, because then nobody is connected.

A gateway that has a client sends audio without a break, silence if need be. If even that stops, the client
or the gateway is gone, and both may come back (rule R9): no turn must end and no reply be given up meanwhile.
"""

from __future__ import annotations

from typing import Final

from natter_runtime.clock import Clock

STILL_S: Final = 1.0
"""So long audio may be missing before time stands; the gateway fills it in after 0.3 s."""


class CallClock:
    """Monotonic seconds, less the time that nobody was there.

    Until the first audio comes time passes as it does: some calls have none.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heard_at: float | None = None
        self._stood = 0.0

    def heard(self) -> None:
        """Audio has come."""
        now = self._clock.monotonic()
        if self._heard_at is not None:
            self._stood += max(0.0, now - self._heard_at - STILL_S)
        self._heard_at = now

    def now(self) -> float:
        """Return the time of the call."""
        now = self._clock.monotonic()
        if self._heard_at is not None:
            now = min(now, self._heard_at + STILL_S)
        return now - self._stood
