"""Progress of downloads: a bar on a terminal, one line per model elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from natter_cli.download import Progress as Told
from natter_cli.terminal import note


@contextmanager
def bar(what: str) -> Iterator[Told]:
    """Yield a function that shows how far ``what`` has come."""
    if not sys.stderr.isatty():
        note(f"fetching {what}")
        yield lambda have, total: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda have, total: progress.update(task, completed=have, total=total)
