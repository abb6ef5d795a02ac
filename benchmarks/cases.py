"""All cases by section, in the order of the table, and how they are chosen by name."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from benchmarks.case import Case
from benchmarks.catalog import (
    asynchronous,
    connections,
    curve,
    fan_out,
    gateway,
    growth,
    one_way,
    round_trips,
    wire,
)

SECTIONS = (one_way, curve, round_trips, fan_out, asynchronous, connections, wire, gateway)
"""The sections of the table, each with a TITLE and `cases()`."""


def sections() -> dict[str, list[Case]]:
    """Return the cases of the table by the title of their section."""
    return {section.TITLE: list(section.cases()) for section in SECTIONS}


def all_cases() -> list[Case]:
    """Return every case of the table; those of the growth plots are not in it."""
    return [case for cases in sections().values() for case in cases]


def growth_cases() -> list[Case]:
    """Return every point of the growth plots."""
    return list(growth.cases())


def select(patterns: Sequence[str], *, quick: bool = False, growing: bool = False) -> list[Case]:
    """Return the cases that are meant.

    A pattern is a name, a group (`push-pull/tcp`) or a glob (`*/ipc/*`). Without one it is all
    cases of the table, or a part of them (`quick`), or the growth cases (`growing`).

    Raises LookupError for a pattern that matches nothing.
    """
    everything = [*all_cases(), *growth_cases()]
    for pattern in patterns:
        if not any(matches(case.name, pattern) for case in everything):
            raise LookupError(f"no case matches {pattern!r}; --list shows all")
    if patterns:
        return [case for case in everything if any(matches(case.name, p) for p in patterns)]
    if growing:
        return growth_cases()
    return [case for case in all_cases() if case.quick or not quick]


def matches(name: str, pattern: str) -> bool:
    """Tell whether a case's name is meant: `push-pull`, `push-pull/tcp`, `*/ipc/*`."""
    return fnmatchcase(name, pattern) or name.startswith(pattern.rstrip("/") + "/")
