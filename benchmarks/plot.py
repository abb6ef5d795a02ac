"""The growth plots: a figure against what grows, both axes logarithmic, one line for each side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10

from benchmarks.case import Metric
from benchmarks.catalog.growth import Relation
from benchmarks.ink import document, legend, line, mark, text
from benchmarks.runner import Outcome
from benchmarks.summary import Summary
from benchmarks.table import human

LEFT, TOP, WIDE, HIGH, BETWEEN = 74, 92, 360, 240, 96
CROWDED = 7
"""Values on the horizontal axis beyond which only every second gets a label."""

Point = tuple[int, Summary]
Lines = Mapping[str, Sequence[Point]]


class Scale:
    """Maps figures to places on a logarithmic axis."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.high = log10(low), log10(high)
        self._start, self._end = start, end

    def place(self, value: float) -> float:
        """Return the place of a value on the axis."""
        share = (log10(value) - self.low) / (self.high - self.low or 1)
        return self._start + share * (self._end - self._start)


def plot(relation: Relation, outcomes: Sequence[Outcome], subtitle: str) -> str:
    """Return the plot of a relation. Raises ValueError when nothing of it was measured."""
    panels = [lines(relation, metric, outcomes) for _, metric in relation.panels]
    names = list(dict.fromkeys(name for panel in panels for name in panel))
    if not names:
        raise ValueError(f"no figures of {relation.name!r}")
    body = [
        text(10, 22, f"{relation.title}, by {relation.axis}", "title"),
        text(10, 42, subtitle, "small"),
        *legend(names, LEFT, 64),
    ]
    for number, ((title, metric), drawn) in enumerate(zip(relation.panels, panels, strict=True)):
        left = LEFT + number * (WIDE + BETWEEN)
        body += _panel(relation, title, metric, drawn, left)
    width = LEFT + len(panels) * (WIDE + BETWEEN) - BETWEEN + 24
    return document(width, TOP + HIGH + 52, body)


def lines(relation: Relation, metric: Metric, outcomes: Sequence[Outcome]) -> Lines:
    """Return the points of each implementation; figures of 0 have no place on the axis."""
    found: dict[str, list[Point]] = {}
    by_name = {outcome.case.name: outcome for outcome in outcomes}
    for value in relation.values:
        outcome = by_name.get(relation.case_name(value))
        for name in outcome.case.implementations if outcome else ():
            summary = outcome.summary(name, metric.key) if outcome else None
            if summary and summary.low > 0:
                found.setdefault(name, []).append((value, summary))
    return found


def _panel(relation: Relation, title: str, metric: Metric, drawn: Lines, left: int) -> list[str]:
    summaries = [summary for points in drawn.values() for _, summary in points]
    if not summaries:
        return []
    bottom = 10 ** floor(log10(min(summary.low for summary in summaries)))
    top = 10 ** ceil(log10(max(summary.high for summary in summaries)))
    up = Scale(bottom, top, TOP + HIGH, TOP)
    across = Scale(relation.values[0], relation.values[-1], left, left + WIDE)
    parts = [text(left, TOP - 8, title, "section"), *_rungs(up, metric, left)]
    parts += _columns(relation, across)
    parts.append(text(left + WIDE / 2, TOP + HIGH + 40, relation.axis, "small", "middle"))
    for name in reversed(list(drawn)):
        parts += _line(name, drawn[name], across, up)
    return parts


def _rungs(up: Scale, metric: Metric, left: int) -> list[str]:
    parts = []
    for power in range(round(up.low), round(up.high) + 1):
        y = up.place(10.0**power)
        parts.append(line(left, y, left + WIDE, y, "grid"))
        parts.append(text(left - 8, y + 4, _short(10.0**power, metric.unit), "small", "end"))
    return parts


def _columns(relation: Relation, across: Scale) -> list[str]:
    step = 2 if len(relation.values) > CROWDED else 1
    parts = []
    for value in relation.values[::step]:
        x = across.place(value)
        parts.append(line(x, TOP, x, TOP + HIGH, "grid"))
        parts.append(text(x, TOP + HIGH + 18, _short(value, relation.unit), "small", "middle"))
    return parts


def _short(value: float, unit: str) -> str:
    """Return a round figure as an axis shows it: `10 k`, `1 MiB`, `100 MB/s`."""
    if unit == "B" and value >= 1024 and log10(value).is_integer():
        factor, prefix = next(p for p in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")) if value >= p[0])
        return f"{value / factor:g} {prefix}"
    shown = human(value, unit if unit in ("B", "B/s") else "1/s").removesuffix("1/s").rstrip()
    number, _, rest = shown.partition(" ")
    return f"{float(number):g} {rest}".rstrip()


def _line(name: str, points: Sequence[Point], across: Scale, up: Scale) -> list[str]:
    places = [(across.place(value), summary) for value, summary in points]
    path = " ".join(f"{x:.1f},{up.place(summary.median):.1f}" for x, summary in places)
    parts = [f'<polyline class="line {name}" points="{path}"/>']
    parts += [line(x, up.place(s.low), x, up.place(s.high), f"line {name}") for x, s in places]
    return parts + [mark(name, x, up.place(summary.median)) for x, summary in places]
