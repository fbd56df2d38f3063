"""``natter conformance``: make the checks, several at a time, and print what became of each."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
from websockets.exceptions import WebSocketException

from natter_cli.conformance import (
    configuring,
    connecting,
    extending,
    mistakes,
    resuming,
    talking,
    tooling,
)
from natter_cli.conformance.check import CHECKS, Busy, Check, Skip, Unmet
from natter_cli.conformance.lab import Lab
from natter_runtime.errors import UsageError

MODULES: Final = (connecting, configuring, mistakes, talking, tooling, resuming, extending)
"""Importing them declares the checks."""
DEADLINE_S: Final = 120.0
TRIES: Final = 3
AGAIN_S: Final = 2.0
SHORT_S: Final = 5.0
"""A window for resuming that is no longer than this is waited for."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a check: ``ok``, ``FAIL`` or ``skip``, and why."""

    check: Check
    outcome: str
    reason: str = ""


async def perform(lab: Lab, check: Check) -> Result:
    """Make one check; again, if the server had no room for it."""
    if check.own and not lab.own:
        return Result(check, "skip", "the server knows no extensions")
    for _ in range(TRIES - 1):
        try:
            return await _attempt(lab, check)
        except Busy:
            await asyncio.sleep(AGAIN_S)
    try:
        return await _attempt(lab, check)
    except Busy as error:
        return Result(check, "FAIL", str(error))


async def _attempt(lab: Lab, check: Check) -> Result:
    """Make a check once.

    Raises:
        Busy: the server has no room.
    """
    try:
        async with asyncio.timeout(DEADLINE_S):
            await check.run(lab)
    except Skip as why:
        return Result(check, "skip", str(why))
    except Exception as error:  # noqa: BLE001 - whatever a server makes a check stumble over
        cause = _cause(error)
        if isinstance(cause, Busy):
            raise cause from None
        return Result(check, "FAIL", str(cause) or type(cause).__name__)
    return Result(check, "ok")


def _cause(error: Exception) -> Exception:
    """Return what is wrong, out of whatever groups it is in; what a check says itself comes first."""
    if not isinstance(error, ExceptionGroup):
        return error
    found, _ = error.split(Unmet)
    inner = (found or error).exceptions[0]
    assert isinstance(inner, Exception)
    return _cause(inner)


async def perform_all(lab: Lab, checks: Iterable[Check], at_once: int) -> list[Result]:
    """Make ``checks``, at most ``at_once`` at a time; return their results in their order."""
    room = asyncio.Semaphore(at_once)

    async def one(check: Check) -> Result:
        async with room:
            return await perform(lab, check)

    await lab.prepare()
    return list(await asyncio.gather(*(one(check) for check in checks)))


def chosen(only: str, *, slow: bool, resume_s: float) -> list[Check]:
    """Return the checks to make: those whose name or section holds ``only``; slow ones only if wanted, or short."""
    return [
        check
        for check in CHECKS
        if only in check.name or only == check.section
        if slow or not check.slow or (check.run is resuming.too_late_is_too_late and resume_s <= SHORT_S)
    ]


def run(
    *,
    url: str,
    key: str,
    other_key: str,
    wav: Path | None,
    only: str,
    slow: bool,
    resume_s: float,
    at_once: int,
    as_json: bool,
) -> int:
    """Make the checks against ``url`` and print them; return 1 if one is not met.

    Raises:
        UsageError: the recording cannot be read.
    """
    lab = Lab(url, key, other_key, resume_s, _read(wav) if wav else b"")
    checks = chosen(only, slow=slow, resume_s=resume_s)
    try:
        results = asyncio.run(perform_all(lab, checks, at_once))
    except (Unmet, OSError, WebSocketException) as error:
        raise UsageError(f"{url}: {error}") from error
    show(results, as_json=as_json)
    return 1 if any(result.outcome == "FAIL" for result in results) else 0


def show(results: list[Result], *, as_json: bool) -> None:
    """Print results, one a line."""
    for result in results:
        check = result.check
        line = {"section": check.section, "name": check.name, "title": check.title, "outcome": result.outcome}
        if as_json:
            print(msgspec.json.encode({**line, "reason": result.reason}).decode())
        else:
            print(f"{result.outcome:4}  {check.section:6} {check.title}")
            if result.reason:
                print(f"             {check.name}: {result.reason}")
    if not as_json:
        counts = {word: sum(result.outcome == word for result in results) for word in ("ok", "FAIL", "skip")}
        print(f"{counts['ok']} met, {counts['FAIL']} not met, {counts['skip']} skipped")


def _read(path: Path) -> bytes:
    try:
        with wave.open(str(path)) as wav:
            if (wav.getframerate(), wav.getsampwidth(), wav.getnchannels()) != (24_000, 2, 1):
                raise UsageError(f"{path}: expected 24 kHz, 16 bit, mono")
            return bytes(wav.readframes(wav.getnframes()))
    except (OSError, wave.Error) as error:
        raise UsageError(f"{path}: {error}") from error
