"""Turns outcomes into rows and rows into the table that people read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.case import Case, Metric
from benchmarks.runner import Outcome
from benchmarks.summary import Summary, gain

OURS = "babelmq"


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

    def gain_of(self, implementation: str) -> float | None:
        """Return how many times better than the rival an implementation is."""
        if self.rival not in self.summaries or implementation not in self.summaries:
            return None
        return gain(
            self.summaries[implementation],
            self.summaries[self.rival],
            higher_is_better=self.metric.higher_is_better,
        )


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
    """Return a figure with its unit: `1.85 M msg/s`, `2.41 GB/s`, `87.3 µs`."""
    for factor, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= factor and unit in ("msg/s", "B/s", "1/s"):
            glue = "" if unit == "B/s" else " "
            return f"{_digits(value / factor)} {prefix}{glue}{unit}"
    return f"{_digits(value)} {unit}"


def _digits(value: float) -> str:
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
    return "" if value is None else f"{_digits(value)} ×"


def columns(table: Sequence[Row]) -> list[str]:
    """Return the implementations that appear: ours, then the opponents in order of appearance."""
    seen = {name: None for row in table for name in row.case.implementations}
    present = {name for row in table for name in (*row.summaries, *row.failures)}
    return [name for name in seen if name in present]


def markdown(table: Sequence[Row]) -> str:
    """Return the table, aligned so that it reads well in a terminal too."""
    names = columns(table)
    lines = [["case", *names, "×"], *(_line(row, names) for row in table)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    rule = ["-" * width for width in widths]
    rule[1:] = [dashes[:-1] + ":" for dashes in rule[1:]]
    return "\n".join(_format(line, widths) for line in (lines[0], rule, *lines[1:]))


def _line(row: Row, names: Sequence[str]) -> list[str]:
    return [row.title, *(cell(row, name) for name in names), times(row.gain_of(OURS))]


def _format(line: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = line
    figures = (text.rjust(width) for text, width in zip(rest, widths[1:], strict=True))
    return "| " + " | ".join([first.ljust(widths[0]), *figures]) + " |"
