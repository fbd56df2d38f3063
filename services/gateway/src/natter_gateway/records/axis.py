"""The media axis of a session: where in the call "now" is. Pure; time is an argument.

It counts in samples of 16 kHz from the opening. Until the client's first audio comes it follows the clock; from
then on the client's samples are the time (rule R5), so that both channels of a recording, and every moment in a
timeline, lie on one axis. Between two pieces of audio the clock goes on for as long as silence is not yet filled in.
"""

from __future__ import annotations

from natter_gateway.inbound import GRACE_S
from natter_protocol.audio import INPUT_RATE


class Axis:
    """See the module.

    Args:
        opened: monotonic time of the opening.
        input_at_ms: where the client's sample 0 lies, if that is known already.
        position: how far the client's samples have come.
    """

    def __init__(self, opened: float, input_at_ms: int | None = None, position: int = 0) -> None:
        self.offset = None if input_at_ms is None else input_at_ms * INPUT_RATE // 1000
        """Sample of this axis at which the client's sample 0 lies; None: there is none yet."""
        self._opened = opened
        self._position = position
        self._heard_at = opened
        self._latest = 0

    def hear(self, first_sample: int, next_sample: int, now: float) -> bool:
        """The client's input has reached ``next_sample``; return whether that is its very first audio."""
        first = self.offset is None
        if self.offset is None:
            self.offset = max(0, self.now(now) - first_sample)
        self._position = next_sample
        self._heard_at = now
        return first

    def of_input(self, sample: int) -> int:
        """Return where a sample of the client's input lies."""
        return (self.offset or 0) + sample

    def input_ms(self, sample: int) -> int:
        """Return the same in milliseconds."""
        return self.of_input(sample) * 1000 // INPUT_RATE

    def now(self, now: float) -> int:
        """Return where the call is at the monotonic time ``now``; never less than before."""
        if self.offset is None:
            here = round((now - self._opened) * INPUT_RATE)
        else:
            here = self.of_input(self._position) + round(min(now - self._heard_at, GRACE_S) * INPUT_RATE)
        self._latest = max(self._latest, here)
        return self._latest

    def ms(self, now: float) -> int:
        """Return :meth:`now` in milliseconds."""
        return self.now(now) * 1000 // INPUT_RATE
