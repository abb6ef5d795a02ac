"""Puts sections together: what a terminal shows at the end, and what docs/performance.md shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.cases import sections
from benchmarks.runner import Outcome
from benchmarks.table import Row, costs, markdown, rows

COSTS = "What a message costs"
GROWTH = "How it grows"
EXPLAINED = "Processor time per message (trip, connection), of all threads of each process."


def grouped(outcomes: Sequence[Outcome]) -> dict[str, list[Row]]:
    """Return the rows of each section that has any; the points of the plots come last."""
    title_of = {case.name: title for title, cases in sections().items() for case in cases}
    groups: dict[str, list[Row]] = {}
    for outcome in outcomes:
        title = title_of.get(outcome.case.name, GROWTH)
        groups.setdefault(title, []).extend(rows([outcome]))
    return groups


def page(outcomes: Sequence[Outcome]) -> str:
    """Return one table for each section, and one of the processor time."""
    return "\n\n".join(_parts(outcomes))


def _parts(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for title, table in grouped(outcomes).items():
        yield f"### {title}\n\n{markdown(table)}"
    ours = costs([outcome for outcome in outcomes if not outcome.case.name.startswith("growth/")])
    if ours:
        yield f"### {COSTS}\n\n{EXPLAINED}\n\n{ours}"
