"""Rows, cells and the printed table."""

from __future__ import annotations

import pytest

from benchmarks.case import MEDIAN, RATE, TAIL, Case
from benchmarks.runner import Outcome
from benchmarks.table import OURS, cell, columns, human, markdown, rows, times

RATES = Case("rates", "rates", (), opponents=("pyzmq", "plain"))
TIMES = Case("times", "times", (), metrics=(MEDIAN, TAIL))


def rate_outcome() -> Outcome:
    return Outcome(
        RATES,
        rounds={
            OURS: [{"rate": 3e6}, {"rate": 4e6}, {"rate": 5e6}],
            "pyzmq": [{"rate": 2e6}, {"rate": 2e6}, {"rate": 2e6}],
            "plain": [{"rate": 8e6}],
        },
    )


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1_850_000, "msg/s", "1.85 M msg/s"),
        (37_700, "msg/s", "37.7 k msg/s"),
        (2.41e9, "B/s", "2.41 GB/s"),
        (864e6, "B/s", "864 MB/s"),
        (87.32, "µs", "87.3 µs"),
        (12_345, "µs", "12345 µs"),
        (0, "% CPU", "0.00 % CPU"),
        (999, "msg/s", "999 msg/s"),
    ],
)
def test_figures_have_three_digits_and_a_unit(value: float, unit: str, text: str) -> None:
    assert human(value, unit) == text


def test_a_row_compares_with_the_first_opponent() -> None:
    (row,) = rows([rate_outcome()])
    assert row.gain_of(OURS) == 2
    assert row.gain_of("plain") == 4
    assert row.gain_of("pynng") is None
    assert cell(row, OURS) == "4.00 M msg/s ±25%"
    assert cell(row, "pynng") == ""


def test_a_case_gives_a_row_for_each_metric() -> None:
    outcome = Outcome(
        TIMES, rounds={OURS: [{"p50": 40, "p99": 90}], "pyzmq": [{"p50": 80, "p99": 90}]}
    )
    middle, tail = rows([outcome])
    assert (middle.title, tail.title) == ("times, p50", "times, p99")
    assert middle.gain_of(OURS) == 2
    assert tail.gain_of(OURS) == 1


def test_a_failed_implementation_shows_as_failed_and_gives_no_ratio() -> None:
    outcome = rate_outcome()
    outcome.failures[OURS] = "ended too early"
    (row,) = rows([outcome])
    assert cell(row, OURS) == "failed"
    assert row.gain_of(OURS) is None


def test_columns_are_ours_first_and_only_those_present() -> None:
    assert columns(rows([rate_outcome()])) == [OURS, "pyzmq", "plain"]
    only = Outcome(RATES, rounds={"plain": [{"rate": 1.0}]})
    assert columns(rows([only])) == ["plain"]


def test_the_table_is_markdown_with_aligned_columns() -> None:
    lines = markdown(rows([rate_outcome(), Outcome(TIMES)])).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert [cell.strip() for cell in lines[0].split("|")[1:-1]] == [
        "case", OURS, "pyzmq", "plain", "×",
    ]  # fmt: skip
    assert "2.00 ×" in lines[2]
    assert set(lines[1]) <= set("|-: ")
    assert len(lines) == 2 + 1 + 2


def test_no_ratio_prints_nothing() -> None:
    assert times(None) == ""
    assert times(2.345) == "2.35 ×"


def test_metrics_say_which_way_is_better() -> None:
    assert RATE.higher_is_better
    assert not MEDIAN.higher_is_better
