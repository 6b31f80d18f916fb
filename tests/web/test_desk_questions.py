"""Starting with questions, through requests: answers become the draft, seen first, never over work unseen."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from meldcode.definition import check, read_files
from meldcode.messages import Severity
from tests.organisations import FOLDERS
from tests.web.person import Person, heading
from tests.web.test_desk import DIAGRAM, Designer
from tests.web.test_desk_pages import _token, change_mail, text_of

PLACE = "/ontwerp/vragen"
SCHOOL = "basisschool-het-voorbeeld"
Sent = list[tuple[str, str]]


@pytest.fixture
def wieke(app: Flask) -> Person:
    return Person(app).sign_in("wieke")


def filled(page: str) -> Sent:
    """What a browser sends of the page's only form when nothing is touched."""
    form = page[page.index('<form class="') :]
    sent: Sent = []
    for tag in re.finditer(r"<input[^>]*>|<select.*?</select>", form, re.DOTALL):
        name = re.search(r'name="([^"]+)"', tag[0])
        if name is None or ("checkbox" in tag[0] and " checked" not in tag[0]):
            continue
        if tag[0].startswith("<select"):
            value = re.search(r'value="([^"]*)" selected', tag[0]) or re.search(r'value="([^"]*)"', tag[0])
        else:
            value = re.search(r'value="([^"]*)"', tag[0])
        sent.append((name[1], unescape(value[1]) if value else ""))
    return sent


def send(wieke: Person, sent: Sent, do: str, **changes: str):  # type: ignore[no-untyped-def]
    data: dict[str, list[str]] = {}
    for name, value in sent:
        data.setdefault(name, []).append(value)
    data |= {name.replace("__", "-"): [value] for name, value in changes.items()}
    return wieke.client.post(PLACE, data={**data, "doe": [do]})


def draft_of(wieke: Person) -> dict[str, bytes]:
    from io import BytesIO
    from zipfile import ZipFile

    link = re.search(r'href="(/ontwerp/[^"]*)">Map downloaden', wieke.get("/ontwerp"))
    assert link
    with ZipFile(BytesIO(wieke.client.get(link[1]).data)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    top = {name.partition("/")[0] for name in found}
    if len(top) == 1:
        return {name.partition("/")[2]: content for name, content in found.items()}
    return found


def test_the_desk_leads_to_a_choice_of_every_basis_and_ones_own_draft(wieke: Person) -> None:
    assert f'href="{PLACE}"' in wieke.get("/ontwerp")
    page = wieke.get(PLACE)
    assert 'value="eigen" checked' in page
    for folder in FOLDERS:
        assert f'value="{folder.name}"' in page
    assert "<script" not in page[page.index("<main") :]


def test_answers_are_shown_in_sentences_and_then_stand_in_the_draft_with_every_revision(
    wieke: Person,
) -> None:
    sent = filled(wieke.get(f"{PLACE}?basis=eigen"))
    tightened = {"dagen-wegen_2d": "1", "dagen-wegen_4d": "2", "dagen-wegen_5d": "3", "dagen-wegen_7d": "5"}
    sent = [(name, tightened.get(name, value)) for name, value in sent]
    looked = send(wieke, sent, "bekijk", naam="Basisschool <De Beuk>", rol__directeur="Schoolleider")
    assert looked.status_code == 200
    told = text_of(looked.text)
    assert "Na 1 weekdag krijgt de leerkracht een herinnering." in told
    assert "Na 5 weekdagen krijgt de schoolleider bericht." in told
    assert "Over melden beslist de schoolleider." in told
    assert "Basisschool <De Beuk>" in unescape(told)
    assert "“directeur” staat nog in: forms/" in unescape(told)
    before = draft_of(wieke)
    assert b"P2D" in before[DIAGRAM]  # nothing changed yet
    done = send(wieke, filled(looked.text), "zet")
    assert (done.status_code, done.headers["Location"]) == (303, "/ontwerp?klaar=getekend")
    assert "Uw antwoorden staan in het ontwerp" in wieke.get("/ontwerp?klaar=getekend")
    version = read_files(draft_of(wieke))
    assert not [one for one in check(version) if one.severity is Severity.ERROR]
    assert version.organisation.name == "Basisschool <De Beuk>"
    assert version.organisation.roles["directeur"].name == "Schoolleider"
    assert version.nodes["wegen_7d"].name == "5 weekdagen"
    known = Designer(wieke).get(f"bestand/{DIAGRAM}/revisies").json["revisions"]
    assert [one["revision"] for one in known] == [2, 1]
    assert Designer(wieke).get(f"bestand/{DIAGRAM}?revisie=1").json["content"].encode() == before[DIAGRAM]


def test_another_sectors_basis_replaces_the_code_and_keeps_who_may_design(wieke: Person) -> None:
    sent = filled(wieke.get(f"{PLACE}?basis=ggz-verzonnen-oever"))
    looked = send(wieke, sent, "bekijk")
    assert "De rol “Leerkracht” vervalt" in unescape(looked.text)
    assert send(wieke, filled(looked.text), "zet").status_code == 303
    version = read_files(draft_of(wieke))
    assert (version.organisation.sector, version.organisation.key) == ("ggz", SCHOOL)
    assert "mdo" in version.nodes
    assert "vakantie.bpmn" not in version.diagrams
    assert version.organisation.designs == {"kwaliteitsmedewerker"}
    assert heading(wieke.get("/ontwerp")) == "Ontwerp"


def test_a_ladder_that_does_not_ascend_is_refused_beside_what_was_typed(wieke: Person) -> None:
    sent = filled(wieke.get(f"{PLACE}?basis={SCHOOL}"))
    answer = send(wieke, sent, "bekijk", dagen__wegen_7d="3", naam="Getypt")
    assert answer.status_code == 422
    assert "loopt niet op" in answer.text
    assert 'value="Getypt"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    for typed in ("", "veel", "-1", "1.5", "٣", "99999", "0"):
        assert send(wieke, sent, "bekijk", dagen__wegen_7d=typed).status_code == 422, typed


def test_changes_that_lie_in_the_draft_are_told_and_replaced_only_when_said(wieke: Person) -> None:
    change_mail(wieke)
    looked = send(wieke, filled(wieke.get(f"{PLACE}?basis={SCHOOL}")), "bekijk")
    assert "al 1 bestand veranderd dat nog niet is gepubliceerd" in text_of(looked.text)
    sent = filled(looked.text)
    refused = send(wieke, sent, "zet")
    assert refused.status_code == 422
    assert "Zet eerst het vinkje" in refused.text
    assert send(wieke, sent, "zet", overschrijven="ja").status_code == 303


def test_a_draft_that_moved_since_it_was_looked_at_is_not_overwritten(wieke: Person) -> None:
    looked = send(wieke, filled(wieke.get(f"{PLACE}?basis={SCHOOL}")), "bekijk")
    change_mail(wieke)
    before = draft_of(wieke)
    answer = send(wieke, filled(looked.text), "zet", overschrijven="ja")
    assert answer.status_code == 409
    assert "ondertussen veranderd" in answer.text
    assert draft_of(wieke) == before
    assert send(wieke, filled(answer.text), "zet", overschrijven="ja").status_code == 303


def test_going_back_to_the_questions_keeps_the_answers(wieke: Person) -> None:
    sent = filled(wieke.get(f"{PLACE}?basis={SCHOOL}"))
    looked = send(wieke, sent, "bekijk", naam="Blijft staan", naast="directeur")
    again = send(wieke, filled(looked.text), "vragen")
    assert again.status_code == 200
    assert 'value="Blijft staan"' in again.text
    assert dict(filled(again.text))["naast"] == "directeur"


def test_only_who_designs_is_asked_and_an_unknown_basis_is_not_there(app: Flask, wieke: Person) -> None:
    assert wieke.client.get(f"{PLACE}?basis=..").status_code == 404
    assert wieke.client.post(PLACE, data={"doe": "zet"}).status_code == 400  # no token
    assert wieke.client.post(PLACE, data=_token(wieke, "/ontwerp")).status_code == 404
    assert Person(app).sign_in("sanne").client.get(PLACE).status_code in (403, 404)


def test_a_draft_that_cannot_be_read_can_begin_again(wieke: Person) -> None:
    designer = Designer(wieke)
    file = designer.file("organisation.toml")
    assert designer.save("organisation.toml", "kapot", file["revision"]).status_code == 200
    page = wieke.get(PLACE)
    assert 'value="eigen"' not in page
    looked = send(wieke, filled(wieke.get(f"{PLACE}?basis={SCHOOL}")), "bekijk")
    assert send(wieke, filled(looked.text), "zet", overschrijven="ja").status_code == 303
    assert read_files(draft_of(wieke)).organisation.name == "Basisschool Het Voorbeeld"
