"""The chart is well-formed SVG, readable in both colour schemes, and places its marks right."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from benchmarks.case import Case
from benchmarks.chart import LEFT, PLOT, Axis, svg
from benchmarks.runner import Outcome
from benchmarks.table import OURS, rows

SVG = "{http://www.w3.org/2000/svg}"


def outcome(ours: float, rival: float, title: str = "a & b", goal: float = 0.0) -> Outcome:
    case = Case("case", title, (), opponents=("pyzmq", "plain"), goal=goal)
    figures = {OURS: ours, "pyzmq": rival, "plain": rival * 2}
    return Outcome(case, rounds={name: [{"rate": rate}] for name, rate in figures.items()})


def draw(*outcomes: Outcome, title: str = "") -> ElementTree.Element:
    return ElementTree.fromstring(svg({title: rows(outcomes)}, "a <machine>"))


def texts(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def classes(root: ElementTree.Element) -> list[str]:
    return [element.get("class", "") for element in root.iter()]


def test_every_case_has_its_label_and_ratio() -> None:
    root = draw(outcome(3, 2), outcome(1, 4, "c"), title="Section")
    assert {"a & b", "c", "▲ 1.50 ×", "▼ 0.25 ×", "a <machine>", "Section"} <= set(texts(root))


def test_better_and_worse_have_different_colours() -> None:
    kinds = classes(draw(outcome(3, 2), outcome(1, 4)))
    assert kinds.count("bar better") == kinds.count("bar worse") == 1


def test_marks_differ_in_shape_and_colours_follow_the_scheme() -> None:
    drawing = svg({"": rows([outcome(3, 2)])}, "")
    root = ElementTree.fromstring(drawing)
    radius = {element.get("class"): element.get("r") for element in root.iter(f"{SVG}circle")}
    assert radius == {"mark babelmq": "5", "mark plain": "4"}
    assert "prefers-color-scheme: dark" in drawing


def test_a_goal_is_drawn_where_the_case_has_one() -> None:
    without, with_one = draw(outcome(3, 2)), draw(outcome(3, 2, goal=1.5))
    assert classes(with_one).count("goal") == classes(without).count("goal") + 1


def test_what_lies_beyond_the_axis_is_an_arrow_at_its_edge() -> None:
    root = draw(outcome(4000, 2))
    (arrow,) = [e for e in root.iter(f"{SVG}polygon") if e.get("class") == "mark babelmq"]
    assert arrow.get("points", "").startswith(f"{LEFT + PLOT + 6:.1f},")
    assert "▲ 2000 ×" in texts(root)


def test_nothing_to_compare_is_an_error() -> None:
    only = Outcome(Case("case", "case", ()), rounds={OURS: [{"rate": 1.0}]})
    with pytest.raises(ValueError, match="both sides"):
        svg({"": rows([only])}, "")


def test_the_axis_is_logarithmic_and_holds_every_ratio() -> None:
    axis = Axis([0.3, 1, 6])
    assert axis.ticks() == [0.25, 0.5, 1, 2, 4, 8]
    assert axis.place(0.25) == LEFT
    assert axis.place(8) == LEFT + PLOT
    assert axis.place(2) - axis.place(1) == pytest.approx(axis.place(4) - axis.place(2))


def test_the_axis_ends_at_sixteen_times() -> None:
    axis = Axis([0.001, 1800])
    assert axis.ticks()[0] == 1 / 16
    assert axis.ticks()[-1] == 16
    assert not axis.holds(17)
    assert axis.place(1800) == axis.place(16)


def test_equal_figures_still_have_an_axis_around_one() -> None:
    assert Axis([1.0]).ticks() == [0.5, 1, 2]
