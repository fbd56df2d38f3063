"""Runs what the documentation shows: scripts and programs as a reader would, against a stack on this machine."""

from __future__ import annotations

import subprocess
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tests.support import pages
from tests.support.conformance_stack import scripted_stack
from tests.support.e2e_stack import environment
from tests.support.pages import Block

SHOWN: Final = "127.0.0.1:8080"
"""Where every page has its stack."""
KEY: Final = "natter"
"""The key that every page shows."""
DEADLINE_S: Final = 30
_STRICT: Final = 'curl() { command curl --fail-with-body --max-time 10 "$@"; }\n'
"""An answer that is an error is one here, which it is not for curl."""


@contextmanager
def documented_stack(folder: Path) -> Iterator[str]:
    """Run a stack with scripted ears and a voice of tones; the demo answers. Yield its host and port."""
    more = {"NATTER_LLM_ENGINE": "demo", "NATTER_API_KEYS": KEY, "NATTER_HTTP_TOOLS_PRIVATE": "yes"}
    with scripted_stack(folder, "--in-process", **more) as url:
        yield urlsplit(url).netloc


def run_python(code: str, place: str, folder: Path) -> str:
    """Run a program to its end; return what it printed."""
    script = folder / "shown.py"
    script.write_text(code.replace(SHOWN, place), encoding="utf-8")
    return _output([sys.executable, str(script)], folder)


@contextmanager
def running_python(code: str, place: str, folder: Path) -> Iterator[None]:
    """Run a program that serves, until the block ends."""
    script = folder / "served.py"
    script.write_text(code.replace(SHOWN, place), encoding="utf-8")
    running = subprocess.Popen([sys.executable, str(script)], cwd=folder, env=environment())
    try:
        yield
    finally:
        running.terminate()
        running.wait(timeout=10)


def run_shell(code: str, place: str, folder: Path) -> str:
    """Run a script in bash, each command of which must succeed; return what it printed."""
    script = _STRICT + code.replace(SHOWN, place)
    return _output(["bash", "-euo", "pipefail", "-c", script], folder, NATTER_API_KEY=KEY)


def _output(command: list[str], folder: Path, **env: str) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environment(**env), capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def shown_file(name: str) -> Block:
    """Return the block that is the file ``name``."""
    (found,) = (block for block in pages.blocks("python") if block.file == name)
    return found


def shown_module(name: str) -> types.ModuleType:
    """Return the module that a page shows as a file; others can import it from where it would be."""
    block = shown_file(name)
    dotted = name.partition("/src/")[2] or name
    module = types.ModuleType(dotted.removesuffix(".py").replace("/", "."))
    sys.modules[module.__name__] = module
    exec(compile(block.code, str(block), "exec"), module.__dict__)
    return module
