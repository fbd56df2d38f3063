"""``natter bench``: run a benchmark of the repository. They are not part of what is installed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from natter_runtime.errors import UsageError

FOLDER: Final = "benchmarks"
_SOURCES: Final = Path(__file__).resolve().parents[4]
"""The repository, where this package is used from its checkout."""


def run(name: str, arguments: Sequence[str], places: Sequence[Path] | None = None) -> int:
    """Run the benchmark ``name`` with ``arguments``; return its exit code.

    Args:
        places: where a repository may be; None is the working folder, then the one this file comes from.

    Raises:
        UsageError: there is no such benchmark, or none at all.
    """
    script = find(name, (Path.cwd(), _SOURCES) if places is None else places)
    return subprocess.run([sys.executable, str(script), *arguments], check=False).returncode


def find(name: str, places: Sequence[Path]) -> Path:
    """Return the file of the benchmark ``name``.

    Raises:
        UsageError: there is no such benchmark, or none at all.
    """
    known: dict[str, Path] = {}
    for place in places:
        for script in sorted((place / FOLDER).glob("*.py")):
            known.setdefault(script.stem, script)
    if not known:
        raise UsageError(
            "the benchmarks are not here: they are part of Natter's repository, run this in a checkout of it"
        )
    if name not in known:
        raise UsageError(f"no benchmark {name!r}: expected one of {', '.join(sorted(known))}")
    return known[name]
