"""The designer's desk through real requests: files, conflicts, findings, and who may not come near it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.web.person import Person, heading
from web import csp

MAIL = "mails/herinnering.md"
DIAGRAM = "meldcode.bpmn"


class Designer:
    """Somebody at the desk as its scripts are: JSON with the CSRF token of the page."""

    def __init__(self, person: Person) -> None:
        self.person = person
        page = person.get(f"/ontwerp/stappen/{DIAGRAM}")
        found = re.search(r'data-csrf="([^"]+)"', page)
        assert found
        self.headers = {"X-CSRFToken": found[1]}

    def get(self, path: str) -> TestResponse:
        return self.person.client.get(f"/ontwerp/{path}")

    def ask(self, method: str, path: str, body: Any) -> TestResponse:
        return self.person.client.open(f"/ontwerp/{path}", method=method, json=body, headers=self.headers)

    def file(self, path: str) -> dict[str, Any]:
        answer = self.get(f"bestand/{path}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json
        return found

    def save(self, path: str, content: str, based_on: int) -> TestResponse:
        return self.ask("PUT", f"bestand/{path}", {"content": content, "based_on": based_on})


@pytest.fixture
def wieke(app: Flask) -> Designer:
    """The school's designer."""
    return Designer(Person(app).sign_in("wieke"))


def test_a_saved_file_gets_a_revision_and_the_earlier_one_stays(wieke: Designer) -> None:
    before = wieke.file(MAIL)
    assert before["revision"] == 1
    changed = before["content"] + "Nog een regel.\n"
    saved = wieke.save(MAIL, changed, 1)

    assert saved.status_code == 200
    assert saved.json["revision"] == 2
    assert wieke.file(MAIL)["content"] == changed
    assert wieke.get(f"bestand/{MAIL}?revisie=1").json["content"] == before["content"]
    history = wieke.get(f"bestand/{MAIL}/revisies").json["revisions"]
    assert [one["revision"] for one in history] == [2, 1]
    assert {one["by"] for one in history} == {"Wieke"}


def test_who_saves_on_an_older_revision_gets_the_newer_one_and_loses_nothing(
    app: Flask, wieke: Designer
) -> None:
    first = wieke.file(MAIL)["content"]
    assert wieke.save(MAIL, first + "Van Wieke.\n", 1).status_code == 200
    late = wieke.save(MAIL, first + "Van een ander tabblad.\n", 1)

    assert late.status_code == 409
    assert late.json["theirs"]["content"] == first + "Van Wieke.\n"
    assert late.json["theirs"]["revision"] == 2
    assert late.json["theirs"]["by"] == "Wieke"
    assert wieke.file(MAIL)["content"] == first + "Van Wieke.\n"
    # mine all the same: knowing theirs
    assert wieke.save(MAIL, first + "Van een ander tabblad.\n", 2).json["revision"] == 3


def test_saving_the_same_again_after_a_lost_answer_makes_no_new_revision(wieke: Designer) -> None:
    text = wieke.file(MAIL)["content"] + "Nog een regel.\n"
    assert wieke.save(MAIL, text, 1).json["revision"] == 2
    assert wieke.save(MAIL, text, 1).json["revision"] == 2


def test_a_file_can_be_added_removed_and_brought_back(wieke: Designer) -> None:
    new = "mails/nieuw.md"
    assert wieke.save(new, "Onderwerp: Nieuw\n\nTekst.\n", 0).json["revision"] == 1
    assert wieke.save(new, "Iets anders.\n", 0).status_code == 409
    assert wieke.ask("DELETE", f"bestand/{new}", {"based_on": 1}).json["revision"] == 2
    assert wieke.get(f"bestand/{new}").status_code == 404
    back = wieke.ask("POST", f"bestand/{new}/herstel", {"revision": 1, "based_on": 2})
    assert back.json["content"] == "Onderwerp: Nieuw\n\nTekst.\n"
    assert back.json["revision"] == 3


@pytest.mark.parametrize(
    "path",
    [
        "../x.bpmn",
        "forms/../../x.form",
        ".verborgen.bpmn",
        "plaatje.svg",
        "forms/a\\b.form",
        "a/b/c/d/e.bpmn",
        "x" * 300 + ".bpmn",
    ],
)
def test_a_name_that_is_no_file_of_a_meldcode_is_refused(wieke: Designer, path: str) -> None:
    answer = wieke.save(path, "tekst", 0)
    assert answer.status_code in (404, 422), answer.text


def test_what_cannot_be_a_text_is_refused_in_a_sentence(wieke: Designer) -> None:
    for body in (None, [], {}, {"content": 5, "based_on": 1}, {"content": "\ud800", "based_on": 1}):
        answer = wieke.ask("PUT", f"bestand/{MAIL}", body)
        assert answer.status_code == 422, answer.text
        assert answer.json["message"]
    assert wieke.ask("PUT", f"bestand/{MAIL}", {"content": "a\0b", "based_on": 1}).status_code == 422
    assert wieke.save(MAIL, "tekst", -4).status_code == 409
    assert wieke.file(MAIL)["revision"] == 1


def test_a_write_without_the_token_of_a_page_changes_nothing(wieke: Designer) -> None:
    wieke.headers = {}
    assert wieke.save(MAIL, "Onderwerp: x\n\ny\n", 1).status_code == 400
    assert wieke.file(MAIL)["revision"] == 1


def test_every_editor_has_a_page_with_the_designer_rules_and_no_other_page_has(wieke: Designer) -> None:
    for place in (
        f"diagram/{DIAGRAM}",
        f"stappen/{DIAGRAM}",
        "tabel/weging.dmn",
        "formulier/forms/wegen.form",
    ):
        answer = wieke.get(place)
        assert answer.status_code == 200
        policy = answer.headers["Content-Security-Policy"]
        assert "style-src-attr 'unsafe-inline'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe-eval" not in policy
        assert ("frame-src 'self'" in policy) == place.startswith("formulier")
        assert 'id="ontwerp"' in answer.text
        assert heading(answer.text)
    assert wieke.get("diagram/weging.dmn").status_code == 404
    assert wieke.get("diagram/bestaat-niet.bpmn").status_code == 404
    assert wieke.person.client.get("/ontwerp").headers["Content-Security-Policy"] == csp.POLICY
    assert wieke.person.client.get("/").headers["Content-Security-Policy"] == csp.POLICY


@pytest.mark.parametrize("place", ["diagram/meldcode.bpmn", "tabel/weging.dmn"])
def test_an_editor_asks_for_all_its_scripts_at_once(wieke: Designer, place: str) -> None:
    """Not for one after the other has been read: that is a round trip each."""
    page = wieke.get(place).text
    asked = re.findall(r'(?:modulepreload" href|module" src)="([^"]+)"', page)
    needed = {
        name
        for one in asked
        for name in re.findall(r'(?:from|import)"\./([^"]+)"', wieke.person.client.get(one).text)
    }

    assert needed
    assert needed <= {one.rsplit("/", 1)[1] for one in asked}


def test_the_preview_of_a_form_is_the_page_a_colleague_gets_and_sends_nothing(wieke: Designer) -> None:
    saved = wieke.get("voorbeeld/forms/signalen.form")
    assert 'name="' in saved.text
    assert "form-action 'none'" in saved.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in saved.headers["Content-Security-Policy"]
    assert saved.headers["X-Frame-Options"] == "SAMEORIGIN"
    broken = wieke.ask("POST", "voorbeeld/forms/signalen.form", {"content": '{"<script>alert(1)</script>'})
    assert broken.status_code == 200
    assert "<script>alert" not in broken.text


def test_findings_say_what_why_and_how_within_the_time(wieke: Designer) -> None:
    fine = wieke.get("bevindingen").json
    assert [one for one in fine["findings"] if one["severity"] == "error"] == []
    diagram = wieke.file(DIAGRAM)["content"]
    broken = diagram.replace("forms/wegen.form", "forms/wgen.form")
    assert broken != diagram
    said = wieke.ask("POST", "bevindingen", {"path": DIAGRAM, "content": broken}).json
    found = next(one for one in said["findings"] if one["code"] == "form-missing")
    assert found["file"] == DIAGRAM
    assert found["element"]
    assert found["severity"] == "error"
    assert found["what"]
    assert found["why"]
    assert found["source"]
    assert found["how"]
    # what is on the page and not saved is judged, and stays unsaved
    assert wieke.get("bevindingen").json["findings"] == fine["findings"]
    for junk in ("", "<", "{", "\ufeff", "<a/>", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'):
        for path in (DIAGRAM, "weging.dmn", "forms/wegen.form", MAIL, "organisation.toml"):
            answer = wieke.ask("POST", "bevindingen", {"path": path, "content": junk})
            assert answer.status_code == 200
            assert any(one["file"] == path for one in answer.json["findings"]), (path, junk)


def test_the_editors_and_what_the_server_tells_them_are_dutch_in_an_english_visit(wieke: Designer) -> None:
    wieke.person.send(wieke.person.form("/account", "/taal"), {"taal": "en"})
    page = wieke.get(f"diagram/{DIAGRAM}").text
    assert '<html class="voorbeeld-theme" lang="en">' in page
    assert '<div class="desk" id="ontwerp" lang="nl"' in page
    diagram = wieke.file(DIAGRAM)["content"].replace("forms/wegen.form", "forms/weg.form")
    found = wieke.ask("POST", "bevindingen", {"path": DIAGRAM, "content": diagram}).json["findings"]
    assert "Het formulier `forms/weg.form` is er niet." in found[0]["what"]
    assert wieke.get("gegevens").json["purposes"][0]["label"] == "Herinnering"


def test_the_panel_is_offered_everything_that_exists(wieke: Designer) -> None:
    found = wieke.get("gegevens").json
    assert {"key": "directeur", "name": "Directeur"} in found["roles"]
    weighing = next(one for one in found["forms"] if one["file"] == "forms/wegen.form")
    assert any(field["options"] for field in weighing["fields"])
    assert found["decisions"][0]["outputs"]
    assert (MAIL, "herinnering") in [(one["file"], one["name"]) for one in found["mails"]]
    assert {one["key"] for one in found["calendars"]} >= {"werkdagen", "klok"}
    assert {one["key"] for one in found["purposes"]} == {"herinnering", "escalatie", "termijn"}
    assert "wegen" in {one["key"] for one in found["steps"]}
    assert any("." in one["path"] and one["options"] for one in found["variables"])
    assert found["processes"]


def test_who_else_is_at_the_desk_is_told(app: Flask, wieke: Designer) -> None:
    alone = wieke.ask("POST", "aanwezig", {"path": DIAGRAM})
    assert alone.json == {"others": []}
