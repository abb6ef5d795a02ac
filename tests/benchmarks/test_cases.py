"""Names of cases are unique, selectable, and every role names a program that exists."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from benchmarks.case import QUICK_SECONDS, SECONDS, Case
from benchmarks.cases import all_cases, growth_cases, matches, sections, select
from benchmarks.catalog.growth import RELATIONS
from benchmarks.child import Settings

EVERYTHING = [*all_cases(), *growth_cases()]


def test_names_are_unique() -> None:
    names = [case.name for case in EVERYTHING]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("case", EVERYTHING, ids=lambda case: case.name)
def test_a_case_is_playable(case: Case) -> None:
    assert case.measuring < len(case.parts)
    assert len(set(case.roles)) == len(case.parts)
    assert case.metrics
    settings = case.settings_for("babelmq", quick=False)
    assert set(settings) <= {field.name for field in fields(Settings)}
    for part in case.parts:
        assert part.command("babelmq", json.dumps(settings))[0]


def test_a_quick_run_has_a_shorter_window_and_keeps_the_rest() -> None:
    (case,) = select(["push-pull/tcp/10"])
    full = case.settings_for("babelmq", quick=False)
    quick = case.settings_for("babelmq", quick=True)
    assert (full.pop("seconds"), quick.pop("seconds")) == (SECONDS, QUICK_SECONDS)
    assert quick == full


def test_a_quick_run_of_other_languages_has_fewer_messages() -> None:
    (case,) = select(["gateway/go/push-pull/10"])
    full, quick = (case.settings_for("babelmq", quick=quick)["count"] for quick in (False, True))
    assert int(quick) * 4 == int(full)


def test_a_window_that_the_case_sets_stays() -> None:
    (case,) = select(["growth/size/1024"])
    windows = {case.settings_for("babelmq", quick=quick)["seconds"] for quick in (False, True)}
    assert windows == {case.settings["seconds"]}


def test_every_section_has_cases() -> None:
    assert all(sections().values())
    names = [case.name for cases in sections().values() for case in cases]
    assert names == [case.name for case in all_cases()]


def test_every_relation_grows() -> None:
    for relation in RELATIONS:
        assert list(relation.values) == sorted(set(relation.values))
        assert relation.names() == {case.name for case in relation.cases()}


def test_selection_by_name_group_and_glob() -> None:
    assert [case.name for case in select(["push-pull/tcp/10"])] == ["push-pull/tcp/10"]
    assert {case.name for case in select(["req-rep"])} == {
        "req-rep/tcp", "req-rep/ipc", "req-rep/inproc", "req-rep/tcp-awake", "req-rep/tcp-busy",
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


def test_growth_is_measured_when_it_is_asked_for() -> None:
    assert [c.name for c in select([], growing=True)] == [c.name for c in growth_cases()]
    assert select(["growth/size"])[0].name == "growth/size/16"
