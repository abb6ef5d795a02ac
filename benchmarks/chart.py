"""The chart: how many times better than the rival, one line per figure, on a logarithmic axis.

Plain SVG without scripts. Colours follow the reader's light or dark scheme, and marks differ in
shape too, so that the chart reads without colour. The axis ends at sixteen times: what lies
beyond is drawn at the edge, with an arrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor, log2

from benchmarks.ink import document, legend, line, mark, text
from benchmarks.table import BETTER, OURS, WORSE, Row, columns, times

LEFT, RIGHT, TOP, STEP = 400, 100, 84, 22
PLOT = 480
FURTHEST = 4
"""The power of two at which the axis ends, both ways."""
MARKED = (OURS, "pyzmq-zerocopy", "pynng", "plain")
BARS = {BETTER: "better", WORSE: "worse"}


class Axis:
    """Maps a ratio to a place, whole powers of two at both ends."""

    def __init__(self, ratios: Sequence[float]):
        self.low = max(-FURTHEST, min(-1, floor(log2(min(ratios)))))
        self.high = min(FURTHEST, max(1, ceil(log2(max(ratios)))))

    def place(self, ratio: float) -> float:
        """Return the horizontal place of a ratio; the edge for what lies beyond."""
        power = min(max(log2(ratio), self.low), self.high)
        return LEFT + PLOT * (power - self.low) / (self.high - self.low)

    def holds(self, ratio: float) -> bool:
        """Tell whether a ratio lies on the axis and not beyond."""
        return self.low <= log2(ratio) <= self.high

    def ticks(self) -> list[float]:
        """Return the ratios that get a line."""
        return [2.0**power for power in range(self.low, self.high + 1)]


def svg(groups: Mapping[str, Sequence[Row]], subtitle: str) -> str:
    """Return the chart of rows by the title of their section (a title may be empty).

    Raises ValueError when no row has a ratio.
    """
    drawn = {title: [row for row in table if row.gain_of(OURS)] for title, table in groups.items()}
    drawn = {title: table for title, table in drawn.items() if table}
    everything = [row for table in drawn.values() for row in table]
    if not everything:
        raise ValueError("no case has figures of both sides")
    names = [name for name in columns(everything) if name in MARKED]
    axis = Axis([ratio for row in everything for name in names if (ratio := row.gain_of(name))])
    body: list[str] = []
    y = TOP + STEP // 2
    for title, table in drawn.items():
        if title:
            body.append(text(10, y + 4, title, "section"))
            y += STEP
        for row in table:
            body += _row(row, names, axis, y)
            y += STEP
    height = y + 10
    head = [*_head(names, subtitle), *_grid(axis, height)]
    return document(LEFT + PLOT + RIGHT, height, [*head, *body])


def _head(names: Sequence[str], subtitle: str) -> list[str]:
    return [
        text(10, 22, "How many times better than the original", "title"),
        text(10, 42, subtitle, "small"),
        *legend(names, LEFT + 20, 22),
        line(LEFT + PLOT - 10, 13, LEFT + PLOT - 10, 23, "goal"),
        text(LEFT + PLOT, 22, "goal"),
    ]


def _grid(axis: Axis, height: int) -> list[str]:
    lines = []
    for ratio in axis.ticks():
        x = axis.place(ratio)
        label = (
            "1 × (original)"
            if ratio == 1
            else f"{ratio:g} ×"
            if ratio > 1
            else f"1/{1 / ratio:g} ×"
        )
        lines.append(line(x, TOP, x, height - 6, "rival" if ratio == 1 else "grid"))
        lines.append(text(x, TOP - 6, label, "small", "middle"))
    return lines


def _row(row: Row, names: Sequence[str], axis: Axis, y: int) -> list[str]:
    ours = row.gain_of(OURS)
    assert ours is not None
    kind = BARS.get(row.verdict, "even")
    parts = [
        text(LEFT - 14, y + 4, row.title, anchor="end"),
        line(axis.place(1), y, axis.place(ours), y, f"bar {kind}"),
        text(LEFT + PLOT + 12, y + 4, f"{row.verdict} {times(ours)}", "small"),
    ]
    if row.goal:
        parts.append(line(axis.place(row.goal), y - 6, axis.place(row.goal), y + 6, "goal"))
    ratios = {name: row.gain_of(name) for name in reversed(names)}
    return parts + [_mark(name, ratio, axis, y) for name, ratio in ratios.items() if ratio]


def _mark(name: str, ratio: float, axis: Axis, y: int) -> str:
    x = axis.place(ratio)
    if axis.holds(ratio):
        return mark(name, x, y)
    tip, back = (x + 6, x - 6) if ratio > 1 else (x - 6, x + 6)
    points = f"{tip:.1f},{y} {back:.1f},{y - 6} {back:.1f},{y + 6}"
    return f'<polygon class="mark {name}" points="{points}"/>'
