"""What a stack keeps between its runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from natter_cli.keeping import data_of, secret_of
from natter_runtime.errors import UsageError


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    state = tmp_path / "new" / "state"
    secret = secret_of(state)
    assert len(secret) == 64
    assert secret_of(state) == secret
    assert (state / "secret").stat().st_mode & 0o777 == 0o600
    assert secret_of(tmp_path / "other") != secret


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="NATTER_STATE="):
        secret_of(tmp_path / "file")


def test_two_stacks_keep_apart() -> None:
    assert data_of(Path("/s"), 8080) != data_of(Path("/s"), 9000)
