"""Settings from the environment."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from natter_runtime.config import RuntimeConfig, load, setting, settings_of
from natter_runtime.errors import UsageError


@dataclass(frozen=True, slots=True)
class Config:
    """One field of each kind."""

    name: str = setting("demo", "T_NAME", "a name", choices=("demo", "real"))
    count: int = setting(2, "T_COUNT", "how many", unit="pieces", low=1, high=9)
    rate: float = setting(0.5, "T_RATE", "how often", unit="Hz", low=0)
    most: float = setting(0.5, "T_MOST", "how much", high=7)
    on: bool = setting(False, "T_ON", "whether")
    folder: Path = setting(Path("/var"), "T_FOLDER", "where")
    keys: tuple[str, ...] = setting((), "T_KEYS", "keys", secret=True)
    limit: int | None = setting(None, "T_LIMIT", "a limit, if any")
    computed: int = 7


def test_without_an_environment_the_defaults_hold() -> None:
    assert load(Config, {}) == Config()
    assert load(Config, {"T_COUNT": "", "T_NAME": "  "}) == Config()


def test_everything_can_be_set() -> None:
    environ = {
        "T_NAME": "real",
        "T_COUNT": " 9 ",
        "T_RATE": "1e3",
        "T_MOST": "-1",
        "T_ON": "Yes",
        "T_FOLDER": "~/x",
        "T_KEYS": "a, b,,c ",
        "T_LIMIT": "3",
        "UNRELATED": "x",
    }
    assert load(Config, environ) == Config("real", 9, 1000.0, -1.0, True, Path("~/x").expanduser(), ("a", "b", "c"), 3)


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text("one,two\n")
    assert load(Config, {"T_KEYS_FILE": str(file)}).keys == ("one", "two")
    assert load(Config, {"T_KEYS_FILE": str(file), "T_KEYS": "three"}).keys == ("three",)
    assert load(Config, {"T_NAME_FILE": str(file)}).name == "demo", "only secrets do"
    with pytest.raises(UsageError, match="T_KEYS_FILE='/nowhere': expected a file that can be read"):
        load(Config, {"T_KEYS_FILE": "/nowhere"})


@pytest.mark.parametrize(("text", "value"), [("1", True), ("on", True), ("TRUE", True), ("0", False), ("off", False)])
def test_yes_and_no(text: str, value: bool) -> None:
    assert load(Config, {"T_ON": text}).on is value


@pytest.mark.parametrize(
    ("variable", "text", "says"),
    [
        ("T_NAME", "fake", "T_NAME='fake': expected one of demo, real"),
        ("T_COUNT", "two", "T_COUNT='two': expected a whole number (pieces)"),
        ("T_COUNT", "1.5", "T_COUNT='1.5': expected a whole number (pieces)"),
        ("T_COUNT", "0", "T_COUNT='0': expected 1 to 9 (pieces)"),
        ("T_COUNT", "10", "T_COUNT='10': expected 1 to 9 (pieces)"),
        ("T_RATE", "fast", "T_RATE='fast': expected a number (Hz)"),
        ("T_RATE", "-1", "T_RATE='-1': expected at least 0 (Hz)"),
        ("T_RATE", "nan", "T_RATE='nan': expected at least 0 (Hz)"),
        ("T_MOST", "8", "T_MOST='8': expected at most 7"),
        ("T_ON", "maybe", "T_ON='maybe': expected yes or no"),
        ("T_LIMIT", "none", "T_LIMIT='none': expected a whole number"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(variable: str, text: str, says: str) -> None:
    with pytest.raises(UsageError) as raised:
        load(Config, {variable: text})
    assert str(raised.value) == says


def test_the_declarations_can_be_listed() -> None:
    listed = {field.name: about for field, about in settings_of(Config)}
    assert list(listed) == [field.name for field in fields(Config) if field.name != "computed"]
    assert listed["keys"].secret
    assert (listed["count"].unit, listed["count"].low, listed["count"].high) == ("pieces", 1, 9)


def test_every_common_setting_says_what_it_is_for() -> None:
    for field, about in settings_of(RuntimeConfig):
        assert about.help, field.name
        assert about.env.isupper(), field.name
    assert load(RuntimeConfig, {"NATTER_CALLS_MAX_BYTES": "2097152"}).calls_max_bytes == 2 * 1024 * 1024
    with pytest.raises(UsageError, match="at least 1048576"):
        load(RuntimeConfig, {"NATTER_CALLS_MAX_BYTES": "1"})
