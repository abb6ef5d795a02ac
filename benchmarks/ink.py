"""What all drawings share: colours for light and dark, and a mark for each implementation.

Marks differ in shape too, so that a drawing reads without colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from benchmarks.implementations import ZERO_COPY

STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .small { font-size: 11px; fill: #59636e; }
  .title { font-size: 15px; font-weight: 600; }
  .section { font-weight: 600; }
  .grid { stroke: #d1d9e0; stroke-width: 1; }
  .rival { stroke: #59636e; stroke-width: 2; }
  .bar { stroke-width: 4; }
  .better { stroke: #0969da; } .worse { stroke: #cf222e; } .even { stroke: #8c959f; }
  .goal { stroke: #1f2328; stroke-width: 2; }
  .mark { fill: #ffffff; stroke-width: 2; }
  .line { fill: none; stroke-width: 2; }
  .babelmq { stroke: #0969da; } .mark.babelmq { fill: #0969da; }
  .pyzmq { stroke: #bc4c00; } .pyzmq-zerocopy { stroke: #9a6700; }
  .pynng { stroke: #1a7f37; } .plain { stroke: #59636e; } .line.plain { stroke-dasharray: 5 4; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; } .small { fill: #9198a1; } .grid { stroke: #3d444d; }
    .rival { stroke: #9198a1; } .goal { stroke: #f0f6fc; } .mark { fill: #0d1117; }
    .better { stroke: #4493f8; } .worse { stroke: #f85149; } .even { stroke: #656c76; }
    .babelmq { stroke: #4493f8; } .mark.babelmq { fill: #4493f8; }
    .pyzmq { stroke: #f0883e; } .pyzmq-zerocopy { stroke: #d29922; }
    .pynng { stroke: #3fb950; } .plain { stroke: #9198a1; }
  }
"""


def document(width: int, height: int, body: Sequence[str]) -> str:
    """Return a whole SVG file."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
    return "\n".join([f'{head} height="{height}">', f"<style>{STYLE}</style>", *body, "</svg>\n"])


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    """Return a line of text."""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="{kind}" {place}>{escape(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """Return a straight line."""
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def mark(name: str, x: float, y: float) -> str:
    """Return the mark of an implementation."""
    kind = f'class="mark {name}"'
    if name in ("pyzmq", ZERO_COPY):
        corners = f"{x:.1f},{y - 5:.1f} {x + 5:.1f},{y + 4:.1f} {x - 5:.1f},{y + 4:.1f}"
        return f'<polygon {kind} points="{corners}"/>'
    if name == "pynng":
        return f'<rect {kind} x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>'
    return f'<circle {kind} cx="{x:.1f}" cy="{y:.1f}" r="{5 if name == "babelmq" else 4}"/>'


def legend(names: Sequence[str], x: float, y: float) -> list[str]:
    """Return marks with their names, side by side."""
    parts = []
    for name in names:
        parts += [mark(name, x, y - 4), text(x + 10, y, name)]
        x += 34 + 7.5 * len(name)
    return parts
