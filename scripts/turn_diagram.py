"""Draws the turn machine from its table: ``docs/turn-machine.md`` and ``docs/images/turn-machine.svg``.

.venv/bin/python scripts/turn_diagram.py            # write it
.venv/bin/python scripts/turn_diagram.py --check    # fail if it is not as the table says
"""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a file

from natter_turn.table import TABLE, Happening, State
from scripts.turn_picture import picture

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "docs" / "turn-machine.md"
PICTURE: Final = ROOT / "docs" / "images" / "turn-machine.svg"
HEAD: Final = """# The turn machine

Drawn from `services/turn/src/natter_turn/table.py` by `scripts/turn_diagram.py`; do not edit. An arrow says what
happens; the dark ones are the way of a conversation in which nobody speaks over anybody.

![States of the turn machine, and what leads from one to another](images/turn-machine.svg)

What is done is in the last table: of the rows for one happening the first whose condition holds is taken.
"""


def page() -> str:
    """Return the page: the picture, then every state with what may happen in it."""
    return "\n".join([HEAD, *_states(), *_happenings(), *_rows()])


def _states() -> list[str]:
    return ["| state | who has the floor |", "|---|---|", *(f"| `{s.value}` | {_doc(State, s)} |" for s in State), ""]


def _happenings() -> list[str]:
    lines = [f"| `{happening.value}` | {_doc(Happening, happening)} |" for happening in Happening]
    return ["| happening | |", "|---|---|", *lines, ""]


def _rows() -> list[str]:
    lines = ["| in | on | if | do | be in |", "|---|---|---|---|---|"]
    for (state, happening), rows in TABLE.items():
        for row in rows:
            guard = f"`{_name(row.guard)}`" if row.guard is not None else ""
            lines.append(f"| {state.value} | {happening.value} | {guard} | `{_name(row.move)}` | {row.to.value} |")
    return [*lines, ""]


def _name(function: object) -> str:
    return str(getattr(function, "__name__", function))


def _doc(kind: type[Enum], member: Enum) -> str:
    """Return what stands below a member in the source: enumerations keep no docstring of their members."""
    lines = Path(sys.modules[kind.__module__].__file__ or "").read_text(encoding="utf-8").splitlines()
    at = next(index for index, line in enumerate(lines) if line.strip() == f'{member.name} = "{member.value}"')
    return lines[at + 1].strip().strip('"')


def made() -> dict[Path, str]:
    """Return what is to be in each file."""
    return {PAGE: page(), PICTURE: picture()}


def is_current(path: Path, text: str) -> bool:
    """Whether a file holds just that."""
    return path.exists() and path.read_text(encoding="utf-8") == text


def main() -> int:
    """Write the page and its picture, or check them."""
    if "--check" in sys.argv[1:]:
        return 0 if all(is_current(path, text) for path, text in made().items()) else 1
    for path, text in made().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
