"""Asking a colleague for advice, at the pages and without a script."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from meldcode import clock, people
from tests.web.person import Person, case_of, goes_to, heading
from web.services import EXTENSION, Services

SECRET = "Zij vertelde het zelf."
QUESTION = "Zou jij nu al met de ouders praten?"
ADVICE = "Nee, bel eerst samen."


@pytest.fixture
def task(sanne: Person) -> str:
    """The address of a task of hers in a case with content."""
    sanne.finish(sanne.start(), {"vermoeden_over": "thuis", "eigen_indruk": SECRET})
    return sanne.task("Overleg")


@pytest.fixture
def ingrid(app: Flask) -> Person:
    """Somebody of the board, who is not involved in any case."""
    return Person(app).sign_in("ingrid")


def choice(page: str, name: str) -> str:
    """The value beside a name on the page."""
    found = re.search(rf'name="wie" value="([^"]+)"[^>]*><span>{name}', page)
    assert found, page
    return found[1]


def asked(sanne: Person, task: str, who: str = "Ingrid") -> str:
    page = sanne.get(f"{task}/raad")
    sent = {"wie": choice(page, who), "reden": "doubt", "tekst": QUESTION}
    return goes_to(sanne.send(sanne.form(f"{task}/raad", f"{task}/raad"), sent))


def test_a_colleague_reads_the_case_while_she_is_asked_and_the_holder_sees_her_answer(
    sanne: Person, ingrid: Person, task: str
) -> None:
    case = f"/zaken/{case_of(task)}"
    assert SECRET not in ingrid.get(case)
    assert f'href="{task}/raad"' in sanne.get(task)
    assert asked(sanne, task) == f"{task}/raad"
    asking = sanne.get(f"{task}/raad")
    assert heading(asking) == "U vroeg Ingrid om raad"
    assert "heeft uw vraag gekregen" in asking
    mine = ingrid.get("/")
    assert "Er wordt u om raad gevraagd" in mine
    assert f'href="{task}/advies"' in mine
    page = ingrid.get(f"{task}/advies")
    assert heading(page) == "Er wordt u om raad gevraagd"
    assert QUESTION in page
    read = ingrid.get(case)
    assert SECRET in read
    assert "Iets toevoegen" not in read
    assert ingrid.client.get(f"{case}/plek.svg").status_code == 200
    form = ingrid.form(f"{task}/advies", f"{task}/advies")
    empty = ingrid.send(form, {"tekst": " "})
    assert empty.status_code == 422
    assert "Schrijf uw raad op." in empty.text
    assert goes_to(ingrid.send(form, {"tekst": ADVICE})) == "/"
    assert goes_to(ingrid.send(form, {"tekst": ADVICE})) == "/"  # pressed twice
    assert SECRET not in ingrid.get(case)
    assert "om raad gevraagd" not in ingrid.get("/")
    ingrid.get(f"{task}/advies", 403)
    hers = unescape(sanne.get(task))
    assert ADVICE in hers
    assert hers.count(ADVICE) == 2  # beside the task, and among what was written down
    assert f'href="{task}/raad"' in hers


def test_whom_one_can_ask_is_told_with_what_she_does_and_who_only_administers_comes_last(
    sanne: Person, task: str
) -> None:
    page = sanne.get(f"{task}/raad")
    told = re.findall(r'name="wie" value="[^"]+"[^>]*><span>([^<]+)<span class="choice__more">([^<]+)<', page)
    assert told[0] == ("Fatima", "Intern begeleider (aandachtsfunctionaris)")
    assert [name for name, _ in told[-2:]] == ["Marit", "Wieke"]


def test_what_is_missing_is_told_in_the_order_of_the_page(sanne: Person, task: str) -> None:
    refused = sanne.send(sanne.form(f"{task}/raad", f"{task}/raad"), {"tekst": ""})
    assert refused.status_code == 422
    assert re.findall(r'<a href="#veld-(\w+)">', refused.text) == ["wie", "reden", "tekst"]


def test_the_holder_ends_it_and_the_case_closes(sanne: Person, ingrid: Person, task: str) -> None:
    asked(sanne, task)
    form = sanne.form(f"{task}/raad", f"{task}/raad/stoppen")
    none = sanne.send(form)
    assert none.status_code == 422
    assert "Kies een reden." in none.text
    assert goes_to(sanne.send(form, {"reden": "settled"})) == task
    assert SECRET not in ingrid.get(f"/zaken/{case_of(task)}")
    ingrid.get(f"{task}/advies", 403)


def test_what_is_missing_is_said_and_what_was_typed_stays(sanne: Person, task: str) -> None:
    form = sanne.form(f"{task}/raad", f"{task}/raad")
    answer = sanne.send(form, {"tekst": QUESTION})
    assert answer.status_code == 422
    assert "Kies een collega uit de lijst." in answer.text
    assert "Kies een reden." in answer.text
    assert QUESTION in answer.text
    assert SECRET not in answer.text


def test_of_many_colleagues_one_is_picked_from_a_list(app: Flask, sanne: Person, task: str) -> None:
    services: Services = app.extensions[EXTENSION]
    organisation = people.organisation_id(services.db, "basisschool-het-voorbeeld")
    assert organisation
    for number in range(6):
        people.create_person(
            services.db,
            organisation,
            username=f"nieuw{number}",
            name=f"Nieuw {number}",
            email=f"nieuw{number}@school.example",
            roles=[],
            password=None,
            now=clock.real(),
        )
    form = sanne.form(f"{task}/raad", f"{task}/raad")
    assert form.kinds["wie"] == "select"
    assert goes_to(sanne.send(form, {"wie": form.choices["wie"][-1], "reden": "check", "tekst": QUESTION}))
    assert "heeft uw vraag gekregen" in sanne.get(f"{task}/raad")


def test_nobody_of_another_organisation_can_be_asked(sanne: Person, task: str) -> None:
    names = re.findall(r'name="wie" value="[^"]+"[^>]*><span>([^<]+)', sanne.get(f"{task}/raad"))
    assert names
    assert not any(name.startswith("Sanne") for name in names)
    stranger = "7d1f6f0e-7a35-4b58-9b51-0d4c7f7f0a11"
    form = sanne.form(f"{task}/raad", f"{task}/raad")
    sent = {"wie": stranger, "reden": "doubt", "tekst": QUESTION}
    assert sanne.send(form, sent).status_code == 422
