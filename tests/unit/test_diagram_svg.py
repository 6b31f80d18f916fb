"""The picture the server draws: well-formed, escaped, standalone, and in words what it says in colour."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from meldcode.diagram import draw, read_diagram
from meldcode.diagram.pen import width_of, wrap
from tests.unit.diagram_samples import bpmn, start_to_end, user_task

SVG = "{http://www.w3.org/2000/svg}"
SCHOOL = Path(__file__).parent / "fixtures" / "school.bpmn"


@pytest.fixture(scope="module")
def school():
    return read_diagram(SCHOOL.read_bytes(), "meldcode.bpmn")


def drawn(data: bytes, **options: object) -> etree._Element:
    return etree.fromstring(draw(read_diagram(data, "x.bpmn"), **options))


def group(picture: etree._Element, key: str) -> etree._Element:
    (found,) = [g for g in picture.iter(f"{SVG}g") if g.get("data-element") == key]
    return found


def shape_xml(key: str, x: object = 100, y: object = 100) -> str:
    return f'<bpmndi:BPMNShape bpmnElement="{key}"><dc:Bounds x="{x}" y="{y}" width="100" height="80"/></bpmndi:BPMNShape>'  # noqa: E501


def with_drawing(name: str, shapes: str) -> bytes:
    nodes, flows = start_to_end(user_task("a").replace("Taak a", name))
    plane = f'<bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="proces">{shapes}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'  # noqa: E501
    return bpmn(nodes, flows, more=plane)


def test_every_node_flow_and_lane_of_the_drawing_is_there(school):
    picture = etree.fromstring(draw(school))
    keys = {g.get("data-element") for g in picture.iter(f"{SVG}g")}
    in_drawing = {
        element.get("bpmnElement")
        for element in etree.fromstring(school.xml).iter()
        if etree.QName(element).localname in {"BPMNShape", "BPMNEdge"}
    }
    assert keys == in_drawing
    assert len(keys) > 50


def test_labels_are_written_out(school):
    text = " ".join("".join(t.itertext()) for t in etree.fromstring(draw(school)).iter(f"{SVG}tspan"))
    for label in ("Basisschool", "Leerkracht", "Wegen", "Afwegingskader", "melden", "twijfel"):
        assert label in text


def test_the_picture_is_one_image_with_a_name_for_those_who_listen(school):
    picture = etree.fromstring(draw(school, marks={"wegen": "late", "signalen": "done"}))
    assert picture.get("role") == "img"
    assert picture.get("lang") == "nl"
    assert picture.findtext(f"{SVG}title") == "Meldcode, Melding doen"
    assert picture.findtext(f"{SVG}desc") == "Klaar: Signalen. Te laat: Wegen."
    assert "Te laat: Wegen" in picture.get("aria-label")


def test_a_mark_is_a_class_an_outline_a_badge_and_a_word(school):
    plain = group(etree.fromstring(draw(school)), "wegen")
    badges = {}
    for mark, word in (("current", "now"), ("done", "done"), ("late", "late")):
        marked = group(etree.fromstring(draw(school, marks={"wegen": mark}, language="en")), "wegen")
        assert marked.get("class") == f"userTask {mark}"
        assert marked.findtext(f"{SVG}title") == f"Wegen — {word}"
        assert marked.find(f"{SVG}rect").get("stroke") != plain.find(f"{SVG}rect").get("stroke")
        assert len(marked) > len(plain)
        badges[mark] = [etree.QName(child).localname for child in marked[len(plain) :]]
    assert len({tuple(badge) for badge in badges.values()}) == 3


def test_a_late_task_differs_without_colour_by_a_dashed_outline(school):
    marked = group(etree.fromstring(draw(school, marks={"wegen": "late"})), "wegen")
    assert marked.find(f"{SVG}rect").get("stroke-dasharray") == "7 4"


def test_what_differs_from_another_version_has_a_shape_of_its_own_and_a_word(school):
    """Nothing rests on colour alone: the badges differ in shape, and the words are read aloud."""
    words = {"added": "nieuw", "removed": "vervalt", "changed": "veranderd", "moved": "andere plek"}
    badges = set()
    for mark, word in words.items():
        picture = etree.fromstring(draw(school, marks={"wegen": mark}))
        found = group(picture, "wegen")
        assert mark in found.get("class").split()
        assert found.find(f"{SVG}title").text.endswith(f"— {word}")
        assert f"{word.capitalize()}: " in picture.find(f"{SVG}desc").text
        badges.add(tuple(element.get("d") or etree.QName(element).localname for element in list(found)[-2:]))
    assert len(badges) == len(words)


def test_an_arrow_is_marked_too(school):
    flow = next(iter(school.flows))
    plain, marked = (etree.fromstring(draw(school, marks=marks)) for marks in ({}, {flow: "removed"}))
    assert group(plain, flow).get("class") == "sequenceFlow"
    found = group(marked, flow)
    assert found.get("class") == "sequenceFlow removed"
    assert found.find(f"{SVG}path").get("stroke-dasharray") == "7 4"
    assert found.find(f"{SVG}rect") is not None
    assert "Vervalt: " in marked.find(f"{SVG}desc").text


def test_an_unknown_mark_or_element_changes_nothing(school):
    assert draw(school, marks={"wegen": '"><script>', "nergens": "late"}) == draw(school)


def test_text_of_a_designer_cannot_become_markup():
    picture = draw(
        read_diagram(with_drawing("&lt;script&gt;alert(1)&lt;/script&gt;&quot;", shape_xml("a")), "x.bpmn")
    )
    assert "<script" not in picture
    assert {etree.QName(e).localname for e in etree.fromstring(picture).iter()} <= {
        *("svg", "title", "desc", "g", "rect", "circle", "path", "polygon", "text", "tspan")
    }


def test_nothing_is_fetched_and_nothing_needs_a_style_sheet(school):
    picture = etree.fromstring(draw(school, marks={"wegen": "late"}))
    for element in picture.iter():
        assert etree.QName(element).localname not in {"style", "script", "image", "use", "a", "foreignObject"}
        assert not {"style", "href", "onload"} & set(element.attrib)


def test_a_diagram_without_a_drawing_says_so():
    picture = drawn(bpmn(*start_to_end(user_task("a"))), language="en")
    assert picture.findtext(f"{SVG}title") == "This diagram has no drawing."


@pytest.mark.parametrize("x", ["", "nan", "inf", "-1e309", "1e9", "twee", "0x10"])
def test_a_shape_at_an_impossible_place_is_left_out(x):
    picture = drawn(with_drawing("A", shape_xml("a", x=x) + shape_xml("end")))
    assert [g.get("data-element") for g in picture.iter(f"{SVG}g")] == ["end"]


def test_a_shape_of_an_unknown_element_is_left_out():
    picture = drawn(with_drawing("A", shape_xml("weg") + shape_xml("a")))
    assert [g.get("data-element") for g in picture.iter(f"{SVG}g")] == ["a"]


def test_the_view_holds_all_of_the_drawing():
    picture = drawn(with_drawing("A", shape_xml("a", x=-500, y=-300) + shape_xml("end", x=900)))
    left, top, width, height = map(float, picture.get("viewBox").split())
    assert left < -500
    assert top < -300
    assert left + width > 1000
    assert top + height > 180


@pytest.mark.parametrize("kind", ["callActivity", "subProcess"])
def test_a_called_process_and_a_closed_part_have_a_plus_that_no_name_lies_on(kind):
    name = "Een lange naam die in dit vak over drie regels loopt"
    task = user_task("a").replace("Taak a", name)
    plane = f'<bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="proces">{shape_xml("a")}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'  # noqa: E501

    def signs(data: bytes) -> tuple[list[etree._Element], list[float]]:
        box = group(drawn(data), "a")
        squares = [one for one in box.iter(f"{SVG}rect") if float(one.get("width", 0)) == 14]
        return squares, [float(line.get("y", 0)) for line in box.iter(f"{SVG}tspan", f"{SVG}text")]

    assert signs(bpmn(*start_to_end(task), more=plane))[0] == []
    inside = '<startEvent id="in"/><endEvent id="uit"/><sequenceFlow id="v" sourceRef="in" targetRef="uit"/>'
    called = {
        "callActivity": f'<callActivity id="a" name="{name}" calledElement="proces"/>',
        "subProcess": f'<subProcess id="a" name="{name}">{inside}</subProcess>',
    }[kind]
    (sign,), lines = signs(bpmn(*start_to_end(called), more=plane))
    assert len(lines) >= 3
    assert max(lines) < float(sign.get("y", 0))


def test_long_labels_are_wrapped_and_cut():
    lines = wrap("Overleggen met een collega en zo nodig met Veilig Thuis of een deskundige", 90, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(width_of(line) <= 100 for line in lines)


def test_a_word_longer_than_a_line_is_broken_with_a_hyphen():
    lines = wrap("aansprakelijkheidswaardevaststellingsveranderingen", 80, 9)
    assert all(line.endswith("-") for line in lines[:-1])
    assert "".join(line.rstrip("-") for line in lines) == "aansprakelijkheidswaardevaststellingsveranderingen"


def test_the_published_reference_diagrams_are_drawn(test_data):
    for file in sorted((test_data / "miwg").glob("*.bpmn")):
        diagram = read_diagram(file.read_bytes(), file.name)
        picture = etree.fromstring(draw(diagram, marks=dict.fromkeys(diagram.nodes, "late")))
        groups = {g.get("data-element") for g in picture.iter(f"{SVG}g")}
        assert len(groups & set(diagram.nodes)) >= 5, file.name
