"""A growth plot has both lines in each panel, on logarithmic axes."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from benchmarks.catalog.growth import RELATIONS, Relation
from benchmarks.plot import Scale, plot
from benchmarks.runner import Outcome
from benchmarks.table import OURS

SVG = "{http://www.w3.org/2000/svg}"
(SOCKETS,) = [relation for relation in RELATIONS if relation.name == "sockets"]
(SIZE,) = [relation for relation in RELATIONS if relation.name == "size"]


def outcomes(relation: Relation, **more: float) -> list[Outcome]:
    keys = [metric.key for _, metric in relation.panels]
    return [
        Outcome(case, rounds={
            OURS: [dict.fromkeys(keys, 2e6) | more],
            "pyzmq": [dict.fromkeys(keys, 1e6), dict.fromkeys(keys, 3e6)],
        })
        for case in relation.cases()
    ]  # fmt: skip


def draw(relation: Relation, *measured: Outcome) -> ElementTree.Element:
    return ElementTree.fromstring(plot(relation, measured, "a <machine>"))


def test_both_lines_in_each_panel_have_a_point_for_each_value() -> None:
    lines = [*draw(SOCKETS, *outcomes(SOCKETS)).iter(f"{SVG}polyline")]
    kinds = sorted(line.get("class", "") for line in lines)
    assert kinds == ["line babelmq"] * 2 + ["line pyzmq"] * 2
    assert {len(line.get("points", "").split()) for line in lines} == {len(SOCKETS.values)}


def test_axes_are_labelled_with_round_figures() -> None:
    texts = {element.text for element in draw(SOCKETS, *outcomes(SOCKETS)).iter(f"{SVG}text")}
    assert {"1", "3", "1 k", "1 M", "10 M", "1 MB", "10 MB", "a <machine>"} <= texts
    texts = {element.text for element in draw(SIZE, *outcomes(SIZE)).iter(f"{SVG}text")}
    assert {"16 B", "4 KiB", "1 MiB", "1 MB/s", "10 MB/s"} <= texts


def test_what_was_not_measured_and_zeros_are_left_out() -> None:
    some = outcomes(SOCKETS, memory=0.0)[:3]
    lines = [*draw(SOCKETS, *some).iter(f"{SVG}polyline")]
    assert [line.get("class") for line in lines].count("line babelmq") == 1
    assert {len(line.get("points", "").split()) for line in lines} == {3}


def test_nothing_measured_is_an_error() -> None:
    with pytest.raises(ValueError, match="sockets"):
        draw(SOCKETS)


def test_a_scale_gives_each_decade_the_same_room() -> None:
    scale = Scale(1, 1000, 0, 300)
    assert [scale.place(value) for value in (1, 10, 100, 1000)] == pytest.approx([0, 100, 200, 300])
