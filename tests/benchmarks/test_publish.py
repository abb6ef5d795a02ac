"""The figures in README and docs are those of docs/figures/bench.json."""

from __future__ import annotations

import pytest

from benchmarks.cases import all_cases, growth_cases
from benchmarks.catalog.growth import RELATIONS, Relation
from benchmarks.publish import (
    FIGURES,
    HEADLINES,
    PERFORMANCE,
    PUBLISHED,
    drawings,
    insert,
    load,
    pages,
)


def test_the_pages_show_the_published_figures() -> None:
    published = load(PUBLISHED)
    for path, text in {**pages(*published), **drawings(*published)}.items():
        shown = path.read_text(encoding="utf-8")
        assert shown == text, f"{path.name}: run python -m benchmarks.publish"


def test_what_is_published_are_cases_that_worked() -> None:
    outcomes, _ = load(PUBLISHED)
    names = [outcome.case.name for outcome in outcomes]
    assert names == [c.name for c in (*all_cases(), *growth_cases()) if c.name in names]
    assert not [outcome.failures for outcome in outcomes if outcome.failures]
    assert set(HEADLINES) <= set(names)


def test_headlines_are_cases() -> None:
    assert set(HEADLINES) <= {case.name for case in all_cases()}


@pytest.mark.parametrize("relation", RELATIONS, ids=lambda relation: relation.name)
def test_the_page_shows_the_plot_of_every_relation(relation: Relation) -> None:
    name = f"growth-{relation.name}.svg"
    assert (FIGURES / name).exists()
    assert f"figures/{name}" in PERFORMANCE.read_text(encoding="utf-8")


def test_a_page_without_marks_is_an_error() -> None:
    with pytest.raises(ValueError, match="no place"):
        insert("# A page\n", "| table |", "")
