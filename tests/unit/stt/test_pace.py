from __future__ import annotations

import pytest

from natter_protocol.settings import InputSettings, TranscriptionMode
from natter_stt.config import SttConfig
from natter_stt.pace import Pace, pace_for
from tests.support.stt_audio import MS


def test_without_wishes_the_settings_hold() -> None:
    assert pace_for(InputSettings(), SttConfig()) == Pace(
        partial=320 * MS, pause_ms=120, tail=200 * MS, careful_ms=6_000
    )


@pytest.mark.parametrize(
    ("mode", "pause_ms", "tail_ms", "drafts"),
    [
        (TranscriptionMode.MIN_LATENCY, 90, 150, True),
        (TranscriptionMode.BALANCED, 120, 200, True),
        (TranscriptionMode.MAX_ACCURACY, 180, 300, False),
    ],
)
def test_the_mode_trades_accuracy_for_patience(
    mode: TranscriptionMode, pause_ms: int, tail_ms: int, drafts: bool
) -> None:
    pace = pace_for(InputSettings(mode=mode), SttConfig())
    assert (pace.pause_ms, pace.tail, pace.drafts) == (pause_ms, tail_ms * MS, drafts)


def test_continuous_partials_come_twice_as_often() -> None:
    assert pace_for(InputSettings(continuous_partials=True), SttConfig()).partial == 160 * MS


def test_who_wants_speed_is_not_kept_waiting_and_who_wants_accuracy_gets_all_of_it() -> None:
    careful = {mode: pace_for(InputSettings(mode=mode), SttConfig()).careful_ms for mode in TranscriptionMode}
    assert careful[TranscriptionMode.MIN_LATENCY] == 0
    assert careful[TranscriptionMode.MAX_ACCURACY] >= 30_000
