"""Other systems, each in an environment of its own that is made when it is first needed.

``benchmarks/.peers/<name>`` is a virtual environment outside the lock, made by uv or pip from
``benchmarks/peers/<name>.txt``; a change of that file makes it anew.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from benchmarks.bench.lines.bot import Bot
from benchmarks.bench.systems import Unavailable, process
from natter_cli.natsd import free_port

ROOT: Final = Path(__file__).parents[3]
FOLDER: Final = ROOT / "benchmarks" / ".peers"
SOURCES: Final = ROOT / "benchmarks" / "peers"
INSTALL_S: Final = 900.0
CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
"""Where the system keeps what it trusts; uv looks only at its own unless told."""


@asynccontextmanager
async def bots(name: str, model_url: str, logs: Path, count: int) -> AsyncIterator[Bot]:
    """Run ``count`` processes of the bot ``name`` while the block runs.

    Raises:
        Unavailable: it cannot be installed, or does not start.
    """
    python = await environment(name)
    env = {key: value for key, value in os.environ.items() if not key.startswith(("NATTER_", "OTEL_"))}
    env |= {key: os.environ[key] for key in ("NATTER_MODELS",) if key in os.environ}
    urls = []
    async with AsyncExitStack() as running:
        for number in range(count):
            port = free_port()
            command = [str(python), str(SOURCES / f"{name}_bot.py"), "--port", str(port), "--model", model_url]
            log = logs / f"{name}-{number}.log"
            await running.enter_async_context(process(command, env, log, "bot is ready"))
            urls.append(f"ws://127.0.0.1:{port}")
        yield Bot(name, urls)


async def environment(name: str) -> Path:
    """Return the Python of a peer's environment, made anew if it is missing or of another list of packages.

    Raises:
        Unavailable: the packages cannot be had.
    """
    wanted = SOURCES / f"{name}.txt"
    home = FOLDER / name
    stamp, digest = home / "made-from", hashlib.sha256(wanted.read_bytes()).hexdigest()
    python = home / "bin" / "python"
    if python.exists() and stamp.is_file() and stamp.read_text() == digest:
        return python
    print(f"{name}: installing {home}", file=sys.stderr, flush=True)
    shutil.rmtree(home, ignore_errors=True)
    await _run(sys.executable, "-m", "venv", str(home))
    uv = _uv()
    installer = [uv, "pip", "install", "--python", str(python)] if uv else [str(python), "-m", "pip", "install"]
    await _run(*installer, "--quiet", "--requirement", str(wanted))
    stamp.write_text(digest)
    return python


def _uv() -> str | None:
    """Return uv, if it is on PATH or was brought by the set-up."""
    return shutil.which("uv") or shutil.which(str(ROOT / ".venv-uv" / "bin" / "uv"))


async def _run(*command: str) -> None:
    running = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "UV_SYSTEM_CERTS": "1"} if CERTIFICATES.exists() else None,
    )
    try:
        async with asyncio.timeout(INSTALL_S):
            output, _ = await running.communicate()
    except TimeoutError:
        running.kill()
        raise Unavailable(f"{command[0]} did not end in {INSTALL_S:g} s") from None
    if running.returncode:
        raise Unavailable(f"{' '.join(command[:3])}: {output.decode(errors='replace')[-800:]}")
