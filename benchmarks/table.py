"""Turns outcomes into rows and rows into the tables that people read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.case import Case, Metric
from benchmarks.runner import Outcome
from benchmarks.summary import Summary, gain

OURS = "babelmq"
BETTER, SAME, WORSE = "▲", "≈", "▼"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of one case for every implementation that gave it."""

    case: Case
    metric: Metric
    summaries: dict[str, Summary]
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Return the case's title, with the metric's label where the case has several."""
        return f"{self.case.title}, {self.metric.label}" if self.metric.label else self.case.title

    @property
    def rival(self) -> str | None:
        """Return the implementation that ours is compared with, if there is any."""
        return self.case.opponents[0] if self.case.opponents else None

    @property
    def goal(self) -> float:
        """Return how many times better ours must be: the goal of a case is its first figure's."""
        return self.case.goal if self.metric == self.case.metrics[0] else 0.0

    def gain_of(self, implementation: str) -> float | None:
        """Return how many times better than the rival an implementation is."""
        if self.rival not in self.summaries or implementation not in self.summaries:
            return None
        ours, theirs = self.summaries[implementation], self.summaries[self.rival]
        if max(ours.median, theirs.median) < self.metric.least:
            return None
        return gain(ours, theirs, higher_is_better=self.metric.higher_is_better)

    @property
    def verdict(self) -> str:
        """Return whether ours is better or worse than the rival.

        Neither, where the worst round of the better one is no better than the best of the other.
        """
        ratio = self.gain_of(OURS)
        if ratio is None or self.rival is None:
            return ""
        ours, theirs = self.summaries[OURS], self.summaries[self.rival]
        if ours.low <= theirs.high and theirs.low <= ours.high:
            return SAME
        return BETTER if ratio > 1 else WORSE


def rows(outcomes: Sequence[Outcome]) -> list[Row]:
    """Return a row per case and metric."""
    return [row for outcome in outcomes for row in _rows_of(outcome)]


def _rows_of(outcome: Outcome) -> Iterator[Row]:
    for metric in outcome.case.metrics:
        summaries = {
            name: summary
            for name in outcome.case.implementations
            if (summary := outcome.summary(name, metric.key)) is not None
        }
        yield Row(outcome.case, metric, summaries, outcome.failures)


def human(value: float, unit: str) -> str:
    """Return a figure with its unit: `1.85 M msg/s`, `2.41 GB/s`, `87.3 µs`, `5.20 MiB`."""
    if unit == "B":
        for size, prefix in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
            if value >= size:
                return f"{digits(value / size)} {prefix}"
        return f"{value:.0f} B"
    for factor, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= factor and unit in ("msg/s", "B/s", "1/s"):
            glue = "" if unit == "B/s" else " "
            return f"{digits(value / factor)} {prefix}{glue}{unit}"
    return f"{digits(value)} {unit}"


def digits(value: float) -> str:
    """Return three significant digits."""
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f}"


def cell(row: Row, implementation: str) -> str:
    """Return the median and the spread, or why there is none."""
    if implementation in row.failures:
        return "failed"
    summary = row.summaries.get(implementation)
    if summary is None:
        return ""
    return f"{human(summary.median, row.metric.unit)} ±{summary.spread:.0%}"


def times(value: float | None) -> str:
    """Return a ratio: `2.31 ×`."""
    return "" if value is None else f"{digits(value)} ×"


def judged(row: Row) -> str:
    """Return the ratio with its verdict: `▲ 2.31 ×`."""
    return f"{row.verdict} {times(row.gain_of(OURS))}".strip()


def goal(row: Row) -> str:
    """Return the goal and whether it is met: `1.50 × ✓`."""
    ratio = row.gain_of(OURS)
    if not row.goal or ratio is None:
        return ""
    return f"{digits(row.goal)} × {'✓' if ratio >= row.goal else '✗'}"


def columns(table: Sequence[Row]) -> list[str]:
    """Return the implementations that appear: ours, then the opponents in order of appearance."""
    seen = {name: None for row in table for name in row.case.implementations}
    present = {name for row in table for name in (*row.summaries, *row.failures)}
    return [name for name in seen if name in present]


def markdown(table: Sequence[Row]) -> str:
    """Return the table of one section."""
    names = columns(table)
    lines = [
        [row.title, *(cell(row, name) for name in names), judged(row), goal(row)] for row in table
    ]
    return aligned([["case", *names, "×", "goal"], *lines])


def headlines(table: Sequence[Row]) -> str:
    """Return a short table in which every row names whom it is compared with."""
    lines = [
        [
            row.title,
            cell(row, OURS),
            f"{cell(row, row.rival)} {row.rival}" if row.rival else "",
            judged(row),
        ]
        for row in table
    ]
    return aligned([["case", OURS, "beside", "×"], *lines])


def costs(outcomes: Sequence[Outcome]) -> str:
    """Return the processor time of a message by role, for ours and the first opponent."""
    lines = [line for outcome in outcomes if (line := _cost_line(outcome))]
    return aligned([["case", OURS, "pyzmq", "×"], *lines]) if lines else ""


def _cost_line(outcome: Outcome) -> list[str]:
    figures = []
    for name in outcome.case.implementations[:2]:
        found = {
            role: summary.median
            for role in outcome.case.roles
            if (summary := outcome.summary(name, f"cpu {role}")) is not None
        }
        figures.append(found)
    if len(figures) < 2 or not all(figures):
        return []
    ours, theirs = (sum(found.values()) for found in figures)
    return [outcome.case.title, *map(_shares, figures), times(theirs / ours if ours else None)]


def _shares(found: dict[str, float]) -> str:
    return ", ".join(f"{role} {digits(used)}" for role, used in found.items()) + " µs"


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table, aligned for terminals, without columns that have no text."""
    keep = [i for i in range(len(lines[0])) if i == 0 or any(line[i] for line in lines[1:])]
    kept = [[line[i] for i in keep] for line in lines]
    widths = [max(len(line[i]) for line in kept) for i in range(len(keep))]
    rule = ["-" * width for width in widths]
    rule[1:] = [dashes[:-1] + ":" for dashes in rule[1:]]
    return "\n".join(_format(line, widths) for line in (kept[0], rule, *kept[1:]))


def _format(line: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = line
    figures = (text.rjust(width) for text, width in zip(rest, widths[1:], strict=True))
    return "| " + " | ".join([first.ljust(widths[0]), *figures]) + " |"
