"""The languages that are heard."""

from __future__ import annotations

from natter_gateway.hearing import Hearing
from natter_protocol.svc import SvcPong


def heard(*languages: str, model: str = "") -> Hearing:
    """Return what is known of an stt with these languages."""
    hearing = Hearing()
    hearing.learn(SvcPong(instance="stt-1", engine="ears", model=model, details={"languages": list(languages)}))
    return hearing


def test_nothing_is_refused_before_anything_is_known() -> None:
    assert Hearing().refusal(["ja"]) == ""
    silent = Hearing()
    silent.learn(SvcPong(instance="stt-1"))
    assert silent.refusal(["ja"]) == ""


def test_regions_do_not_matter() -> None:
    assert heard("en", "pt").refusal(["en-GB", "pt_BR", "EN"]) == ""
    assert heard("en", "pt").refusal([]) == ""


def test_one_language_that_is_not_heard_is_enough() -> None:
    assert heard("en", "de", model="small").refusal(["de", "ja-JP", "ko"]) == "ears (small) hears de, en, not ja-JP, ko"


def test_a_long_list_is_counted() -> None:
    many = [f"{a}{b}" for a in "abcd" for b in "abcd"]
    assert heard(*many).refusal(["zz"]) == "ears hears 16 others, not zz"
