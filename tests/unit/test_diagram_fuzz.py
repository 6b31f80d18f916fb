"""Whatever bytes come in: a diagram, or an error with a sentence; never anything else."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from meldcode.diagram import DiagramError, diagram_findings, draw, read_diagram
from meldcode.diagram.model import Diagram
from meldcode.diagram.names import BPMN, FLOW_NODES, MELDCODE

SCHOOL = (Path(__file__).parent / "fixtures" / "school.bpmn").read_bytes()
ELEMENTS = list(etree.fromstring(SCHOOL).iter())
VALUES = st.one_of(
    st.sampled_from(
        ["", "wegen", "keuze", "f1", "P5D", "-1", "nan", "true", "typename", "proces", "= x >", "R/P1D"]
    ),
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20),
)


def taken(data: bytes) -> Diagram | None:
    """Read, check and draw; None when the file is refused with a reason."""
    refused: DiagramError | None = None
    try:
        diagram = read_diagram(data, "x.bpmn")
    except DiagramError as error:
        refused = error
    if refused:
        assert refused.findings
        assert all(finding.what.nl and finding.remedy.nl for finding in refused.findings)
        return None
    for finding in diagram_findings(diagram):
        assert finding.what.nl
        assert finding.what.en
    etree.fromstring(draw(diagram, marks=dict.fromkeys(diagram.nodes, "current")))
    return diagram


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    assert taken(data) is None


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.tuples(st.integers(0, len(SCHOOL) - 1), st.integers(0, 40), st.binary(max_size=6)),
        min_size=1,
        max_size=4,
    )
)
def test_a_damaged_file_is_read_or_refused(cuts):
    data = SCHOOL
    for place, length, instead in cuts:
        data = data[:place] + instead + data[place + length :]
    taken(data)


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["drop", "move", "rename", "attribute", "text", "copy"]),
            st.integers(1, len(ELEMENTS) - 1),
            st.integers(1, len(ELEMENTS) - 1),
            VALUES,
        ),
        min_size=1,
        max_size=6,
    )
)
def test_a_file_with_its_elements_shuffled_is_read_or_refused(changes):
    root = etree.fromstring(SCHOOL)
    for change, one, other, value in changes:
        elements = list(root.iter())
        element, target = elements[one % len(elements)], elements[other % len(elements)]
        if element is root:
            continue
        if change == "drop":
            element.getparent().remove(element)
        elif change == "move" and element not in target.iterancestors() and element is not target:
            target.append(element)
        elif change == "copy":
            target.append(etree.fromstring(etree.tostring(element)))
        elif change == "rename":
            kinds = sorted(FLOW_NODES)
            element.tag = f"{{{BPMN}}}{kinds[one % len(kinds)]}"
        elif change == "attribute":
            names = [*element.attrib, "id", "name", f"{{{MELDCODE}}}step", f"{{{MELDCODE}}}calendar"]
            element.set(names[other % len(names)], value)
        else:
            element.text = value
    taken(etree.tostring(root))
