"""What people call an element of a drawing: never an id."""

from __future__ import annotations

import re

import pytest

from meldcode.diagram import diagram_findings, read_diagram
from meldcode.diagram.model import Diagram
from meldcode.diagram.naming import described, described_in
from tests.organisations import SCHOOL, version_of
from tests.unit.engine_drawing import Drawing

#: Findings about an id say which.
ABOUT_IDS = re.compile("^id-")


@pytest.fixture(scope="module")
def choice() -> Diagram:
    """“Wegen” → a choice without a name → “Melden” or “Hulp”, which come together before the end."""
    drawing = Drawing()
    drawing.start()
    drawing.end()
    drawing.task("t1", name="Wegen")
    drawing.task("t2", name="Melden")
    drawing.task("t3", name="Hulp")
    drawing.gateway("exclusive", "g1", default="f3")
    drawing.gateway("exclusive", "g2")
    drawing.timer("b1", "P2D", on="t1", purpose="termijn", interrupting=True)
    drawing.flow("b1", "g2", key="f7")
    drawing.flow("begin", "t1", key="f0")
    drawing.flow("t1", "g1", key="f1")
    drawing.flow("g1", "t2", key="f2")
    drawing.flow("g1", "t3", key="f3")
    drawing.flow("t2", "g2", key="f4")
    drawing.flow("t3", "g2", key="f5")
    drawing.flow("g2", "einde", key="f6")
    return read_diagram(drawing.xml(), "meldcode.bpmn")


@pytest.mark.parametrize(
    ("key", "dutch", "english"),
    [
        ("t1", "“Wegen”", "“Wegen”"),
        ("g1", "de keuze tussen “Wegen” en “Melden”", "the choice between “Wegen” and “Melden”"),
        ("g2", "het samenkomen na “Melden”", "the join after “Melden”"),
        ("b1", "de termijn op “Wegen”", "the term on “Wegen”"),
        ("begin", "het begin vóór “Wegen”", "the start before “Wegen”"),
        ("einde", "het einde na “Melden”", "the end after “Melden”"),
        (
            "f1",
            "de pijl van “Wegen” naar de keuze vóór “Melden”",
            "the arrow from “Wegen” to the choice before “Melden”",
        ),
        (
            "f2",
            "de pijl van de keuze na “Wegen” naar “Melden”",
            "the arrow from the choice after “Wegen” to “Melden”",
        ),
        (
            "f6",
            "de pijl van het samenkomen na “Melden” naar het einde",
            "the arrow from the join after “Melden” to the end",
        ),
        ("proces", "dit diagram", "this diagram"),
        ("elders", "`elders`", "`elders`"),
    ],
)
def test_what_has_no_name_is_told_by_its_kind_and_what_stands_around_it(
    choice: Diagram, key: str, dutch: str, english: str
) -> None:
    assert described(choice, key) == (dutch, english)
    assert described_in([choice], key) == (dutch, english)


def test_a_circle_without_names_ends() -> None:
    drawing = Drawing()
    drawing.gateway("exclusive", "g1")
    drawing.gateway("exclusive", "g2")
    drawing.chain("g1", "g2", "g1")

    assert described(read_diagram(drawing.xml(), "x.bpmn"), "g1").nl == "de keuze zonder naam"


def test_a_finding_names_a_choice_without_a_name_by_its_neighbours(choice: Diagram) -> None:
    said = [one.what.nl for one in diagram_findings(choice) if one.code == "condition-missing"]

    assert said == [
        "De pijl van de keuze na “Wegen” naar “Melden” heeft geen voorwaarde en is niet de standaardpijl."
    ]


def test_the_kind_is_not_said_twice() -> None:
    drawing = Drawing()
    drawing.start()
    drawing.task("t1", name="Wegen")
    drawing.gateway("exclusive", "g1")
    drawing.add("userTask", "t2")
    drawing.chain("begin", "t1", "g1", "t2")
    found = {one.code: one.what for one in diagram_findings(read_diagram(drawing.xml(), "x.bpmn"))}

    assert found["gateway-without-work"] == (
        "De keuze na “Wegen” kiest of voegt niets samen.",
        "The choice after “Wegen” does nothing.",
    )
    assert found["task-without-role"].nl == "Niemand doet de taak na “Wegen”."
    assert found["task-without-name"].nl == "De taak na “Wegen” heeft geen naam."
    assert found["dangling-end"].nl == "Na de taak na “Wegen” houdt het pad op."


def test_no_finding_about_a_damaged_drawing_shows_an_id() -> None:
    """Every name taken away from the school's code, and every condition."""
    xml = version_of(SCHOOL).diagrams["meldcode.bpmn"].xml.decode()
    bare = re.sub(r'(<bpmn:(?:\w*Gateway|boundaryEvent|sequenceFlow)[^>]*?) name="[^"]*"', r"\1", xml)
    bare = re.sub(r"<bpmn:conditionExpression.*?</bpmn:conditionExpression>", "", bare, flags=re.DOTALL)
    bare = re.sub(r' meldcode:(calendar|purpose)="\w+"', "", bare)
    assert bare != xml
    diagram = read_diagram(bare.encode(), "meldcode.bpmn")
    ids = {*diagram.nodes, *diagram.flows, *diagram.lanes, *diagram.processes}
    found = [one for one in diagram_findings(diagram) if not ABOUT_IDS.match(one.code)]

    assert len(found) > 20
    shown = {
        (one.code, word)
        for one in found
        for text in one.what
        for word in re.findall(r"[`“]([^`”]+)[`”]", text)
        if word in ids
    }
    assert shown == set()
    assert not any(sign in text for one in found for text in one.what for sign in "\ue000\ue001")
