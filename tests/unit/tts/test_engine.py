from __future__ import annotations

import pytest

from natter_tts.engine import EngineInfo, pick_voice

INFO = EngineInfo("x", "", 16_000, ("en",), ("Bdl", "Slt"), "Bdl", True, True)


@pytest.mark.parametrize(
    ("wanted", "voice"), [("Slt", "Slt"), ("slt", "Slt"), ("alba", "Bdl"), ("", "Bdl"), (None, "Bdl")]
)
def test_a_voice_is_found_in_any_case_and_never_missing(wanted: str | None, voice: str) -> None:
    assert pick_voice(INFO, wanted) == voice
