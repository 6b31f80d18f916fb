"""How a rule goes wrong, step by step beside its drawing: pages that need no script."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from meldcode import people
from tests.organisations import SCHOOL, version_of
from tests.web.person import Person
from tests.web.proofs import keep_proof
from tests.web.test_desk import Designer
from web.services import EXTENSION, Services
from web.views.desk_story import marked

WHY = {"nl": "Er is geen tweede mens die meekijkt.", "en": "Nobody looks along."}
WALK = [
    {"says": "Leerkracht opent een zaak", "at": None, "passed": ["zorg"], "open": ["signalen"]},
    {"says": "Leerkracht rondt dat af", "at": "signalen", "passed": ["naar_overleg"], "open": ["overleg"]},
    {"says": WHY["nl"], "at": "overleg", "passed": [], "open": ["overleg"]},
]  # fmt: skip


@pytest.fixture
def wieke(app: Flask) -> Person:
    return Person(app).sign_in("wieke")


def proven(app: Flask, walk: list[dict[str, Any]] | None = None) -> UUID:
    """Writes down a proof of the draft in which rule 7 goes wrong; its id."""
    services: Services = app.extensions[EXTENSION]
    db = services.db
    home = people.organisation_id(db, "basisschool-het-voorbeeld")
    assert home
    rule = {
        "number": 7,
        "level": "L",
        "refuses": True,
        "title": {"nl": "Twee mensen", "en": "Two people"},
        "verdict": "broken",
        "why": WHY,
        "story": [one["says"] for one in WALK],
        "walk": WALK if walk is None else walk,
        "elements": ["signalen"],
    }
    report = {"sound": {}, "findings": [], "rules": [rule], "states": 3}
    return keep_proof(db, home, report)


def drawn(page: str) -> dict[str, str]:
    """How each marked element is drawn."""
    return {key: mark for mark, key in re.findall(r'<g class="\w+ (\w+)" data-element="([\w-]+)"', page)}


def test_each_step_marks_where_it_happens_and_what_waits() -> None:
    diagram = version_of(SCHOOL).diagrams["meldcode.bpmn"]
    first, second, last = (marked(WALK, step, diagram) for step in (1, 2, 3))

    assert first == {"zorg": "here", "van_zorg_naar_signalen": "passed", "signalen": "current"}
    assert second == {
        "zorg": "passed",
        "van_zorg_naar_signalen": "passed",
        "signalen": "here",
        "naar_overleg": "passed",
        "van_naar_overleg_naar_overleg": "passed",
        "overleg": "current",
    }
    assert (last["overleg"], last["signalen"]) == ("wrong", "done")


def test_of_a_choice_only_the_arrow_that_was_taken_is_marked() -> None:
    diagram = version_of(SCHOOL).diagrams["meldcode.bpmn"]
    choice = next(
        one for one in diagram.nodes.values() if one.kind == "exclusiveGateway" and len(one.outgoing) > 1
    )
    taken, *others = choice.outgoing
    ends = [diagram.flows[key].target for key in choice.outgoing]
    marks = marked([{"says": "x", "at": choice.id, "passed": [taken, *ends], "open": []}], 1, diagram)

    assert marks[taken] == "passed"
    assert not {*others} & {*marks}


def test_without_a_script_the_story_is_a_numbered_list_with_a_link_for_each_step(
    app: Flask, wieke: Person
) -> None:
    wieke.get("/ontwerp")
    which = proven(app)
    assert f'href="/ontwerp/verhaal/{which}/7"' in wieke.get("/ontwerp/publiceren")
    page = wieke.get(f"/ontwerp/verhaal/{which}/7?stap=2")
    assert drawn(page)["signalen"] == "here"
    assert 'href="/ontwerp/diagram/meldcode.bpmn#signalen"' in page
    told = page[page.index("<ol") : page.index("</ol>")]

    assert [unescape(one) for one in re.findall(r">([^<>]+)</a>", told)] == [one["says"] for one in WALK]
    assert told.count('aria-current="step"') == 1
    assert (
        f'<a class="nl-button nl-button--secondary" href="/ontwerp/verhaal/{which}/7?stap=1#verhaal"' in page
    )
    assert f'<a class="nl-button nl-button--primary" href="/ontwerp/verhaal/{which}/7?stap=3#verhaal"' in page
    assert "Stap 2 van 3" in page
    for odd in ("0", "-3", "99", "x"):
        assert "van 3" in wieke.get(f"/ontwerp/verhaal/{which}/7?stap={odd}")


def test_a_story_without_places_is_told_all_the_same(app: Flask, wieke: Person) -> None:
    """A proof of before its sentences had places."""
    wieke.get("/ontwerp")
    page = wieke.get(f"/ontwerp/verhaal/{proven(app, walk=[])}/7")

    assert "Stap 1 van 3" in page
    assert drawn(page) == {}


def test_a_draft_that_changed_since_says_so_and_one_that_cannot_be_read_still_tells(
    app: Flask, wieke: Person
) -> None:
    designer = Designer(wieke)
    text = designer.file("meldcode.bpmn")["content"]
    place = f"/ontwerp/verhaal/{proven(app)}/7?stap=2"
    assert "daarna veranderd" not in wieke.get(place)
    designer.save("meldcode.bpmn", text.replace("P5D", "P4D"), 1)
    assert "daarna veranderd" in wieke.get(place)
    designer.save("meldcode.bpmn", "<niets", 2)
    page = wieke.get(place)

    assert "niet te lezen" in page
    assert "Stap 2 van 3" in page
    assert "<svg xmlns" not in page


def test_names_in_the_drawing_stay_text(app: Flask, wieke: Person) -> None:
    designer = Designer(wieke)
    text = designer.file("meldcode.bpmn")["content"]
    nasty = "&lt;script&gt;alert(1)&lt;/script&gt;"
    changed = re.sub(r'(id="signalen" name=")[^"]*', rf"\g<1>{nasty}", text)
    assert changed != text
    designer.save("meldcode.bpmn", changed, 1)
    page = wieke.get(f"/ontwerp/verhaal/{proven(app)}/7?stap=2")

    assert "alert(1)" in page
    assert "<script>alert" not in page


def test_a_story_that_is_not_there_is_not_found(app: Flask, wieke: Person) -> None:
    wieke.get("/ontwerp")
    which = proven(app)

    for place in (f"{which}/8", f"{which}/incident", f"{which}/weg", f"{uuid4()}/7"):
        assert wieke.client.get(f"/ontwerp/verhaal/{place}").status_code == 404
    assert Person(app).sign_in("sanne").client.get(f"/ontwerp/verhaal/{which}/7").status_code == 403
