"""From windows to the onset and the end of speech."""

from __future__ import annotations

from natter_turn.activity import ONSET_WINDOWS, RELEASE_WINDOWS, WINDOW, Activity, Edge
from natter_turn.inputs import Window


class Stream:
    """Windows, one after the other."""

    def __init__(self, onset: int = 2) -> None:
        self.activity = Activity()
        self.position = 0
        self.onset = onset

    def hear(self, count: int, speech: float, level: float | None = None, echo: float = 0.0) -> list[Edge]:
        edges = []
        for _ in range(count):
            self.position += WINDOW
            window = Window(self.position, speech, level, -10.0 if level is not None else None, echo)
            edge = self.activity.update(window, 0.5, self.onset)
            edges += [edge] if edge is not None else []
        return edges


def test_speech_begins_with_its_first_window_and_ends_with_its_last() -> None:
    stream = Stream()
    assert stream.hear(5, 0.1) == []
    assert stream.hear(10, 0.9) == [Edge.STARTED]
    assert stream.hear(10, 0.1) == [Edge.STOPPED]
    assert stream.activity.start_sample == 5 * WINDOW
    assert stream.activity.last_speech_sample == 15 * WINDOW
    assert stream.activity.voiced == stream.activity.total_voiced == 10 * WINDOW


def test_a_click_is_no_speech() -> None:
    stream = Stream(ONSET_WINDOWS)
    assert stream.hear(ONSET_WINDOWS - 1, 0.9) == []
    assert stream.hear(1, 0.1) == []
    assert stream.hear(ONSET_WINDOWS - 1, 0.9) == []


def test_a_dip_does_not_end_speech() -> None:
    stream = Stream()
    stream.hear(5, 0.9)
    assert stream.hear(3, 0.4) == []
    assert stream.hear(RELEASE_WINDOWS - 1, 0.1) == []
    assert stream.hear(1, 0.9) == []


def test_the_agents_echo_is_no_speech() -> None:
    stream = Stream()
    assert stream.hear(20, 0.9, echo=0.8) == []
    assert stream.hear(2, 0.9, echo=0.2) == [Edge.STARTED]


def test_what_the_detector_still_calls_speech_in_a_silent_room_is_its_tail() -> None:
    stream = Stream()
    stream.hear(40, 0.02, level=-66.0)
    stream.hear(20, 0.95, level=-26.0)
    assert stream.hear(6, 0.6, level=-66.0) == [Edge.STOPPED]
    assert stream.activity.last_speech_sample == 60 * WINDOW


def test_soft_consonants_in_a_silent_room_are_speech() -> None:
    stream = Stream()
    stream.hear(40, 0.02, level=-70.0)
    stream.hear(20, 0.95, level=-26.0)
    assert stream.hear(3, 0.6, level=-52.0) == []
    assert stream.activity.last_speech_sample == 63 * WINDOW


def test_in_a_loud_room_the_end_is_where_the_voice_sinks_into_it() -> None:
    stream = Stream()
    stream.hear(100, 0.02, level=-40.0)
    stream.hear(20, 0.95, level=-26.0)
    stream.hear(4, 0.6, level=-39.0)
    assert stream.activity.last_speech_sample == 120 * WINDOW


def test_the_timbre_of_a_stretch_is_that_of_its_speech() -> None:
    stream = Stream()
    stream.hear(10, 0.05, level=-70.0)
    stream.hear(10, 0.95, level=-30.0)
    assert stream.activity.timbre.windows == 10
    assert stream.activity.timbre.level_db == -30.0
    stream.hear(5, 0.05, level=-70.0)
    assert stream.activity.timbre.windows == 0
    assert stream.activity.heard.windows == 10
