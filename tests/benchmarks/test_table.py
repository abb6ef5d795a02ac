"""Rows, cells and the printed table."""

from __future__ import annotations

import pytest

from benchmarks.case import MEDIAN, RATE, TAIL, Case, Metric, Part
from benchmarks.runner import Outcome
from benchmarks.table import (
    OURS,
    aligned,
    cell,
    columns,
    costs,
    goal,
    headlines,
    human,
    judged,
    markdown,
    rows,
    times,
)

RATES = Case("rates", "rates", (), opponents=("pyzmq", "plain"), goal=1.5)
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
        (1536, "B", "1.50 KiB"),
        (5 * 2**20, "B", "5.00 MiB"),
        (12, "B", "12 B"),
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


def test_next_to_nothing_is_not_compared() -> None:
    metric = Metric("cpu", "% CPU", higher_is_better=False, least=0.1)
    case = Case("idle", "idle", (), metrics=(metric,))
    (row,) = rows([Outcome(case, {OURS: [{"cpu": 0.004}], "pyzmq": [{"cpu": 0.001}]})])
    assert row.gain_of(OURS) is None
    (row,) = rows([Outcome(case, {OURS: [{"cpu": 0.2}], "pyzmq": [{"cpu": 0.1}]})])
    assert row.gain_of(OURS) == 0.5


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
        "case", OURS, "pyzmq", "plain", "×", "goal",
    ]  # fmt: skip
    assert "▲ 2.00 ×" in lines[2]
    assert "1.50 × ✓" in lines[2]
    assert set(lines[1]) <= set("|-: ")
    assert len(lines) == 2 + 1 + 2


def test_columns_without_text_are_left_out() -> None:
    assert aligned([["case", "a", "b"], ["x", "", "1"]]).splitlines()[0] == "| case | b |"


def test_a_missed_goal_is_marked() -> None:
    outcome = rate_outcome()
    outcome.rounds[OURS] = [{"rate": 2.9e6}]
    (row,) = rows([outcome])
    assert goal(row) == "1.50 × ✗"
    outcome.failures[OURS] = "ended too early"
    assert goal(*rows([outcome])) == ""


def test_a_goal_is_for_the_first_figure() -> None:
    case = Case("times", "times", (), metrics=(MEDIAN, TAIL), goal=2.0)
    middle, tail = rows([Outcome(case)])
    assert (middle.goal, tail.goal) == (2.0, 0.0)


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [
        ([3, 4, 5], [1, 2, 2.9], "▲ 2.00 ×"),
        ([3, 4, 5], [1, 2, 3], "≈ 2.00 ×"),
        ([1, 1, 1], [2, 2, 2], "▼ 0.50 ×"),
        ([2], [2], "≈ 1.00 ×"),
    ],
)
def test_better_and_worse_mean_in_every_round(
    ours: list[float], theirs: list[float], verdict: str
) -> None:
    samples = {OURS: ours, "pyzmq": theirs}
    rounds = {name: [{"rate": rate} for rate in rates] for name, rates in samples.items()}
    (row,) = rows([Outcome(RATES, rounds)])  # type: ignore[arg-type]
    assert judged(row) == verdict


def test_headlines_name_whom_they_compare_with() -> None:
    line = headlines(rows([rate_outcome()])).splitlines()[2]
    assert "| 2.00 M msg/s ±0% pyzmq |" in line


def test_costs_are_shown_by_role_with_the_ratio_of_their_sums() -> None:
    parts = tuple(Part(role, lambda *_: []) for role in ("receive", "send"))
    case = Case("a", "a title", parts)
    rounds = {
        OURS: [{"rate": 1.0, "cpu receive": 0.2, "cpu send": 0.3}],
        "pyzmq": [{"rate": 1.0, "cpu receive": 1.5, "cpu send": 0.5}],
    }
    line = costs([Outcome(case, rounds), Outcome(RATES)]).splitlines()[-1]  # type: ignore[arg-type]
    assert [cell.strip() for cell in line.split("|")[1:-1]] == [
        "a title", "receive 0.20, send 0.30 µs", "receive 1.50, send 0.50 µs", "4.00 ×",
    ]  # fmt: skip
    assert costs([Outcome(RATES)]) == ""


def test_no_ratio_prints_nothing() -> None:
    assert times(None) == ""
    assert times(2.345) == "2.35 ×"


def test_metrics_say_which_way_is_better() -> None:
    assert RATE.higher_is_better
    assert not MEDIAN.higher_is_better
