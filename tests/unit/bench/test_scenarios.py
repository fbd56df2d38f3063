"""The items are the same whenever they are made, and the halves share nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.bench.cast import cast
from benchmarks.bench.kinds import Recipe
from benchmarks.bench.kinds.pauses import boundaries
from benchmarks.bench.scenario import HALVES, Kind, Moment, Scenario
from benchmarks.bench.scenarios import recipes
from benchmarks.bench.sound import RATE
from benchmarks.bench.voices import AGENT, speaker_of
from natter_tts.engines import flite

pytestmark = pytest.mark.skipif(not flite.available(), reason="libflite1 is not installed")


def first(kind: Kind, half: str, **given: int) -> list[Scenario]:
    return [recipe.build() for recipe in recipes([kind], [half], limit=4, **given)]


def test_there_are_enough_of_each_kind_and_the_ids_are_unique() -> None:
    found = recipes()
    assert len({recipe.id for recipe in found}) == len(found)
    counts = Counter(recipe.kind for recipe in found)
    people = bool(cast("tuned").recordings)
    assert counts[Kind.PAUSE] >= (200 if people else 150)
    for kind in Kind:
        assert counts[kind] >= (24 if kind is Kind.DOUBLE_TALK else 60 if people else 40), kind
    halves = Counter((recipe.kind, recipe.half) for recipe in found)
    for kind in Kind:
        assert abs(halves[kind, "tuned"] - halves[kind, "held_out"]) <= 4


def test_the_halves_share_no_voice_speaker_or_text() -> None:
    one, other = (cast(half) for half in HALVES)
    assert not {voice.name for voice in one.voices} & {voice.name for voice in other.voices}
    assert not {clip.speaker for clip in one.recordings} & {clip.speaker for clip in other.recordings}
    for texts, others in ((one.pauses, other.pauses), (one.turns, other.turns), (one.overlaps, other.overlaps)):
        said, said_there = ({text for group in given.values() for text in group} for given in (texts, others))
        assert not {text.lower() for text in said} & {text.lower() for text in said_there}


def test_the_agents_voice_never_plays_the_user() -> None:
    assert AGENT not in {voice.name for half in HALVES for voice in cast(half).voices}


@pytest.mark.parametrize("kind", Kind)
def test_an_item_is_the_same_whenever_it_is_made(kind: Kind) -> None:
    assert [item.digest for item in first(kind, "tuned")] == [item.digest for item in first(kind, "tuned")]


@pytest.mark.parametrize("kind", [Kind.INTERRUPTION, Kind.NOISE])
def test_another_seed_is_another_item(kind: Kind) -> None:
    assert first(kind, "tuned", seed=1)[0].digest != first(kind, "tuned", seed=2)[0].digest


def test_an_item_does_not_depend_on_what_is_run_beside_it() -> None:
    alone = recipes([Kind.ECHO], ["held_out"], limit=1)[0].build()
    among = next(recipe for recipe in recipes() if recipe.id == alone.id).build()
    assert alone.digest == among.digest


def test_pauses_are_exact_and_inside_the_sentence() -> None:
    for item in first(Kind.PAUSE, "tuned") + first(Kind.PAUSE, "held_out"):
        cue = item.judged
        assert cue is not None
        assert cue.hole is not None
        begin, end = cue.hole
        assert (end - begin) / RATE == pytest.approx(item.details["pause_s"], abs=1e-3)
        assert 0.6 <= item.details["pause_s"] <= 2.0  # type: ignore[operator]
        assert not cue.audio[begin + 1 : end].any()
        assert 0.3 * RATE < begin < end < len(cue.audio) - 0.1 * RATE


def test_what_is_said_over_the_reply_waits_for_the_reply() -> None:
    for kind in (Kind.INTERRUPTION, Kind.BACKCHANNEL, Kind.DOUBLE_TALK):
        for item in first(kind, "tuned"):
            assert item.judged is not None
            assert (item.judged.when.moment, item.judged.when.reply) == (Moment.AUDIBLE, 1)
            assert item.cues[0].role == "opening"


def test_side_talk_and_noise_come_over_the_reply_and_in_silence() -> None:
    for kind in (Kind.SIDE_TALK, Kind.NOISE):
        variants = {recipe.variant for recipe in recipes([kind], ["tuned"])}
        assert {variant for variant in variants if variant.endswith("over the reply")}
        assert {variant for variant in variants if variant.endswith("in silence")}


def test_a_part_of_the_items_holds_all_variants() -> None:
    variants = {recipe.variant for recipe in recipes([Kind.PAUSE], ["tuned"])}
    assert {recipe.variant for recipe in recipes([Kind.PAUSE], ["tuned"], limit=len(variants))} == variants


def test_a_quick_run_is_small() -> None:
    quick: list[Recipe] = recipes(quick=True)
    assert {recipe.kind for recipe in quick} == set(Kind)
    assert len(quick) < 60


def test_recordings_are_cut_between_words_far_enough_from_both_ends() -> None:
    for clip in cast("held_out").complete:
        for index in boundaries(clip):
            assert 3 <= index <= len(clip.words) - 2


def test_who_speaks_in_a_recording() -> None:
    assert speaker_of("sb_spk2_snt4.wav") == "sb_spk2"
    assert speaker_of("libri_1089-134686-0000.wav") == "libri_1089"
    assert speaker_of("arctic_aew_a0001.wav") == "arctic_aew"
    assert speaker_of("osr_00.wav") == "osr"
