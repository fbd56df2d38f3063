"""Running items against systems: several calls side by side, every record kept as soon as it is there."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from benchmarks.bench.call import Call
from benchmarks.bench.judge import judge
from benchmarks.bench.lines import LineError, System
from benchmarks.bench.model import ScriptedModel
from benchmarks.bench.record import Record
from benchmarks.bench.scenario import Scenario

STAGGER_S: Final = 0.35
"""Calls are not begun at the same moment: nobody's are."""
DIAL_TRIES: Final = 3


class Meta(msgspec.Struct, tag="meta"):
    """The first line of a results file: what it was made with."""

    started: str
    commit: str
    machine: str
    arguments: list[str]
    seed: int
    parallel: int
    model: dict[str, Any] = {}


@dataclass
class Results:
    """A file of records, one JSON object per line; a run that was cut short is gone on with."""

    path: Path
    metas: list[Meta] = field(default_factory=list)
    records: dict[tuple[str, str, str], Record] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Results:
        """Return what is in ``path``; nothing if there is no such file. Of two records the later one counts."""
        results = cls(path)
        for line in path.read_bytes().splitlines() if path.is_file() else ():
            if line.startswith(b'{"type":"meta"'):
                results.metas.append(msgspec.json.decode(line, type=Meta))
            elif line.strip():
                results.add(msgspec.json.decode(line, type=Record))
        return results

    def add(self, record: Record) -> None:
        """Keep ``record``."""
        self.records[record.system, record.preset, record.id] = record

    def write(self, line: Meta | Record) -> None:
        """Keep a line, here and in the file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(line, Record):
            self.add(line)
        else:
            self.metas.append(line)
        with self.path.open("ab") as file:
            file.write(msgspec.json.encode(line) + b"\n")

    def has(self, system: str, preset: str, item: Scenario) -> bool:
        """Whether the item was run as it is now, and the call did not fail."""
        record = self.records.get((system, preset, item.id))
        return record is not None and record.digest == item.digest and not record.errors


async def run(
    system: System,
    preset: str,
    items: Sequence[Scenario],
    model: ScriptedModel,
    results: Results,
    parallel: int,
    progress: Callable[[Record], None],
) -> None:
    """Run those of ``items`` that ``results`` lacks, ``parallel`` calls at a time."""
    waiting = iter([item for item in items if not results.has(system.name, preset, item)])

    async def caller(number: int) -> None:
        await asyncio.sleep(number * STAGGER_S)
        for item in waiting:
            record = await one(system, preset, item, model)
            record.load = round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else 0.0
            results.write(record)
            progress(record)

    async with asyncio.TaskGroup() as group:
        for number in range(parallel):
            group.create_task(caller(number), name=f"caller-{number}")


async def one(system: System, preset: str, item: Scenario, model: ScriptedModel) -> Record:
    """Run one item; a line that cannot be opened is tried again, then noted."""
    record = Record(
        system=system.name,
        preset=preset,
        id=item.id,
        digest=item.digest,
        kind=item.kind.value,
        variant=item.variant,
        half=item.half,
        synthetic=item.synthetic,
        seconds=0.0,
        details=item.details,
    )
    for attempt in range(DIAL_TRIES):
        name = f"{system.name}.{preset}.{item.id}.{time.monotonic_ns()}".replace(" ", "_")
        script = model.expect(name, item.plan)
        try:
            async with system.dial(name, script) as line:
                await Call(item, line, script, record).run()
            break
        except LineError as error:
            if attempt == DIAL_TRIES - 1 or record.seconds:
                record.errors.append(str(error))
                break
            await asyncio.sleep(1.0)
        finally:
            model.forget(name)
    return record


class Progress:
    """Says on standard error how far a run is."""

    def __init__(self, label: str, total: int) -> None:
        self._label = label
        self._total = total
        self._done = 0
        self._began = time.monotonic()

    def __call__(self, record: Record) -> None:
        """Take note of a record."""
        self._done += 1
        verdict = judge(record)
        left = (time.monotonic() - self._began) / self._done * (self._total - self._done)
        took = "" if verdict.latency_s is None else f" {verdict.latency_s:.2f} s"
        why = record.outcome or "; ".join(record.errors)
        mark = " " if verdict.good else "!"
        line = f"{self._label} {self._done}/{self._total} {mark}{record.id} {verdict.outcome}{took} {why}".rstrip()
        print(f"{line}  [{left / 60:.1f} min left]", file=sys.stderr, flush=True)


def missing(system: str, preset: str, items: Iterable[Scenario], results: Results) -> int:
    """Return how many of ``items`` are still to be run."""
    return sum(not results.has(system, preset, item) for item in items)
