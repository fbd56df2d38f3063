"""Two channels of sound on one axis, given away in chunks of 10 s. Pure.

What is written lies where it was said; what nobody wrote is silence. The newest second stays on the tape, because
what was sent to a client may turn out not to have been heard.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from natter_protocol.audio import INPUT_RATE

CHUNK_S: Final = 10
SLACK_S: Final = 1


@dataclass(frozen=True, slots=True)
class Chunk:
    """Ten seconds of both channels (the last one may be shorter): PCM16 at each channel's own rate.

    ``index`` counts from the beginning of the axis, whoever recorded it.
    """

    index: int
    user: bytes
    agent: bytes
    agent_rate: int


class Channel:
    """One channel, from the beginning of the newest chunk on."""

    def __init__(self, rate: int, begin: int) -> None:
        self.rate = rate
        self.begin = begin
        """The first sample that was not given away."""
        self._pcm = bytearray()

    @property
    def end(self) -> int:
        """The sample after the last one that was written."""
        return self.begin + len(self._pcm) // 2

    def write(self, at: int, pcm: bytes) -> None:
        """Put samples at a position; what lies before it unwritten is silence, what was given away stays as it is."""
        skip = max(0, self.begin - at)
        pcm, at = pcm[2 * skip :], at + skip
        start = 2 * (at - self.begin)
        if start > len(self._pcm):
            self._pcm.extend(bytes(start - len(self._pcm)))
        self._pcm[start : start + len(pcm)] = pcm

    def cut(self, at: int) -> None:
        """Forget everything from a position on."""
        del self._pcm[max(0, 2 * (at - self.begin)) :]

    def take(self, samples: int) -> bytes:
        """Give the first samples away, with silence in place of what is missing."""
        taken = bytes(self._pcm[: 2 * samples])
        del self._pcm[: 2 * samples]
        self.begin += samples
        return taken + bytes(2 * samples - len(taken))


class Tape:
    """See the module.

    Args:
        agent_rate: samples per second of the agent's channel; the user's has 16 kHz.
        start: sample of the axis (16 kHz) from which on this tape is recorded.
    """

    def __init__(self, agent_rate: int, start: int = 0) -> None:
        self._index = start // (CHUNK_S * INPUT_RATE)
        self._user = Channel(INPUT_RATE, self._index * CHUNK_S * INPUT_RATE)
        self._agent = Channel(agent_rate, self._index * CHUNK_S * agent_rate)

    @property
    def agent_begin(self) -> int:
        """The first sample of the agent's channel, at its own rate, that was not given away."""
        return self._agent.begin

    def to_agent(self, at: int) -> int:
        """Return the sample of the agent's channel that lies at ``at`` of the axis."""
        return at * self._agent.rate // INPUT_RATE

    def user(self, at: int, pcm: bytes) -> None:
        """The user's samples from ``at`` of the axis on."""
        self._user.write(at, pcm)

    def agent(self, at: int, pcm: bytes) -> None:
        """The agent's samples from ``at`` of its own channel on."""
        self._agent.write(at, pcm)

    def cut_agent(self, at: int) -> None:
        """What the agent says from ``at`` of its own channel on was not heard."""
        self._agent.cut(at)

    def take(self, now: int) -> list[Chunk]:
        """Return the chunks that are complete at ``now`` of the axis."""
        chunks = []
        while now >= ((self._index + 1) * CHUNK_S + SLACK_S) * INPUT_RATE:
            chunks.append(self._take(1.0))
        return chunks

    def rest(self) -> list[Chunk]:
        """Return everything that is still on the tape; the last chunk is as long as the longer channel."""
        chunks = []
        while (left := self._left()) > 0:
            chunks.append(self._take(min(1.0, left)))
        return chunks

    def _left(self) -> float:
        """How much is on the tape, in chunks."""
        start_s = self._index * CHUNK_S
        ends = (self._user.end / self._user.rate, self._agent.end / self._agent.rate)
        return (max(ends) - start_s) / CHUNK_S

    def _take(self, part: float) -> Chunk:
        user = self._user.take(round(part * CHUNK_S * self._user.rate))
        agent = self._agent.take(round(part * CHUNK_S * self._agent.rate))
        chunk = Chunk(self._index, user, agent, self._agent.rate)
        self._index += 1
        return chunk
