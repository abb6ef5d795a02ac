"""Writes what a run found: JSON with every round, and the chart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.chart import svg
from benchmarks.runner import Outcome
from benchmarks.table import rows

Facts = dict[str, str | int | float]


def to_json(outcomes: Sequence[Outcome], machine: Facts, rounds: int) -> str:
    """Return machine, settings and every round of every case."""
    cases = {
        outcome.case.name: {
            "title": outcome.case.title,
            "settings": dict(outcome.case.settings),
            "units": {metric.key: metric.unit for metric in outcome.case.metrics},
            "rounds": outcome.rounds,
            "failures": outcome.failures,
        }
        for outcome in outcomes
    }
    return json.dumps({"machine": machine, "rounds": rounds, "cases": cases}, indent=1) + "\n"


def write(path: Path, text: str) -> None:
    """Write a file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_chart(path: Path, outcomes: Sequence[Outcome], subtitle: str) -> bool:
    """Write the chart; tell whether there was anything to draw."""
    try:
        write(path, svg(rows(outcomes), subtitle))
    except ValueError:
        return False
    return True
