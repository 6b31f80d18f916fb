"""A part of the picture: around the place where a case is, of one proportion, without what lies outside."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from meldcode.diagram import draw, read_diagram
from meldcode.diagram.model import Diagram
from meldcode.diagram.window import HEIGHT, NARROW, WIDTH

SVG = "{http://www.w3.org/2000/svg}"
SCHOOL = Path(__file__).parents[2] / "processes" / "basisschool-het-voorbeeld" / "meldcode.bpmn"


@pytest.fixture(scope="module")
def school() -> Diagram:
    return read_diagram(SCHOOL.read_bytes(), "meldcode.bpmn")


def part(diagram: Diagram, *nodes: str) -> etree._Element:
    return etree.fromstring(draw(diagram, marks=dict.fromkeys(nodes, "current"), around=nodes))


def view(picture: etree._Element) -> tuple[float, float, float, float]:
    x, y, width, height = map(float, picture.get("viewBox", "").split())
    return x, y, width, height


def elements(picture: etree._Element) -> set[str]:
    return {group.get("data-element", "") for group in picture.iter(f"{SVG}g")} - {""}


def test_on_a_telephone_the_place_itself_is_in_the_picture(school: Diagram) -> None:
    for node in (node for node in school.nodes.values() if node.kind == "userTask"):
        picture = etree.fromstring(draw(school, marks={node.id: "current"}, around=[node.id], narrow=True))
        x, _, width, height = view(picture)
        assert width / height == pytest.approx(NARROW / HEIGHT, rel=0.01)
        (box,) = picture.xpath(f"//*[@data-element='{node.id}']//*[local-name()='rect']")[:1]
        assert x <= float(box.get("x")) < float(box.get("x")) + float(box.get("width")) <= x + width


def test_every_task_can_be_shown_with_what_is_next_to_it(school: Diagram) -> None:
    tasks = [node for node in school.nodes.values() if node.kind == "userTask"]
    assert len(tasks) > 10
    for task in tasks:
        picture = part(school, task.id)
        assert task.id in elements(picture)
        assert set(task.incoming) | set(task.outgoing) <= elements(picture)
        _, _, width, height = view(picture)
        assert width / height == pytest.approx(WIDTH / HEIGHT, rel=0.01)


def test_what_lies_outside_is_not_sent(school: Diagram) -> None:
    whole = etree.fromstring(draw(school))
    assert len(elements(part(school, "signalen"))) < len(elements(whole)) / 2
    assert "afsluiten" in elements(whole)
    assert "afsluiten" not in elements(part(school, "signalen"))


def test_two_places_far_apart_are_both_shown_in_the_same_proportion(school: Diagram) -> None:
    picture = part(school, "signalen", "afsluiten")
    assert {"signalen", "afsluiten"} <= elements(picture)
    _, _, width, height = view(picture)
    assert width > WIDTH
    assert width / height == pytest.approx(WIDTH / HEIGHT, rel=0.01)


def test_the_part_shows_nothing_beside_the_drawing(school: Diagram) -> None:
    left, top, width, height = view(etree.fromstring(draw(school)))
    for task in ("signalen", "afsluiten", "acuut_bellen"):
        x, y, wide, high = view(part(school, task))
        assert left <= x + 1
        assert top <= y + 1
        assert x + wide <= left + width + 1
        assert y + high <= top + height + 1


def test_without_a_place_in_the_drawing_the_whole_is_shown(school: Diagram) -> None:
    assert draw(school, around=["geen-element"]) == draw(school)
    assert draw(school, around=[]) == draw(school)
