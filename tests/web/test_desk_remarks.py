"""Remarks of colleagues as the editors ask for them: about a file, or about one element of it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask

from tests.web.person import Person
from tests.web.test_desk import DIAGRAM, Designer

PLACE = f"opmerkingen/bij/{DIAGRAM}"


@pytest.fixture
def wieke(app: Flask) -> Designer:
    return Designer(Person(app).sign_in("wieke"))


def test_a_remark_about_an_element_stands_beside_the_file_until_it_is_dealt_with(wieke: Designer) -> None:
    assert wieke.get(PLACE).json == {"remarks": []}
    made = wieke.ask("POST", PLACE, {"text": "  Is dit niet te kort? <b>", "element": "wegen"})
    assert made.status_code == 201, made.text
    wieke.ask("POST", PLACE, {"text": "Over het geheel", "element": None})
    wieke.ask("POST", "opmerkingen/bij/weging.dmn", {"text": "Over de tabel"})
    newest, oldest = wieke.get(PLACE).json["remarks"]

    assert (newest["element"], newest["text"]) == (None, "Over het geheel")
    assert oldest == {
        "id": made.json["id"],
        "element": "wegen",
        "by": "Wieke",
        "at": oldest["at"],
        "text": "Is dit niet te kort? <b>",
    }
    # the page for everybody who takes part shows the same
    page = wieke.person.get("/ontwerp/opmerkingen")
    assert "Is dit niet te kort? &lt;b&gt;" in page
    assert f"/ontwerp/diagram/{DIAGRAM}#wegen" in page

    for _ in range(2):  # twice is once
        assert wieke.ask("POST", f"opmerkingen/{made.json['id']}/afgehandeld", {}).status_code == 200
    assert [one["text"] for one in wieke.get(PLACE).json["remarks"]] == ["Over het geheel"]


def test_a_remark_that_is_sent_twice_is_placed_once(wieke: Designer) -> None:
    sent = {"text": "Is dit niet te kort?", "element": "wegen", "key": "van-dit-formulier"}
    first, again = (wieke.ask("POST", PLACE, sent) for _ in range(2))
    assert (again.status_code, again.json) == (201, first.json)
    assert len(wieke.get(PLACE).json["remarks"]) == 1
    # the reply was lost and the text was mended before it was sent again: another remark
    wieke.ask("POST", PLACE, {**sent, "text": "Is dit niet te lang?"})
    # and the same words once more, from a form that was opened anew
    wieke.ask("POST", PLACE, {**sent, "key": "van-een-ander-formulier"})
    assert len(wieke.get(PLACE).json["remarks"]) == 3


def test_a_remark_on_its_page_that_is_sent_twice_is_placed_once(wieke: Designer) -> None:
    form = wieke.person.form("/ontwerp/opmerkingen", "/ontwerp/opmerkingen")
    for _ in range(2):
        assert wieke.person.send(form, {"tekst": "Mooi zo."}).status_code in {200, 303}
    page = wieke.person.get("/ontwerp/opmerkingen")
    assert page.count('<p class="lead--lines">Mooi zo.</p>') == 1
    other = wieke.person.form("/ontwerp/opmerkingen", "/ontwerp/opmerkingen")
    wieke.person.send(other, {"tekst": "Mooi zo."})
    assert wieke.person.get("/ontwerp/opmerkingen").count('<p class="lead--lines">Mooi zo.</p>') == 2


def test_what_cannot_be_a_remark_is_refused_in_a_sentence(app: Flask, wieke: Designer) -> None:
    for text in ("", "   ", "x" * 2001, 7, None):
        refused = wieke.ask("POST", PLACE, {"text": text, "element": "wegen"})
        assert refused.status_code == 422, text
        assert "opmerking" in refused.json["message"]
    assert wieke.ask("POST", "opmerkingen/bij/weg.bpmn", {"text": "x"}).status_code == 404
    assert wieke.get("opmerkingen/bij/weg.bpmn").status_code == 404
    assert wieke.ask("POST", f"opmerkingen/{uuid4()}/afgehandeld", {}).status_code == 404
    assert wieke.get(PLACE).json == {"remarks": []}
    sanne = Person(app).sign_in("sanne")
    assert sanne.client.get(f"/ontwerp/{PLACE}").status_code == 403
