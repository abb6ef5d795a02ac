"""The chart: how many times better than the rival, one line per figure, on a logarithmic axis.

Plain SVG without scripts. Colours follow the reader's light or dark scheme, and marks differ in
shape too, so that the chart reads without colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log2

from benchmarks.table import OURS, Row, columns, times

LEFT, RIGHT, TOP, STEP = 400, 90, 64, 22
PLOT = 480
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .small { font-size: 11px; fill: #59636e; }
  .title { font-size: 15px; font-weight: 600; }
  .grid { stroke: #d1d9e0; stroke-width: 1; }
  .rival { stroke: #59636e; stroke-width: 2; }
  .bar { stroke: #0969da; stroke-width: 3; }
  .ours { fill: #0969da; }
  .pynng { fill: none; stroke: #bc4c00; stroke-width: 2; }
  .plain { fill: none; stroke: #59636e; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; } .small { fill: #9198a1; } .grid { stroke: #3d444d; }
    .rival { stroke: #9198a1; } .bar { stroke: #4493f8; } .ours { fill: #4493f8; }
    .pynng { stroke: #f0883e; } .plain { stroke: #9198a1; }
  }
"""


class Axis:
    """Maps a ratio to a place, whole powers of two at both ends."""

    def __init__(self, ratios: Sequence[float]):
        self.low = min(-1, floor(log2(min(ratios))))
        self.high = max(1, ceil(log2(max(ratios))))

    def place(self, ratio: float) -> float:
        """Return the horizontal place of a ratio."""
        return LEFT + PLOT * (log2(ratio) - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Return the ratios that get a line."""
        return [2.0**power for power in range(self.low, self.high + 1)]


def svg(table: Sequence[Row], subtitle: str) -> str:
    """Return the chart. Raises ValueError when no row has a ratio."""
    drawn = [row for row in table if row.gain_of(OURS) is not None]
    if not drawn:
        raise ValueError("no case has figures of both sides")
    names = [name for name in columns(drawn) if name in (OURS, "pynng", "plain")]
    axis = Axis([ratio for row in drawn for name in names if (ratio := row.gain_of(name))])
    height = TOP + STEP * len(drawn) + 20
    body = [_legend(names, subtitle), *_grid(axis, height)]
    for index, row in enumerate(drawn):
        body += _row(row, names, axis, TOP + STEP * index + STEP // 2)
    return _document(LEFT + PLOT + RIGHT, height, body)


def _document(width: int, height: int, body: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
    return "\n".join([f'{head} height="{height}">', f"<style>{STYLE}</style>", *body, "</svg>\n"])


def _legend(names: Sequence[str], subtitle: str) -> str:
    parts = [
        '<text class="title" x="10" y="20">How many times better than the original</text>',
        f'<text class="small" x="10" y="38">{escape(subtitle)}</text>',
    ]
    place = LEFT + 40
    for name in names:
        parts.append(_mark(name, place, 16))
        parts.append(f'<text x="{place + 10}" y="20">{escape(name)}</text>')
        place += 90
    return "\n".join(parts)


def _grid(axis: Axis, height: int) -> list[str]:
    lines = []
    for ratio in axis.ticks():
        x = axis.place(ratio)
        kind = "rival" if ratio == 1 else "grid"
        label = "1 × (original)" if ratio == 1 else f"{ratio:g} ×"
        lines.append(
            f'<line class="{kind}" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{height - 16}"/>'
            f'<text class="small" x="{x:.1f}" y="{TOP - 6}" text-anchor="middle">{label}</text>'
        )
    return lines


def _row(row: Row, names: Sequence[str], axis: Axis, y: int) -> list[str]:
    ours = row.gain_of(OURS)
    assert ours is not None
    x = axis.place(ours)
    parts = [
        f'<text x="{LEFT - 14}" y="{y + 4}" text-anchor="end">{escape(row.title)}</text>',
        f'<line class="bar" x1="{axis.place(1):.1f}" y1="{y}" x2="{x:.1f}" y2="{y}"/>',
        f'<text class="small" x="{LEFT + PLOT + 8}" y="{y + 4}">{times(ours)}</text>',
    ]
    ratios = {name: row.gain_of(name) for name in reversed(names)}
    marks = [_mark(name, axis.place(ratio), y) for name, ratio in ratios.items() if ratio]
    return parts + marks


def _mark(name: str, x: float, y: float) -> str:
    if name == OURS:
        return f'<circle class="ours" cx="{x:.1f}" cy="{y}" r="5"/>'
    if name == "pynng":
        return f'<rect class="pynng" x="{x - 4:.1f}" y="{y - 4}" width="8" height="8"/>'
    return f'<circle class="plain" cx="{x:.1f}" cy="{y}" r="4.5"/>'
