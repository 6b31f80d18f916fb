"""Every shipped diagram as bpmn-js draws it: opened without a warning, and every name within its room."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from meldcode.diagram.interchange import Box
from tests.unit.drawings import Sheet
from tools.render_diagram import BPMN_JS

pytestmark = [pytest.mark.browser, pytest.mark.long]

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
DIAGRAMS = sorted(PROCESSES.glob("*/*.bpmn"))
#: Opens a diagram and measures what is written in it: names beside things, and names in tasks and lanes.
OPEN = """async xml => {
    document.body.innerHTML = '<div id="canvas" style="height: 800px"></div>';
    const viewer = new BpmnJS({container: '#canvas'});
    const {warnings} = await viewer.importXML(xml);
    const beside = {}, inside = {};
    let drawn = 0;
    viewer.get('elementRegistry').forEach((element, graphics) => {
        if (!element.parent) return;  // the plane itself
        drawn += 1;
        const text = graphics.querySelector('.djs-visual text');
        if (!text || !text.textContent) return;
        const {x, y, width, height} = text.getBBox();
        if (element.labelTarget)
            beside[element.labelTarget.id] = [element.x + x, element.y + y, width, height];
        else
            inside[element.id] = [width, height, element.width, element.height, element.type];
    });
    return {warnings: warnings.map(String), drawn, beside, inside};
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    opened = browser.new_page()
    for style in ("diagram-js.css", "bpmn-js.css"):
        opened.add_style_tag(path=BPMN_JS / "assets" / style)
    opened.add_script_tag(path=BPMN_JS / "bpmn-modeler.production.min.js")
    return opened


@pytest.mark.parametrize("diagram", DIAGRAMS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_diagram_opens_without_a_warning_and_all_its_names_fit(diagram: Path, page: Page) -> None:
    sheet = Sheet(diagram)

    found: dict[str, Any] = page.evaluate(OPEN, diagram.read_text(encoding="utf-8"))

    assert found["warnings"] == []
    assert found["drawn"] >= len(sheet.drawing.shapes) + len(sheet.drawing.edges)
    names = [(item, Box(*room), "measured") for item, room in found["beside"].items()]
    assert {item for item, _, _ in names} == {item for item, _, _ in sheet.labels()}
    assert list(sheet.hidden_labels(names)) == []
    assert {item: room for item, room in found["inside"].items() if not fits(*room)} == {}


def test_a_diagram_that_misses_a_shape_is_warned_of(page: Page) -> None:
    text = DIAGRAMS[0].read_text(encoding="utf-8")
    broken = text.replace('bpmnElement="', 'bpmnElement="niet_', 1)

    assert page.evaluate(OPEN, broken)["warnings"]


def fits(width: float, height: float, room: float, depth: float, kind: str) -> bool:
    """Does a name stay within its task, or within the band of its lane?"""
    if kind in {"bpmn:Lane", "bpmn:Participant"}:
        return width <= depth - 10 and height <= 30
    return width <= room - 4 and height <= depth - 4
