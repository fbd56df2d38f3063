"""``natter init``."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from natter_cli import keys
from natter_runtime.errors import UsageError

FILES = {
    "nats/passwords.conf",
    "nats/cluster.conf",
    "gateway/api_keys",
    "gateway/secret",
    "llm/secret",
    *(f"{user}/nats_password" for user in ("gateway", "turn", "stt", "llm", "tts", "operator", "cluster")),
}


def files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_all_keys_are_made_once(tmp_path: Path) -> None:
    key = keys.make(tmp_path, own_keys=False)
    made = files(tmp_path)
    assert set(made) == FILES
    assert key == made["gateway/api_keys"]
    assert key.startswith("nk_")
    assert len(key) > 30
    assert made["llm/secret"] == made["gateway/secret"]
    assert keys.make(tmp_path, own_keys=False) == ""
    assert files(tmp_path) == made


def test_every_password_is_another_and_nats_knows_all(tmp_path: Path) -> None:
    keys.make(tmp_path, own_keys=False)
    passwords = [(tmp_path / user / "nats_password").read_text() for user in keys.USERS]
    assert len(set(passwords)) == len(keys.USERS)
    conf = (tmp_path / "nats" / "passwords.conf").read_text()
    assert all(f'"{password}"' in conf for password in passwords)


def test_nobody_else_can_read_them(tmp_path: Path) -> None:
    keys.make(tmp_path, own_keys=False)
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in files(tmp_path)} == {0o600}


def test_what_is_missing_is_added(tmp_path: Path) -> None:
    keys.make(tmp_path, own_keys=False)
    before = files(tmp_path)
    (tmp_path / "stt" / "nats_password").write_text("")
    (tmp_path / "nats" / "passwords.conf").unlink()
    keys.make(tmp_path, own_keys=False)
    after = files(tmp_path)
    assert after["stt/nats_password"] not in ("", before["stt/nats_password"])
    assert after["stt/nats_password"] in after["nats/passwords.conf"]
    assert after["gateway/api_keys"] == before["gateway/api_keys"]


def test_who_has_keys_gets_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NATTER_API_KEYS", "mine")
    assert keys.run(tmp_path) == 0
    assert capsys.readouterr().out == ""
    assert not (tmp_path / "gateway" / "api_keys").exists()
    monkeypatch.delenv("NATTER_API_KEYS")
    assert keys.run(tmp_path) == 0
    assert (tmp_path / "gateway" / "api_keys").read_text() in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="file/keys: expected a folder that can be written"):
        keys.run(tmp_path / "file" / "keys")
