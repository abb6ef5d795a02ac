"""The chart is well-formed SVG, readable in both colour schemes, and places its marks right."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from benchmarks.case import Case
from benchmarks.chart import LEFT, PLOT, Axis, svg
from benchmarks.runner import Outcome
from benchmarks.table import OURS, rows

SVG = "{http://www.w3.org/2000/svg}"


def outcome(ours: float, rival: float, title: str = "a & b") -> Outcome:
    case = Case("case", title, (), opponents=("pyzmq", "plain"))
    figures = {OURS: ours, "pyzmq": rival, "plain": rival * 2}
    return Outcome(case, rounds={name: [{"rate": rate}] for name, rate in figures.items()})


def texts(drawing: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(drawing).iter(f"{SVG}text")]


def test_every_case_has_its_label_and_ratio() -> None:
    drawing = svg(rows([outcome(3, 2), outcome(1, 4, "c")]), "a <machine>")
    assert {"a & b", "c", "1.50 ×", "0.25 ×", "a <machine>"} <= set(texts(drawing))


def test_marks_differ_in_shape_and_colours_follow_the_scheme() -> None:
    drawing = svg(rows([outcome(3, 2)]), "")
    root = ElementTree.fromstring(drawing)
    kinds = {element.get("class") for element in root.iter(f"{SVG}circle")}
    assert kinds == {"ours", "plain"}
    assert "prefers-color-scheme: dark" in drawing


def test_nothing_to_compare_is_an_error() -> None:
    only = Outcome(Case("case", "case", ()), rounds={OURS: [{"rate": 1.0}]})
    with pytest.raises(ValueError, match="both sides"):
        svg(rows([only]), "")


def test_the_axis_is_logarithmic_and_holds_every_ratio() -> None:
    axis = Axis([0.3, 1, 6])
    assert axis.ticks() == [0.25, 0.5, 1, 2, 4, 8]
    assert axis.place(0.25) == LEFT
    assert axis.place(8) == LEFT + PLOT
    assert axis.place(2) - axis.place(1) == pytest.approx(axis.place(4) - axis.place(2))


def test_equal_figures_still_have_an_axis_around_one() -> None:
    assert Axis([1.0]).ticks() == [0.5, 1, 2]
