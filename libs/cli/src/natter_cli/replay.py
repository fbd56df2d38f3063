"""``natter replay``: what another turn-taking policy would have made of a recorded call."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from natter_cli import tap
from natter_protocol.settings import Preset, TranscriptionMode, TurnPolicy
from natter_protocol.turn import TurnDecided
from natter_runtime.bus import Bus
from natter_runtime.errors import UsageError
from natter_turn.policy import Policy, resolve
from natter_turn.replay import Again, Change, replay

FIELDS: Final = {
    "preset": "preset",
    "eager": "eager",
    "vad_threshold": "vad_threshold",
    "min_silence": "min_silence_ms",
    "max_silence": "max_silence_ms",
    "interrupt_response": "interrupt_response",
    "interruption_delay": "interruption_delay_ms",
}
"""Names in the file, as in ``turn_detection`` on the wire, and in the policy."""
_WIDTH: Final = 44


def run(*, session: str, policy: Path, as_json: bool, nats: str) -> int:
    """Replay ``session`` under the policy in a file; print what would change."""
    chosen = read_policy(policy)
    return asyncio.run(tap.with_bus(nats, lambda bus: _run(bus, session, chosen, as_json)))


async def _run(bus: Bus, session: str, policy: Policy, as_json: bool) -> int:
    decided = [message for message in await tap.facts(bus, session) if isinstance(message, TurnDecided)]
    again = replay(decided, policy)
    if as_json:
        print(json.dumps([asdict(decision) for decision in again], indent=2))
    else:
        print("\n".join(table(again)))
    return 0


def read_policy(path: Path) -> Policy:
    """Return the policy that a YAML file states, in the words of ``turn_detection`` and ``transcription_mode``.

    Raises:
        UsageError: it cannot be read, or a field is unknown or has a wrong value.
    """
    try:
        stated = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: {error}") from None
    if not isinstance(stated, dict):
        raise UsageError(f"{path}: expected fields of turn_detection, such as `min_silence: 800`")
    mode = stated.pop("transcription_mode", None)
    unknown = [str(name) for name in stated if name not in FIELDS]
    if unknown:
        raise UsageError(f"{path}: unknown field {unknown[0]!r}; expected transcription_mode, {', '.join(FIELDS)}")
    return resolve(
        _as(TurnPolicy, {FIELDS[name]: value for name, value in stated.items()}, path),
        None if mode is None else _as(TranscriptionMode, mode, path),
    )


def _as(kind: type[Any], value: Any, path: Path) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        choices = f" (presets: {', '.join(Preset)}; modes: {', '.join(TranscriptionMode)})"
        raise UsageError(f"{path}: {error}{choices if 'enum' in str(error) else ''}") from None


def table(again: Sequence[Again]) -> list[str]:
    """Return the decisions as lines, and what they amount to."""
    lines = [f"{'turn':<6} {'what happened':<13} {'pause':>7} {'then':>7} {'now':>7}  {'change':<10} text"]
    for one in again:
        turn = f"{one.turn}.{one.rev}" if one.rev else str(one.turn)
        text = one.text if len(one.text) <= _WIDTH else f"{one.text[: _WIDTH - 1]}…"
        silences = [f"{ms} ms" if one.probability is not None else "" for ms in (one.pause_ms, one.then_ms, one.now_ms)]
        change = "" if one.change is Change.SAME else one.change.value
        told = f"{one.rule}: {text}" if one.change is Change.OTHERWISE else text
        lines.append(
            f"{turn:<6} {one.step.value:<13} {silences[0]:>7} {silences[1]:>7} {silences[2]:>7}  {change:<10} {told}"
        )
    return [*lines, summary(again)]


def summary(again: Sequence[Again]) -> str:
    """Return in a sentence what the policy would have changed."""
    count = {change: sum(one.change is change for one in again) for change in Change}
    moved = [one.now_ms - one.then_ms for one in again if one.change in (Change.EARLIER, Change.LATER)]
    if len(again) == count[Change.SAME]:
        return f"{len(again)} decisions, and none would be another."
    told = [
        f"{count[Change.CUTS_OFF]} more cut-offs" if count[Change.CUTS_OFF] else "",
        f"{count[Change.WAITS]} fewer cut-offs" if count[Change.WAITS] else "",
        f"{count[Change.OTHERWISE]} overlaps taken otherwise" if count[Change.OTHERWISE] else "",
        f"{len(moved)} answers moved by {sum(moved) / len(moved):+.0f} ms on average" if moved else "",
    ]
    return f"{len(again)} decisions: {', '.join(filter(None, told))}."
