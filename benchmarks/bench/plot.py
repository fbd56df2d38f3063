"""Curves and points as an SVG file, written by hand: two axes, lines, a legend. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 760, 460
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 48, 56
INK: Final = "#333333"
GRID: Final = "#dddddd"
COLOURS: Final = ("#0b6e4f", "#c8553d", "#3d5a98", "#8a6d1f", "#7a3b8f", "#4c4c4c")
"""Dark enough on white, light enough on black."""


@dataclass(frozen=True)
class Curve:
    """A line through ``points``; ``dashed`` ones are for comparison. One without a name is not in the legend."""

    name: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False


@dataclass(frozen=True)
class Mark:
    """A point with its name beside it: on the right, or ``before`` it and above, out of the way of a curve."""

    name: str
    x: float
    y: float
    before: bool = False


@dataclass(frozen=True)
class Axis:
    """From ``low`` to ``high``, with a line at each of ``ticks``."""

    title: str
    low: float
    high: float
    ticks: Sequence[float]

    def place(self, value: float, begin: float, end: float) -> float:
        """Return where ``value`` lies between ``begin`` and ``end``, not beyond."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return begin + share * (end - begin)


def chart(title: str, x: Axis, y: Axis, curves: Sequence[Curve], marks: Sequence[Mark] = ()) -> str:
    """Return the SVG document."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(LEFT, 22, title, size=15),
        *_grid(x, y),
    ]
    for number, curve in enumerate(curves):
        parts += _curve(curve, COLOURS[number % len(COLOURS)], number, x, y)
    for number, mark in enumerate(marks, len(curves)):
        parts += _mark(mark, COLOURS[number % len(COLOURS)], x, y)
    return "\n".join([*parts, "</svg>", ""])


def _grid(x: Axis, y: Axis) -> list[str]:
    left, right, top, bottom = LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM
    parts = []
    for tick in x.ticks:
        at = x.place(tick, left, right)
        parts += [_line(at, top, at, bottom, GRID), _text(at, bottom + 18, f"{tick:g}", anchor="middle")]
    for tick in y.ticks:
        at = y.place(tick, bottom, top)
        parts += [_line(left, at, right, at, GRID), _text(left - 8, at + 4, f"{tick:g}", anchor="end")]
    return [
        *parts,
        _line(left, bottom, right, bottom, INK),
        _line(left, top, left, bottom, INK),
        _text((left + right) / 2, HEIGHT - 16, x.title, anchor="middle"),
        f'<text x="16" y="{(top + bottom) / 2:.0f}" fill="{INK}" text-anchor="middle" font-size="12" '
        f'transform="rotate(-90 16 {(top + bottom) / 2:.0f})">{escape(y.title)}</text>',
    ]


def _curve(curve: Curve, colour: str, number: int, x: Axis, y: Axis) -> list[str]:
    right, top, bottom = WIDTH - RIGHT, TOP, HEIGHT - BOTTOM
    dash = ' stroke-dasharray="6 4"' if curve.dashed else ""
    places = " ".join(f"{x.place(a, LEFT, right):.1f},{y.place(b, bottom, top):.1f}" for a, b in curve.points)
    line = f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'
    if not curve.name:
        return [line]
    legend = TOP + 12 + 18 * number
    return [
        line,
        f'<line x1="{right - 210}" y1="{legend}" x2="{right - 180}" y2="{legend}" stroke="{colour}" '
        f'stroke-width="2"{dash}/>',
        _text(right - 174, legend + 4, curve.name),
    ]


def _mark(mark: Mark, colour: str, x: Axis, y: Axis) -> list[str]:
    across, up = x.place(mark.x, LEFT, WIDTH - RIGHT), y.place(mark.y, HEIGHT - BOTTOM, TOP)
    name = _text(across - 8, up - 6, mark.name, anchor="end") if mark.before else _text(across + 10, up + 4, mark.name)
    return [f'<circle cx="{across:.1f}" cy="{up:.1f}" r="5" fill="{colour}"/>', name]


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


def _text(x: float, y: float, text: str, anchor: str = "start", size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{INK}" text-anchor="{anchor}" font-size="{size}">{escape(text)}</text>'
