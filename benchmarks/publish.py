"""Puts the published figures where people read them: the README and docs/performance.md.

    python -m benchmarks.publish     # draw pages and charts again from docs/figures/bench.json

The pages hold tables between two marks. Tables and drawings are made from docs/figures/bench.json,
and a test checks that they still are what it says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks import machine
from benchmarks.cases import all_cases, growth_cases
from benchmarks.catalog.growth import RELATIONS
from benchmarks.chart import svg
from benchmarks.page import GROWTH, grouped, page
from benchmarks.plot import plot
from benchmarks.runner import Outcome
from benchmarks.table import Row, headlines

ROOT = Path(__file__).parent.parent
FIGURES = ROOT / "docs" / "figures"
PUBLISHED = FIGURES / "bench.json"
README = ROOT / "README.md"
PERFORMANCE = ROOT / "docs" / "performance.md"
HEADLINES = (
    "push-pull/tcp/10",
    "push-pull/tcp/1024",
    "push-pull/tcp/65536",
    "push-pull/inproc/10",
    "req-rep/tcp",
    "batch/tcp/10",
    "pub-sub/peers/10",
    "asyncio/receive",
    "asyncio/send",
    "asyncio/req-rep",
    "connections/rate",
    "connections/idle/10000",
    "gateway/node/push-pull/10",
    "gateway/go/push-pull/10",
)
"""What the README shows; docs/performance.md shows everything."""
LESS_TELLING = ("p99", "cpu")
"""Keys of figures that the README leaves to docs/performance.md."""

_MARKED = re.compile(r"(<!-- figures:begin -->\n).*?(<!-- figures:end -->)", re.DOTALL)


def load(path: Path) -> tuple[list[Outcome], str]:
    """Read a run back: its outcomes in the order of the table, and the machine in one line."""
    found = json.loads(path.read_text(encoding="utf-8"))
    outcomes = [
        Outcome(case, found["cases"][case.name]["rounds"], found["cases"][case.name]["failures"])
        for case in (*all_cases(), *growth_cases())
        if case.name in found["cases"]
    ]
    return outcomes, f"{machine.describe(found['machine'])}; rounds: {found['rounds']}"


def pages(outcomes: Sequence[Outcome], subtitle: str) -> Mapping[Path, str]:
    """Return the text of each page with the figures in it."""
    measured = [outcome for outcome in outcomes if not _grows(outcome)]
    shown = {README: headlines(chosen(outcomes)), PERFORMANCE: page(measured)}
    return {
        path: insert(path.read_text(encoding="utf-8"), tables, subtitle)
        for path, tables in shown.items()
    }


def drawings(outcomes: Sequence[Outcome], subtitle: str) -> Mapping[Path, str]:
    """Return the charts of both pages, and the plot of each relation that was measured."""
    groups = grouped(outcomes)
    grown = {row.case.name for row in groups.pop(GROWTH, [])}
    plots = {
        FIGURES / f"growth-{relation.name}.svg": plot(relation, outcomes, subtitle)
        for relation in RELATIONS
        if grown & relation.names()
    }
    return {
        FIGURES / "headlines.svg": svg({"": chosen(outcomes)}, subtitle),
        FIGURES / "bench.svg": svg(groups, subtitle),
        **plots,
    }


def chosen(outcomes: Sequence[Outcome]) -> list[Row]:
    """Return the rows that the README shows."""
    return [
        row
        for table in grouped(outcomes).values()
        for row in table
        if row.case.name in HEADLINES and row.metric.key not in LESS_TELLING
    ]


def _grows(outcome: Outcome) -> bool:
    return outcome.case.name.startswith("growth/")


def insert(text: str, tables: str, subtitle: str) -> str:
    """Return a page's text with the tables between the marks.

    Raises ValueError when the page has no marks.
    """
    if not _MARKED.search(text):
        raise ValueError("the page has no place for figures")
    shown = f"{tables}\n\n{subtitle}.\n"
    return _MARKED.sub(lambda match: match[1] + shown + match[2], text)


def publish() -> None:
    """Write pages and drawings from docs/figures/bench.json."""
    outcomes, subtitle = load(PUBLISHED)
    for path, text in {**pages(outcomes, subtitle), **drawings(outcomes, subtitle)}.items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path}")


if __name__ == "__main__":
    publish()
