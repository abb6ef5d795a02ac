"""The arithmetic behind the table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.summary import Summary, gain, quantile, summarize

figures = st.lists(st.floats(min_value=1e-3, max_value=1e12), min_size=1)


@given(figures)
def test_the_median_lies_between_the_rounds(samples: list[float]) -> None:
    summary = summarize(samples)
    assert summary.low <= summary.median <= summary.high
    assert summary.low in samples
    assert summary.high in samples


def test_the_spread_is_half_the_range_as_a_share_of_the_median() -> None:
    assert summarize([90, 100, 110]).spread == pytest.approx(0.1)


def test_one_round_has_no_spread() -> None:
    assert summarize([7.5]) == Summary(7.5, 7.5, 7.5)
    assert summarize([7.5]).spread == 0


def test_a_median_of_zero_has_no_spread() -> None:
    assert summarize([0, 0, 0.3]).spread == 0


def test_without_a_round_there_is_no_summary() -> None:
    with pytest.raises(ValueError, match="no round"):
        summarize([])


def test_quantiles_of_a_hundred_values() -> None:
    values = list(range(100, 0, -1))
    assert quantile(values, 0.5) == 51
    assert quantile(values, 0.99) == 100
    assert quantile(values, 0) == 1
    assert quantile(values, 1) == 100


@given(figures, st.floats(min_value=0, max_value=1))
def test_a_quantile_is_one_of_the_values(values: list[float], share: float) -> None:
    assert quantile(values, share) in values


def test_a_gain_above_one_is_better_whichever_way_the_figure_points() -> None:
    two, four = summarize([2.0]), summarize([4.0])
    assert gain(four, two, higher_is_better=True) == 2
    assert gain(two, four, higher_is_better=False) == 2
    assert gain(two, four, higher_is_better=True) == 0.5


def test_a_figure_of_zero_allows_no_ratio() -> None:
    assert gain(summarize([0.0]), summarize([1.0]), higher_is_better=False) is None
    assert gain(summarize([1.0]), summarize([0.0]), higher_is_better=True) is None
