"""Natter's own decision on recorded evidence: the one file of the benchmarks that calls ``natter_turn.endpointing``.

It plays the turn machine's part: at each window of a pause it puts together what the machine would know
by then and asks for the decision. A decision needs the recogniser's final, as a commit does.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import product
from typing import Final

from benchmarks.bench.endpointing import ASKED_MS, BLIND_MS, PATIENCE_MS, WINDOW_MS, Policy
from benchmarks.bench.evidence import Evidence, Heard, Pause
from benchmarks.bench.sound import RATE
from natter_protocol.settings import Preset, TranscriptionMode, TurnPolicy
from natter_turn import endpointing
from natter_turn.asked import Asked, asked
from natter_turn.policy import resolve

FINAL_TAIL_MS: Final = 120
"""The silence at which the recogniser makes its final, by default."""
MIN_SILENCE_MS: Final = (100, 200, 250, 300, 400, 600, 800, 1000)
MAX_SILENCE_MS: Final = (1000, 1200, 1400, 1600, 1800, 2000, 2400)
CERTAINTY: Final = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_FINAL_WAIT_MS: Final = 300
"""A turn that is over is committed so long after at the latest, with the text there is."""


def decided(stated: TurnPolicy, mode: TranscriptionMode | None = None, certainty: float | None = None) -> Policy:
    """Return Natter's decision under what a client states; ``certainty`` replaces that of the mode."""
    policy = resolve(stated, mode)
    if certainty is not None:
        policy = replace(policy, certainty=certainty)

    def when(item: Evidence, pause: Pause) -> float | None:
        question = asked(item.asked)
        until = PATIENCE_MS if pause.resumes is None else (pause.resumes - pause.last_speech) * 1000 // RATE
        over_at: int | None = None
        for silence in range(BLIND_MS, until + 1, WINDOW_MS):
            final = _final(pause, silence)
            evidence = known(pause, silence, final, question)
            if (
                over_at is None
                and endpointing.decide(evidence, policy, _estimate(replace(evidence, silence_ms=0))).over
            ):
                over_at = silence
            if over_at is not None and (final is not None or silence - over_at >= _FINAL_WAIT_MS):
                return float(silence)
        return None

    return when


_estimate = lru_cache(maxsize=16_384)(endpointing.estimate)
"""What is weighed does not depend on the silence, and is asked for at every window under every policy."""


def sweep() -> dict[str, Policy]:
    """Return Natter with its bounds and its certainty swept."""
    return {
        f"min {least}, max {most} ms, certainty {certainty}": decided(
            TurnPolicy(min_silence_ms=least, max_silence_ms=most), certainty=certainty
        )
        for least, most, certainty in product(MIN_SILENCE_MS, MAX_SILENCE_MS, CERTAINTY)
        if least <= most
    }


def presets() -> dict[str, Policy]:
    """Return Natter as it is set by name."""
    modes = {mode.value: decided(TurnPolicy(), mode) for mode in TranscriptionMode}
    return modes | {preset.value: decided(TurnPolicy(preset=preset)) for preset in Preset}


def known(pause: Pause, silence: int, final: Heard | None, question: Asked) -> endpointing.Evidence:
    """Return what the turn machine knows after ``silence`` milliseconds of a pause."""
    newest = final or pause.heard[0]
    scores = final.scores if final is not None else {}
    return endpointing.Evidence(
        silence_ms=silence,
        text=newest.text,
        sound=_sound(pause, silence),
        ends_sentence=scores.get("ends_sentence"),
        reads_complete=scores.get("reads_complete"),
        asked=question,
    )


def at_the_end(evidence: Evidence, pause: Pause) -> endpointing.Evidence:
    """Return what the turn machine knows of a pause as soon as all is known that will be."""
    ready = max(endpointing.ASK_MS, FINAL_TAIL_MS) + ASKED_MS
    return known(pause, ready, _final(pause, ready), asked(evidence.asked))


def _sound(pause: Pause, silence: int) -> float | None:
    """Return Smart Turn's answer, which is asked for once per pause, if it is there."""
    if silence < endpointing.ASK_MS + ASKED_MS:
        return None
    asked = [sound for sound in pause.sound if sound.silence_ms <= endpointing.ASK_MS]
    return asked[-1].complete if asked else None


def _final(pause: Pause, silence: int) -> Heard | None:
    if silence < FINAL_TAIL_MS + ASKED_MS:
        return None
    return next((heard for heard in pause.heard if heard.tail_ms == FINAL_TAIL_MS), pause.heard[0])
