"""What the client is hearing."""

from __future__ import annotations

import pytest

from natter_protocol.base import Lane
from natter_protocol.errors import ProtocolError
from natter_protocol.playback import CREDIT_S, PlaybackProgress, PlaybackResend, PlaybackState
from tests.support.protocol_wire import read, travelled


@pytest.mark.parametrize("state", PlaybackState)
def test_progress_travels(state: PlaybackState) -> None:
    progress = PlaybackProgress(session="s", epoch=2, state=state, heard=10, sent=20, credit=120_000, at_sample=7)
    assert travelled(progress) == progress


def test_progress_is_replaceable_and_a_resend_is_a_command() -> None:
    assert PlaybackProgress.lane is Lane.LIVE
    assert PlaybackResend.lane is Lane.CTL


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(ProtocolError, match="rewinding"):
        read(type="playback.progress", state="rewinding", heard=0, sent=0, credit=0)


def test_the_credit_is_that_of_the_architecture() -> None:
    assert CREDIT_S == 5.0
