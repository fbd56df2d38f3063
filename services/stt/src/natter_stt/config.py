"""The service's settings; the only file that names its environment variables."""

from __future__ import annotations

from dataclasses import dataclass

from natter_runtime.config import setting


@dataclass(frozen=True, slots=True)
class SttConfig:
    """What ``natter-stt`` is configured with."""

    engine: str = setting(
        "moonshine", "NATTER_STT_ENGINE", "the recogniser", choices=("moonshine", "faster_whisper", "scripted")
    )
    model: str = setting("", "NATTER_STT_MODEL", "its model: a name or an absolute path; empty is its default")
    device: str = setting("auto", "NATTER_STT_DEVICE", "where Whisper runs", choices=("auto", "cpu", "cuda"))
    window_s: float = setting(
        30.0, "NATTER_STT_WINDOW_S", "what Whisper's encoder sees at least", unit="seconds", low=1, high=30
    )
    hub_timeout_s: float = setting(
        5.0, "NATTER_STT_HUB_TIMEOUT_S", "how long the model hub may take to answer", unit="seconds", low=0.1
    )
    threads: int = setting(2, "NATTER_STT_THREADS", "model calls at a time", low=1, high=64)
    partial_ms: int = setting(
        320, "NATTER_STT_PARTIAL_MS", "new audio between two partials", unit="milliseconds", low=100, high=5000
    )
    pause_ms: int = setting(
        120, "NATTER_STT_PAUSE_MS", "silence at which a final is made", unit="milliseconds", low=32, high=2000
    )
    tail_ms: int = setting(
        200, "NATTER_STT_TAIL_MS", "silence a final hears after the speech, if it is there", unit="milliseconds", low=0
    )
    text: str = setting(
        "written",
        "NATTER_STT_TEXT",
        "numbers, times and addresses as people write them, or as the engine gives them",
        choices=("written", "spoken"),
    )
    decode_timeout_s: float = setting(
        10.0, "NATTER_STT_DECODE_TIMEOUT_S", "a decode that takes longer has failed", unit="seconds", low=0.5
    )
