"""What is sealed stays sealed, and can be opened by whoever has the secret."""

from __future__ import annotations

import pytest

from natter_runtime.errors import UsageError
from natter_runtime.seal import SealBroken, Sealer, SecretMissing, derive

OLD, NEW = "an old secret that is long", "a new secret that is long"


def test_what_was_sealed_can_be_opened_and_shows_nothing() -> None:
    sealer = Sealer(OLD)
    sealed = sealer.seal("sk-very-secret ✓")
    assert "secret" not in sealed
    assert sealer.open(sealed) == "sk-very-secret ✓"
    assert Sealer(OLD).open(sealed) == "sk-very-secret ✓"
    assert sealer.seal("sk-very-secret ✓") != sealed


def test_another_secret_opens_nothing() -> None:
    sealed = Sealer(OLD).seal("x")
    with pytest.raises(SealBroken):
        Sealer(NEW).open(sealed)


@pytest.mark.parametrize("change", [lambda s: s[:-2], lambda s: "A" + s[1:], lambda s: "ä", lambda s: ""])
def test_what_was_changed_is_not_opened(change: object) -> None:
    sealer = Sealer(OLD)
    with pytest.raises(SealBroken):
        sealer.open(change(sealer.seal("x")))  # type: ignore[operator]


def test_a_new_secret_before_the_old_one_takes_over() -> None:
    sealed = Sealer(OLD).seal("x")
    both = Sealer(f"{NEW}, {OLD}")
    assert both.open(sealed) == "x"
    assert Sealer(NEW).open(both.seal("y")) == "y"


def test_without_a_secret_nothing_is_sealed_in_the_open() -> None:
    sealer = Sealer("")
    assert not sealer.ready
    with pytest.raises(SecretMissing, match="NATTER_SECRET"):
        sealer.seal("x")
    with pytest.raises(SecretMissing):
        sealer.open("x")


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(UsageError, match="NATTER_SECRET"):
        Sealer("hunter2")


def test_keys_for_different_purposes_differ() -> None:
    assert derive(OLD, "seal") == derive(OLD, "seal")
    assert len({derive(OLD, "seal"), derive(OLD, "links"), derive(NEW, "seal")}) == 3
