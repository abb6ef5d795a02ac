"""Names of cases are unique, selectable, and every role names a program that exists."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from benchmarks.case import Case
from benchmarks.cases import all_cases, matches, select
from benchmarks.child import Settings


def test_names_are_unique() -> None:
    names = [case.name for case in all_cases()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_a_case_is_playable(case: Case) -> None:
    assert case.measuring < len(case.roles)
    assert case.metrics
    settings = case.settings_for("babelmq", quick=False)
    assert set(settings) <= {field.name for field in fields(Settings)}
    for role in case.roles:
        assert role("babelmq", json.dumps(settings))[0]


def test_a_quick_run_has_fewer_messages_and_keeps_the_rest() -> None:
    (case,) = select(["push-pull/tcp/10"])
    full = case.settings_for("babelmq", quick=False)
    quick = case.settings_for("babelmq", quick=True)
    assert int(quick.pop("count")) * 4 <= int(full.pop("count"))
    assert quick == full


def test_a_slow_implementation_gets_fewer_messages() -> None:
    (case,) = select(["push-pull/tcp/10"])
    usual, slow = (case.settings_for(name, quick=False) for name in ("pyzmq", "pynng"))
    assert int(slow["count"]) * 10 == int(usual["count"])


def test_selection_by_name_group_and_glob() -> None:
    assert [case.name for case in select(["push-pull/tcp/10"])] == ["push-pull/tcp/10"]
    assert {case.name for case in select(["req-rep"])} == {
        "req-rep/tcp", "req-rep/ipc", "req-rep/inproc",
    }  # fmt: skip
    assert all("/ipc/" in case.name for case in select(["*/ipc/*"]))
    assert not matches("push-pull/tcp/1024", "push-pull/tcp/10")


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(LookupError, match="nonsense"):
        select(["nonsense"])


def test_quick_runs_a_part_of_everything() -> None:
    quick, everything = select([], quick=True), select([])
    assert 0 < len(quick) < len(everything)
    assert [case.name for case in everything] == [case.name for case in all_cases()]
