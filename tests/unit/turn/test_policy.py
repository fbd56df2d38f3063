"""From what is stated to the policy that decides."""

from __future__ import annotations

import pytest

from natter_protocol.settings import Preset, TranscriptionMode, TurnPolicy
from natter_turn.policy import MODES, PRESETS, resolve


def test_what_is_not_stated_follows_from_the_mode() -> None:
    assert resolve(TurnPolicy(), None) == MODES[TranscriptionMode.BALANCED]
    assert resolve(TurnPolicy(), TranscriptionMode.MIN_LATENCY) == MODES[TranscriptionMode.MIN_LATENCY]


def test_a_preset_comes_before_the_mode_and_stated_fields_before_it() -> None:
    policy = resolve(TurnPolicy(preset=Preset.CLINICAL, max_silence_ms=5000), TranscriptionMode.MIN_LATENCY)
    assert policy.min_silence_ms == PRESETS[Preset.CLINICAL].min_silence_ms
    assert policy.max_silence_ms == 5000


def test_a_stated_bound_moves_the_other_only_if_they_cross() -> None:
    assert resolve(TurnPolicy(max_silence_ms=100), None).min_silence_ms == 100
    assert resolve(TurnPolicy(min_silence_ms=4000), None).max_silence_ms == 4000
    both = resolve(TurnPolicy(min_silence_ms=700, max_silence_ms=900), None)
    assert (both.min_silence_ms, both.max_silence_ms) == (700, 900)


@pytest.mark.parametrize("preset", list(Preset))
def test_every_preset_is_a_policy_in_order(preset: Preset) -> None:
    policy = resolve(TurnPolicy(preset=preset), None)
    assert 0 < policy.min_silence_ms < policy.max_silence_ms


def test_patience_grows_from_preset_to_preset() -> None:
    fast, usual, slow = (PRESETS[preset] for preset in (Preset.IVR, Preset.CONVERSATION, Preset.CLINICAL))
    assert fast.min_silence_ms <= usual.min_silence_ms <= slow.min_silence_ms
    assert fast.max_silence_ms <= usual.max_silence_ms <= slow.max_silence_ms
    assert fast.certainty < usual.certainty < slow.certainty


def test_switches_are_taken_as_they_are() -> None:
    policy = resolve(TurnPolicy(interrupt_response=False, eager=False, uninterruptible=("greeting",)), None)
    assert not policy.interrupt_response
    assert not policy.eager
    assert policy.uninterruptible == {"greeting"}
