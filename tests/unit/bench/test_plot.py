from __future__ import annotations

from xml.etree import ElementTree

from benchmarks.bench.plot import Axis, Curve, Mark, chart


def test_a_chart_is_valid_and_holds_every_curve() -> None:
    axis = Axis("time & place", 0, 10, [0, 5, 10])
    svg = chart("a < b", axis, axis, [Curve("one", [(0, 0), (10, 10)]), Curve("two", [(0, 5), (20, 5)], dashed=True)])
    root = ElementTree.fromstring(svg)
    lines = [element for element in root.iter() if element.tag.endswith("polyline")]
    assert [line.get("stroke-dasharray") for line in lines] == [None, "6 4"]
    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert {"a < b", "time & place", "one", "two"} <= set(texts)


def test_what_lies_beyond_the_axes_is_drawn_at_their_end() -> None:
    axis = Axis("", 0, 10, [])
    assert axis.place(25, 100, 200) == 200
    assert axis.place(-5, 100, 200) == 100
    assert axis.place(5, 200, 100) == 150


def test_a_mark_bears_its_name_on_the_side_that_was_chosen() -> None:
    axis = Axis("", 0, 10, [])
    root = ElementTree.fromstring(chart("", axis, axis, [], [Mark("slow", 9, 5, before=True), Mark("fast", 1, 5)]))
    texts = {element.text: element.get("text-anchor") for element in root.iter() if element.tag.endswith("text")}
    assert (texts["slow"], texts["fast"]) == ("end", "start")
    assert len([element for element in root.iter() if element.tag.endswith("circle")]) == 2
