"""How long a call stands still while one of its services gets another model.

::

    python -m benchmarks.swap_pause up                  # natter swap, in a stack of `natter up`
    python -m benchmarks.swap_pause compose [PROJECT]   # natter swap, then docker compose up -d, in a running stack

A person says one sentence after another (recordings from ``NATTER_TEST_AUDIO`` or ``../shared/audio``), each when the
answer to the one before has ended. Meanwhile stt is swapped, several times, for another instance of the same model.
What is measured, at the client: how long after the end of each sentence its transcript came, before the swaps, and at
worst during them. The difference is the pause. Every sentence must be understood, whenever it was spoken.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support import corpus, e2e_stack
from tests.support.e2e_caller import Caller, call

CLIPS = ("osr_00.wav", "osr_03.wav", "osr_07.wav", "osr_01.wav")
"""Sentences of two to three seconds, with a word of each that no other has."""
WORDS = ("ring", "shell", "storm", "journey")
BEFORE = 4
"""So many sentences are spoken before the first swap, and after the last."""
SWAPS = 4
PATIENCE_S = 40.0
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Said:
    """One sentence: when it ended, how long its transcript took, and whether it was understood."""

    ended: float
    took_s: float
    understood: bool


async def say(caller: Caller, number: int) -> Said:
    """Say one sentence and wait until it was understood."""
    loop = asyncio.get_running_loop()
    known = len(caller.of("transcript.user"))
    caller.say(corpus.need(CLIPS[number % len(CLIPS)]).path)
    ended = caller.ends[-1]
    while len(caller.of("transcript.user")) == known and loop.time() < ended + PATIENCE_S:  # noqa: ASYNC110 - a list, no event
        await asyncio.sleep(0.01)
    told = [told for told in caller.told if told.event["type"] == "transcript.user"][known:]
    if not told:
        return Said(ended, PATIENCE_S, False)
    due = loop.time() + PATIENCE_S
    while loop.time() < due and not quiet(caller):  # noqa: ASYNC110 - the same
        await asyncio.sleep(0.05)
    understood = WORDS[number % len(CLIPS)] in told[0].event["text"].lower()
    return Said(ended, told[0].at - ended, understood)


def quiet(caller: Caller) -> bool:
    """Whether a reply has begun since the user was understood last, and is over."""
    kinds = [told.event["type"] for told in caller.told if told.event["type"] in ("transcript.user", "reply.started")]
    return kinds[-1] == "reply.started" and len(caller.of("reply.done")) >= len(caller.of("reply.started"))


async def measure(url: str, key: str, swap: Callable[[int], Any]) -> None:
    """Make the call, swap again and again in the middle of it, and print what was measured."""
    loop = asyncio.get_running_loop()
    said: list[Said] = []
    async with call(url, {}, key) as caller:
        await asyncio.sleep(0.5)
        for _ in range(BEFORE):
            said.append(await say(caller, len(said)))
        took = []
        for number in range(SWAPS):
            began = loop.time()
            swapping = asyncio.create_task(asyncio.to_thread(swap, number))
            while not swapping.done():
                said.append(await say(caller, len(said)))
            finished = await swapping
            took.append(loop.time() - began)
            if finished.returncode:
                sys.exit(finished.stderr[-2000:])
        for _ in range(BEFORE):
            said.append(await say(caller, len(said)))
    usual = statistics.median(one.took_s for one in said[:BEFORE])
    worst = max(one.took_s for one in said[BEFORE:])
    lost = sum(not one.understood for one in said)
    print(f"  a swap took                       {statistics.median(took):5.1f} s")
    print(f"  transcript after, usually         {usual:5.2f} s")
    print(f"  transcript after, at worst        {worst:5.2f} s")
    print(f"  so the pause was                  {max(0.0, worst - usual):5.2f} s")
    print(f"  sentences spoken, not understood  {len(said)}, {lost}", flush=True)


def command(*arguments: str, **env: str) -> Callable[[], Any]:
    """Return what runs a command."""
    return lambda: subprocess.run(
        arguments, cwd=ROOT, env=os.environ | env, capture_output=True, text=True, timeout=180, check=False
    )


def natter_swap(*options: str, **env: str) -> Callable[[int], Any]:
    """Return what runs ``natter swap stt``, with a setting that is another each time."""
    natter = (sys.executable, "-m", "natter_cli", "swap", "stt")
    return lambda number: command(*natter, "--set", f"NATTER_STT_PARTIAL_MS={330 + number}", *options, **env)()


def of_up() -> None:
    """Measure in a stack of processes."""
    with tempfile.TemporaryDirectory() as folder, e2e_stack.stack(Path(folder)) as url:
        port = url.split(":")[2].split("/")[0]
        print("natter up, natter swap stt:")
        asyncio.run(measure(url, "", natter_swap(NATTER_PORT=port)))


def of_compose(project: str) -> None:
    """Measure in a running compose project."""
    base = ("docker", "compose", *(("-p", project) if project else ()))
    read = command(*base, "exec", "gateway", "cat", "/keys/api_keys")()
    where = command(*base, "port", "gateway", "8080")().stdout.strip()
    key, url = read.stdout.strip(), f"ws://{where}/v1/ws"
    options = ("-p", project) if project else ("-f", "docker-compose.yml")
    print("docker compose, natter swap stt:")
    asyncio.run(measure(url, key, natter_swap(*options)))
    print("docker compose up -d stt:")
    recreate = (*base, "up", "-d", "stt")
    asyncio.run(measure(url, key, lambda number: command(*recreate, NATTER_STT_PARTIAL_MS=f"{340 + number}")()))


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stack", choices=("up", "compose"))
    parser.add_argument("project", nargs="?", default="")
    given = parser.parse_args()
    if given.stack == "up":
        of_up()
    else:
        of_compose(given.project)


if __name__ == "__main__":
    main()
