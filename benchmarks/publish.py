"""Puts the published figures where people read them: the README and docs/performance.md.

The pages hold a table between two marks. Tables and charts are made from docs/figures/bench.json,
and a test checks that they still are what it says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks import machine
from benchmarks.cases import all_cases
from benchmarks.chart import svg
from benchmarks.runner import Outcome
from benchmarks.table import Row, markdown, rows

ROOT = Path(__file__).parent.parent
FIGURES = ROOT / "docs" / "figures"
PUBLISHED = FIGURES / "bench.json"
CHARTS = (FIGURES / "headlines.svg", FIGURES / "bench.svg")
PAGES = (ROOT / "README.md", ROOT / "docs" / "performance.md")
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
    "gateway/node/push-pull/10",
    "gateway/go/push-pull/10",
)
"""What the README shows; docs/performance.md shows everything."""

_MARKED = re.compile(r"(<!-- figures:begin -->\n).*?(<!-- figures:end -->)", re.DOTALL)


def load(path: Path) -> tuple[list[Outcome], str]:
    """Read a run back: its outcomes in the order of the table, and the machine in one line."""
    found = json.loads(path.read_text(encoding="utf-8"))
    outcomes = [
        Outcome(case, found["cases"][case.name]["rounds"], found["cases"][case.name]["failures"])
        for case in all_cases()
        if case.name in found["cases"]
    ]
    return outcomes, f"{machine.describe(found['machine'])}; rounds: {found['rounds']}"


def pages(outcomes: Sequence[Outcome], subtitle: str) -> Mapping[Path, str]:
    """Return the text of each page with the figures in it."""
    texts = dict(zip(PAGES, _headlines_and_all(outcomes), strict=True))
    return {
        path: insert(path.read_text(encoding="utf-8"), shown, subtitle)
        for path, shown in texts.items()
    }


def charts(outcomes: Sequence[Outcome], subtitle: str) -> Mapping[Path, str]:
    """Return the chart that goes with each page."""
    tables = zip(CHARTS, _headlines_and_all(outcomes), strict=True)
    return {path: svg(table, subtitle) for path, table in tables}


def _headlines_and_all(outcomes: Sequence[Outcome]) -> tuple[list[Row], list[Row]]:
    table = rows(outcomes)
    chosen = [row for row in table if row.case.name in HEADLINES and row.metric.key != "p99"]
    return chosen, table


def insert(text: str, table: Sequence[Row], subtitle: str) -> str:
    """Return a page's text with the table between the marks.

    Raises ValueError when the page has no marks.
    """
    if not _MARKED.search(text):
        raise ValueError("the page has no place for figures")
    shown = f"{markdown(table)}\n\n{subtitle}.\n"
    return _MARKED.sub(lambda match: match[1] + shown + match[2], text)


def publish() -> None:
    """Write pages and charts from docs/figures/bench.json."""
    for path, text in {**pages(*load(PUBLISHED)), **charts(*load(PUBLISHED))}.items():
        path.write_text(text, encoding="utf-8")
