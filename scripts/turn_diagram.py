"""Draws the turn machine from its table: ``docs/turn-machine.md``.

.venv/bin/python scripts/turn_diagram.py            # write it
.venv/bin/python scripts/turn_diagram.py --check    # fail if it is not as the table says
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from natter_turn.table import TABLE, Happening, State

PAGE: Final = Path(__file__).parents[1] / "docs" / "turn-machine.md"
HEAD: Final = """# The turn machine

Drawn from `services/turn/src/natter_turn/table.py` by `scripts/turn_diagram.py`; do not edit. Each arrow says what
happens and what is done; of the rows for one happening the first whose condition holds is taken.
"""


def page() -> str:
    """Return the page: the diagram, then every state with what may happen in it."""
    return "\n".join([HEAD, "```mermaid", *_diagram(), "```", "", *_states(), *_happenings(), *_rows()])


def _diagram() -> list[str]:
    """Arrows between two states once, with what makes them go; loops are left to the table below."""
    arrows: dict[tuple[State, State], list[str]] = {}
    for (state, happening), rows in TABLE.items():
        for row in rows:
            if row.to is not state:
                arrows.setdefault((state, row.to), []).append(f"{happening.value}: {_name(row.move)}")
    lines = ["stateDiagram-v2", "    [*] --> listening"]
    return lines + [
        f"    {state.value} --> {to.value}: {'<br/>'.join(dict.fromkeys(labels))}"
        for (state, to), labels in arrows.items()
    ]


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


def _doc(kind: type, member: object) -> str:
    """Return what stands below a member in the source: enumerations keep no docstring of their members."""
    lines = Path(sys.modules[kind.__module__].__file__ or "").read_text(encoding="utf-8").splitlines()
    at = next(index for index, line in enumerate(lines) if line.strip() == f'{member.name} = "{member.value}"')  # type: ignore[attr-defined]
    return lines[at + 1].strip().strip('"')


def main() -> int:
    """Write the page, or check it."""
    if "--check" in sys.argv[1:]:
        same = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page()
        return 0 if same else 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
