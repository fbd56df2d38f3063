"""The command's own settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from natter_cli import config
from natter_runtime.errors import UsageError


def test_defaults() -> None:
    settings = config.read({})
    assert settings.call_url == "ws://127.0.0.1:8080/v1/ws"
    assert settings.state == Path("~/.local/state/natter").expanduser()


def test_the_state_folder_follows_xdg(tmp_path: Path) -> None:
    assert config.read({"XDG_STATE_HOME": str(tmp_path)}).state == tmp_path / "natter"
    given = {"XDG_STATE_HOME": str(tmp_path), "NATTER_STATE": str(tmp_path / "own")}
    assert config.read(given).state == tmp_path / "own"


def test_a_call_goes_to_the_gateway_of_this_machine() -> None:
    assert config.read({"NATTER_HOST": "0.0.0.0", "NATTER_PORT": "9000"}).call_url == "ws://127.0.0.1:9000/v1/ws"
    assert config.read({"NATTER_URL": "wss://voice.example/v1/ws"}).call_url == "wss://voice.example/v1/ws"
    assert config.page_url("::", 80) == "http://[::1]:80/"


def test_a_wrong_value_names_its_variable() -> None:
    with pytest.raises(UsageError, match="NATTER_PORT='x'"):
        config.read({"NATTER_PORT": "x"})
