"""The user's audio on its way in: decoded, cut into frames, kept, published.

When the client stops sending, silence takes the place of what does not come, so that a turn ends
all the same (rule R5). Audio that comes late after all is appended, never put where it belonged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from natter_gateway.focus import Focus
from natter_gateway.ring import Ring
from natter_gateway.transcode import Decoder
from natter_protocol.audio import FRAME_MS, INPUT_FRAME, INPUT_RATE, AudioFrame
from natter_protocol.settings import AudioFormat, InputSettings

GRACE_S: Final = 0.3
"""How long the client may be silent before silence is filled in."""
LATE_S: Final = 0.1
"""A tick that is later than this tells of this gateway, not of the client: what was sent meanwhile waits to be read."""
RETURN_GRACE_S: Final = 2.0
"""The same for a client that has just come back."""
_SILENCE: Final = bytes(2 * INPUT_FRAME)
_FRAME_S: Final = FRAME_MS / 1000


class Inbound:
    """One session's input.

    Args:
        format: of the client's audio.
        publish: takes each frame, in order.
        position: where the sample axis goes on.
        received: how many samples of it the client has sent.
    """

    def __init__(
        self, format: AudioFormat, publish: Callable[[AudioFrame], None], position: int = 0, received: int = 0
    ) -> None:
        self.position = position
        self.received = received
        """Samples that the client sent, at 16 kHz."""
        self.taken = received * format.rate // INPUT_RATE
        """The same at the client's own rate, with what waits in the decoder to be a whole frame."""
        self.ring = Ring()
        self._format = format
        self._decoder = Decoder(format)
        self._focus = Focus()
        self._publish = publish
        self._last: float | None = None
        self._filling_since: float | None = None
        self._ticked: float | None = None
        self._paused = False

    @property
    def received_s(self) -> float:
        """Seconds of audio that the client sent."""
        return self.received / INPUT_RATE

    def configure(self, settings: InputSettings) -> None:
        """From now on the client's audio comes in this format, and is freed of so much noise."""
        self._focus.change(settings.noise_suppression, settings.noise_threshold)
        format = settings.format
        if format != self._format:
            self.taken = self.taken * format.rate // self._format.rate
            self._format = format
            self._decoder = Decoder(format)

    def feed(self, data: bytes, now: float) -> None:
        """Take audio from the client."""
        self._last = now
        self._filling_since = None
        before = self._decoder.taken
        frames = self._decoder.feed(data)
        self.taken += self._decoder.taken - before
        for pcm in frames:
            self.received += INPUT_FRAME
            self._emit(self._focus.clean(pcm), filled=False)

    def tick(self, now: float) -> None:
        """Fill in silence, if the client has been quiet for longer than the grace.

        The first fill makes up for the grace itself; from then on it follows the clock.
        """
        late = 0.0 if self._ticked is None else now - self._ticked - _FRAME_S
        self._ticked = now
        if late > LATE_S and self._last is not None and self._filling_since is None:
            self._last = min(now, self._last + late)
        if self._paused or self._last is None or now - self._last < GRACE_S:
            return
        if self._filling_since is None:
            self._filling_since = self._last
        while self._filling_since + _FRAME_S <= now:
            self._filling_since += _FRAME_S
            self._emit(_SILENCE, filled=True)

    def pause(self) -> None:
        """The client is gone: the sample axis stands still."""
        self._paused = True
        self._decoder.drop_half()

    def go_on(self, now: float) -> None:
        """The client is back."""
        self._paused = False
        self._filling_since = None
        if self._last is not None:
            self._last = now + RETURN_GRACE_S - GRACE_S

    def skip(self, samples: int) -> None:
        """Leave out so much of the axis: the workers may have heard it from another gateway."""
        self.position += -(-samples // INPUT_FRAME) * INPUT_FRAME

    def _emit(self, pcm: bytes, *, filled: bool) -> None:
        frame = AudioFrame(pcm, self.position, filled=filled)
        self.position = frame.next_sample
        self.ring.add(frame)
        self._publish(frame)
