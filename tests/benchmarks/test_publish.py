"""The figures in README and docs are those of docs/figures/bench.json."""

from __future__ import annotations

import pytest

from benchmarks.cases import all_cases
from benchmarks.publish import HEADLINES, PUBLISHED, charts, insert, load, pages
from benchmarks.table import rows


def test_the_pages_show_the_published_figures() -> None:
    published = load(PUBLISHED)
    for path, text in {**pages(*published), **charts(*published)}.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} needs make bench --publish"


def test_the_published_run_is_whole() -> None:
    outcomes, _ = load(PUBLISHED)
    assert [outcome.case.name for outcome in outcomes] == [case.name for case in all_cases()]
    assert not [outcome.failures for outcome in outcomes if outcome.failures]


def test_headlines_are_cases() -> None:
    assert set(HEADLINES) <= {case.name for case in all_cases()}


def test_a_page_without_marks_is_an_error() -> None:
    with pytest.raises(ValueError, match="no place"):
        insert("# A page\n", rows([]), "")
