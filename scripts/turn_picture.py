"""The turn machine as a picture: one box for a state, one arrow for each way from one state to another.

Where the boxes are is decided here; which arrows there are, and what is written on them, follows from the table. The
colours know light and dark by themselves, as those of the other pictures in ``docs/images`` do.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from html import escape
from math import hypot
from typing import Final

from natter_turn.table import TABLE, State

_WIDTH, _HEIGHT = 760, 500
_BOX: Final = (104, 40)
_PLACES: Final = {
    State.LISTENING: (90, 330),
    State.SPEAKING: (235, 70),
    State.PAUSED: (455, 70),
    State.CLOSING: (675, 70),
    State.ANSWERING: (675, 245),
    State.DOUBT: (505, 215),
    State.REPLYING: (675, 440),
    State.OVERLAP: (260, 440),
}
"""Centres of the boxes."""
_USUAL: Final = (
    State.LISTENING,
    State.SPEAKING,
    State.PAUSED,
    State.CLOSING,
    State.ANSWERING,
    State.REPLYING,
    State.LISTENING,
)
"""The way of a conversation in which nobody speaks over anybody; its arrows are darker."""
_BEND: Final = 22
"""How far an arrow leaves the straight line, to its right: there and back never lie on each other."""
_LABEL: Final = 0.36
"""Where on an arrow its label is, 0-1: nearer to its beginning, so that labels of ways that cross keep apart."""
_STYLE: Final = """<style>
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-size:13px;font-weight:600;fill:#24312c}
text{text-anchor:middle}
.on{font-size:10.5px;font-weight:400;fill:#64736c;stroke:#f7f9f8;stroke-width:4;paint-order:stroke}
.card{fill:#f7f9f8}.box{fill:#fff;stroke:#c9d3ce}.user{stroke:#3d5a98}.agent{stroke:#0b6e4f}
.arrow{stroke:#aab6b0;fill:none;stroke-width:1.2}.usual{stroke:#0b6e4f;stroke-width:2}.tip{fill:#8a9a92}
@media (prefers-color-scheme:dark){text{fill:#dfe7e3}.on{fill:#93a39b;stroke:#18211d}.card{fill:#18211d}
.box{fill:#212c27;stroke:#3b4a43}.user{stroke:#8fb0f0}.agent{stroke:#5fc9a3}.arrow{stroke:#55645c}.usual{stroke:#5fc9a3}.tip{fill:#7d8d85}}
</style>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse"
orient="auto"><path class="tip" d="M0 0 8 4 0 8z"/></marker></defs>"""
_FLOOR: Final = {
    State.SPEAKING: "user",
    State.PAUSED: "user",
    State.CLOSING: "user",
    State.DOUBT: "user",
    State.ANSWERING: "agent",
    State.REPLYING: "agent",
    State.OVERLAP: "agent",
}
"""Whose colour a box has."""


def picture() -> str:
    """Return the picture as SVG."""
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">\n<title>The turn machine</title>\n{_STYLE}'
    card = f'<rect class="card" width="{_WIDTH}" height="{_HEIGHT}" rx="10"/>'
    return "\n".join([head, card, *_arrows(), *_boxes(), "</svg>", ""])


def _boxes() -> Iterator[str]:
    width, height = _BOX
    for state, (x, y) in _PLACES.items():
        corner = f'x="{x - width // 2}" y="{y - height // 2}" width="{width}" height="{height}" rx="8"'
        yield f'<rect class="box {_FLOOR.get(state, "")}" {corner}/>'
        yield f'<text x="{x}" y="{y + 4}">{escape(state.value)}</text>'


def _arrows() -> Iterator[str]:
    happenings: dict[tuple[State, State], list[str]] = {}
    for (state, happening), rows in TABLE.items():
        for row in rows:
            if row.to is not state:
                happenings.setdefault((state, row.to), []).append(happening.value)
    labels = []
    usual = set(itertools.pairwise(_USUAL))
    for (state, to), on in sorted(happenings.items(), key=lambda arrow: arrow[0] in usual):
        line, (x, y) = _arrow(_PLACES[state], _PLACES[to], "arrow usual" if (state, to) in usual else "arrow")
        labels.append(f'<text class="on" x="{x:.0f}" y="{y:.0f}">{escape(", ".join(dict.fromkeys(on)))}</text>')
        yield line
    yield from labels


def _arrow(start: tuple[int, int], end: tuple[int, int], kind: str) -> tuple[str, tuple[float, float]]:
    """Return a bent arrow between two boxes, and where its label is."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = hypot(across, down)
    side = (-down / length, across / length)
    bend = ((start[0] + end[0]) / 2 + side[0] * 2 * _BEND, (start[1] + end[1]) / 2 + side[1] * 2 * _BEND)
    first, last = _edge(start, bend), _edge(end, bend)
    path = f"M{first[0]:.0f} {first[1]:.0f}Q{bend[0]:.0f} {bend[1]:.0f} {last[0]:.0f} {last[1]:.0f}"
    far, turn, near = _LABEL**2, 2 * _LABEL * (1 - _LABEL), (1 - _LABEL) ** 2
    middle = tuple(near * a + turn * b + far * c for a, b, c in zip(first, bend, last, strict=True))
    return f'<path class="{kind}" d="{path}" marker-end="url(#tip)"/>', (middle[0], middle[1] + 4)


def _edge(centre: tuple[int, int], towards: tuple[float, float]) -> tuple[float, float]:
    """Return where the line from the middle of a box to a point leaves the box."""
    across, down = towards[0] - centre[0], towards[1] - centre[1]
    width, height = _BOX[0] / 2 + 3, _BOX[1] / 2 + 3
    share = min(width / abs(across) if across else 9e9, height / abs(down) if down else 9e9)
    return centre[0] + across * share, centre[1] + down * share
