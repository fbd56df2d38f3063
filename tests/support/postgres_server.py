"""A PostgreSQL server of the tests' own, from the machine's package, on a socket in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_FOLDERS = "/usr/lib/postgresql"


def _binaries() -> Path | None:
    versions = [path for path in Path(_FOLDERS).glob("*/bin") if (path / "initdb").exists()]
    found = shutil.which("initdb")
    return max(versions, default=Path(found).parent if found else None)


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run a server; yield the URL of an empty database on it. Skips the test where there is no PostgreSQL."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL here (Debian: apt install postgresql)")
    user = None
    if os.getuid() == 0:  # the server refuses to run as root
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("PostgreSQL cannot run as root, and there is no user postgres")
        user = "postgres"
    with tempfile.TemporaryDirectory(prefix="natter-pg-", ignore_cleanup_errors=True) as folder:
        if user is not None:
            shutil.chown(folder, user, user)
        data = Path(folder) / "data"

        def run(*command: str) -> None:
            subprocess.run(command, check=True, user=user, cwd=folder, capture_output=True, timeout=60)

        run(str(binaries / "initdb"), "-D", str(data), "-U", "natter", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        control = str(binaries / "pg_ctl")
        run(control, "-D", str(data), "-o", options, "-l", f"{folder}/log", "-w", "-t", "30", "start")
        try:
            yield f"postgresql://natter@/postgres?host={folder}"
        finally:
            run(control, "-D", str(data), "-m", "immediate", "-w", "stop")
