"""``scripts/setup.sh``: quiet once it is done, and in one line each about what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("bash", "cat", "dirname", "env", "id", "rm", "touch")
UV = """#!/bin/sh
# Stands for uv: makes an environment as uv does, of links alone, and notes that it was asked.
case $1 in
  --version) exit 0 ;;
  sync)
    echo "$@" >>uv.log
    mkdir -p .venv/bin
    ln -sf "$UV_PYTHON" .venv/bin/python
    printf 'home = %s\\n' "$(dirname "$UV_PYTHON")" >.venv/pyvenv.cfg ;;
esac
"""


class Checkout:
    """A copy of the script with what it reads, and a PATH that holds only what a test puts there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "checkout"
        self.path = folder / "bin"
        self.path.mkdir()
        (self.folder / "scripts").mkdir(parents=True)
        shutil.copy(ROOT / "scripts" / "setup.sh", self.folder / "scripts")
        for name in ("uv.lock", "pyproject.toml", "libs/a/pyproject.toml", "services/b/pyproject.toml"):
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(f"# {name}\n")
        for name in (*TOOLS, "mkdir", "ln"):
            self.have(name, shutil.which(name) or "")
        self.have("python3", os.path.realpath(sys._base_executable))  # type: ignore[attr-defined]

    def have(self, name: str, target: str) -> None:
        """Let ``name`` be on PATH."""
        (self.path / name).symlink_to(target)

    def have_uv(self) -> None:
        """Let there be a uv that installs nothing."""
        uv = self.path / "uv"
        uv.write_text(UV)
        uv.chmod(0o755)

    def setup(self, **env: str) -> subprocess.CompletedProcess[str]:
        """Run the script."""
        return subprocess.run(
            [self.folder / "scripts" / "setup.sh"],
            env={"PATH": str(self.path), "HOME": str(self.folder), "NATTER_SETUP_APT": "no", **env},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @property
    def syncs(self) -> int:
        """How often the dependencies were installed."""
        log = self.folder / "uv.log"
        return len(log.read_text().splitlines()) if log.exists() else 0


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_a_second_run_installs_nothing(checkout: Checkout) -> None:
    """Also where ``python3`` is a link to the Python that ``.venv`` names."""
    checkout.have_uv()
    first = checkout.setup()
    assert first.returncode == 0, first.stderr
    assert "setup: installing the locked dependencies into .venv" in first.stderr
    second = checkout.setup()
    assert second.returncode == 0, second.stderr
    assert "installing" not in second.stderr
    assert checkout.syncs == 1


def test_a_change_of_the_lock_is_noticed(checkout: Checkout) -> None:
    checkout.have_uv()
    checkout.setup()
    (checkout.folder / "uv.lock").write_text("# another\n")
    assert "installing the locked dependencies" in checkout.setup().stderr
    assert checkout.syncs == 2


def test_what_is_missing_is_told_in_one_line_with_what_is_used_instead(checkout: Checkout) -> None:
    checkout.have_uv()
    told = [line for line in checkout.setup().stderr.splitlines() if "nats-server" in line]
    assert told == [
        "setup: no nats-server: all services run in one process instead (better: apt or brew install nats-server)"
    ]
    checkout.have("nats-server", "/bin/true")
    assert "nats-server" not in checkout.setup().stderr


def test_without_python_one_line_says_what_to_install(checkout: Checkout) -> None:
    (checkout.path / "python3").unlink()
    refused = checkout.setup()
    assert refused.returncode == 1
    assert refused.stderr == (
        "setup: Python 3.11 or later is needed: install python3 with venv (Debian: apt install python3 python3-venv)\n"
    )
