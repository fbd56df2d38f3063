"""One reply as the playout sees it: its audio, its words, how far it was sent and heard. Pure."""

from __future__ import annotations

from collections.abc import Callable

from natter_protocol.audio import AudioFrame
from natter_protocol.tts import TtsSegment, Word


class Spoken:
    """The audio and the words of one reply, in samples from its start."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        self.allowed = False
        self.announced = False
        self.failed = False
        self.active_at = 0.0
        """When something of it last arrived."""
        self.sent = 0
        self.paced = 0.0
        """Where a player would be that played everything as it came: what the pace is kept by."""
        self.heard = 0.0
        """Where the client's player is: by its own word as far as there is one, else as :attr:`paced`."""
        self.missing_since: float | None = None
        self.starved = False
        """It ran dry while it was playing."""
        self._frames: dict[int, AudioFrame] = {}
        self._segments: dict[int, TtsSegment] = {}
        self._begun: dict[int, int] = {}
        self._end: int | None = None
        self._acked = 0

    @property
    def complete(self) -> bool:
        """Whether everything up to its end has been sent."""
        return self._end is not None and self.sent >= self._end

    @property
    def has_audio(self) -> bool:
        """Whether the next sample to be sent is there."""
        return self.sent in self._frames

    def add(self, frame: AudioFrame) -> None:
        """Keep a frame; one that was sent already is dropped."""
        if frame.end:
            self._end = frame.next_sample
        if frame.pcm and frame.next_sample > self.sent:
            skip = max(0, self.sent - frame.first_sample)
            if skip:
                frame = AudioFrame(frame.pcm[2 * skip :], self.sent, epoch=frame.epoch, end=frame.end)
            self._frames[frame.first_sample] = frame

    def words_of(self, segment: TtsSegment) -> None:
        """Keep the words of a segment; a later account of the same segment replaces an earlier one."""
        known = self._segments.get(segment.segment)
        if known is None or segment.exact or not known.exact:
            self._segments[segment.segment] = segment

    def go_on_from(self, sample: int) -> None:
        """Another gateway has sent this reply up to about ``sample``: go on at the word that lies there."""
        starts = [word.start for segment in self._segments.values() for word in segment.words]
        self.sent = sample
        self.begun_words()  # the client knows them
        self.sent = max((start for start in starts if start <= sample), default=0)
        self.paced = self.heard = float(self.sent)
        self.announced = True

    def advance(self, samples: float) -> None:
        """So much time has passed, in samples."""
        self.paced = min(self.paced + samples, float(self.sent))
        self.heard = min(self.heard + samples, float(self.sent))

    def ack(self, played: int, most_behind: int) -> None:
        """The client says that it has played up to ``played``; not more than was sent, not less than it said before.

        One that says for ever that it has played nothing is believed for ``most_behind`` samples.
        """
        self._acked = max(self._acked, min(played, self.sent))
        self.heard = max(float(self._acked), self.paced - most_behind)

    def next_piece(self, most: int) -> bytes:
        """Take the next at most ``most`` samples to send; empty if they have not arrived."""
        frame = self._frames.pop(self.sent, None)
        if frame is None:
            return b""
        pcm, rest = frame.pcm[: 2 * most], frame.pcm[2 * most :]
        self.sent += len(pcm) // 2
        if rest:
            self._frames[self.sent] = AudioFrame(rest, self.sent, epoch=frame.epoch)
        return pcm

    def gap(self) -> tuple[int, int] | None:
        """Return the samples that are missing before something that has arrived, or None."""
        if self.sent in self._frames:
            return None
        later = [first for first in self._frames if first > self.sent]
        if later:
            return self.sent, min(later)
        if self._end is not None and self.sent < self._end:
            return self.sent, self._end
        return None

    def cut(self) -> None:
        """Give up what is missing: the reply ends here."""
        self._frames.clear()
        self._end = self.sent
        self.failed = True

    def begun_words(self) -> list[Word]:
        """Return the words that have begun to be sent since the last call, in order."""
        begun: list[Word] = []
        for number in sorted(self._segments):
            words = self._segments[number].words
            index = self._begun.get(number, 0)
            while index < len(words) and words[index].start < self.sent:
                begun.append(words[index])
                index += 1
            self._begun[number] = index
        return begun

    def heard_text(self) -> str:
        """Return the words of which at least half was heard."""
        return self._text(lambda word: self.heard >= (word.start + word.end) / 2 and self.heard > 0)

    def full_text(self) -> str:
        """Return all its words."""
        return self._text(lambda word: True)

    def _text(self, wanted: Callable[[Word], bool]) -> str:
        words = [word for number in sorted(self._segments) for word in self._segments[number].words]
        return "".join(word.text for word in words if wanted(word)).strip()
