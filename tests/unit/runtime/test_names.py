"""The names of spans and attributes."""

from __future__ import annotations

from natter_runtime import names

CONSTANTS = {name: value for name, value in vars(names).items() if name.isupper()}


def test_every_name_is_used_once() -> None:
    assert len(set(CONSTANTS.values())) == len(CONSTANTS)


def test_what_was_said_is_under_a_name_that_says_so() -> None:
    for name, value in CONSTANTS.items():
        assert ("pii" in value.split(".")) == name.endswith("_TEXT"), name


def test_attributes_are_namespaced() -> None:
    for name, value in CONSTANTS.items():
        if not name.startswith(("SPAN_", "EVENT_")):
            assert value.startswith(("natter.", "gen_ai.", "messaging.")), name
