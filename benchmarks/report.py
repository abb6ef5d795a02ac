"""Writes what a run found: JSON with every round, the chart, and the growth plots."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.catalog.growth import RELATIONS
from benchmarks.chart import svg
from benchmarks.page import GROWTH, grouped
from benchmarks.plot import plot
from benchmarks.runner import Outcome

Facts = dict[str, str | int | float]


def to_json(outcomes: Sequence[Outcome], machine: Facts, rounds: int) -> str:
    """Return machine, settings and every round of every case, six digits of each figure."""
    cases = {
        outcome.case.name: {
            "title": outcome.case.title,
            "settings": dict(outcome.case.settings),
            "units": {metric.key: metric.unit for metric in outcome.case.metrics},
            "rounds": {name: [*map(_rounded, found)] for name, found in outcome.rounds.items()},
            "failures": outcome.failures,
        }
        for outcome in outcomes
    }
    return json.dumps({"machine": machine, "rounds": rounds, "cases": cases}, indent=1) + "\n"


def _rounded(figures: Mapping[str, float]) -> dict[str, float]:
    return {key: float(f"{value:.6g}") for key, value in figures.items()}


def write(path: Path, text: str) -> None:
    """Write a file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_drawings(path: Path, outcomes: Sequence[Outcome], subtitle: str) -> list[Path]:
    """Write the chart to `path` and the plots beside it; return what there was to draw."""
    groups = grouped(outcomes)
    drawn = {}
    if groups.pop(GROWTH, None):
        for relation in RELATIONS:
            if any(outcome.case.name in relation.names() for outcome in outcomes):
                place = path.with_name(f"growth-{relation.name}.svg")
                drawn[place] = plot(relation, outcomes, subtitle)
    try:
        drawn[path] = svg(groups, subtitle)
    except ValueError:
        pass  # nobody to compare with: a table says it better
    for place, text in drawn.items():
        write(place, text)
    return list(drawn)
