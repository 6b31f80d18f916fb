"""A session that ends while somebody types: she signs in again, and what she typed is there."""

from __future__ import annotations

import re

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from meldcode.store.tables import sessions
from tests.web.person import PASSWORD, Person, SeenForm, case_of, forms, goes_to, heading
from web.carried import FIELD
from web.services import Services

TYPED = "Zij had een blauwe plek op haar bovenarm & wilde niet praten."


def test_a_long_form_sent_after_the_session_ended_comes_back_as_a_draft(app: Flask, sanne: Person) -> None:
    task = sanne.start()
    form = sanne.form(task)
    leave(app)
    page = sent(sanne, form, {"eigen_indruk": TYPED})
    assert heading(page) == "Inloggen"
    assert TYPED not in page
    assert "bovenarm" not in page
    assert goes_to(again(sanne, page)) == task
    shown = sanne.get(task)
    assert "Dit is uw concept" in shown
    assert typed(sanne, task) == TYPED


def test_saving_for_later_after_the_session_ended_keeps_it_too(app: Flask, sanne: Person) -> None:
    task = sanne.start()
    form = sanne.form(task)
    form.action = f"{task}/later"
    leave(app)
    assert goes_to(again(sanne, sent(sanne, form, {"eigen_indruk": TYPED}))) == task
    assert typed(sanne, task) == TYPED


def test_a_mistyped_password_in_between_costs_nothing(app: Flask, sanne: Person) -> None:
    task = sanne.start()
    form = sanne.form(task)
    leave(app)
    page = sent(sanne, form, {"eigen_indruk": TYPED})
    refused = sanne.send(signing_in(page), {"naam": "sanne", "wachtwoord": "mis-getypt-en-lang"})
    assert refused.status_code == 422
    assert goes_to(again(sanne, refused.text)) == task
    assert typed(sanne, task) == TYPED


def test_a_note_comes_back_in_its_own_form_and_is_sent_only_by_her(app: Flask, sanne: Person) -> None:
    case = f"/zaken/{case_of(sanne.start())}"
    form = sanne.form(f"{case}/noteren")
    leave(app)
    page = again(sanne, sent(sanne, form, {"soort": "signal", "tekst": TYPED})).text
    assert heading(page) == "Iets toevoegen"
    assert "Het is nog niet verstuurd" in page
    assert "Wat er is gebeurd" in sanne.get(case)
    assert "blauwe plek" not in sanne.get(case)
    (back,) = [one for one in forms(page) if one.action == f"{case}/noteren"]
    assert goes_to(sanne.send(back, {"soort": "signal"})) == case
    assert "blauwe plek" in sanne.get(case)


def test_a_question_to_a_colleague_comes_back(app: Flask, sanne: Person) -> None:
    task = sanne.start()
    form = sanne.form(f"{task}/raad")
    leave(app)
    page = again(sanne, sent(sanne, form, {"tekst": TYPED})).text
    assert heading(page) == "Vraag een collega om raad"
    assert "blauwe plek" in page


def test_another_person_at_the_same_screen_gets_nothing_of_it(app: Flask, sanne: Person) -> None:
    task = sanne.start()
    form = sanne.form(task)
    leave(app)
    page = sent(sanne, form, {"eigen_indruk": TYPED})
    answer = sanne.send(signing_in(page), {"naam": "henk", "wachtwoord": PASSWORD})
    assert goes_to(answer) == task
    assert "blauwe plek" not in sanne.get(task, 403)
    assert "blauwe plek" not in sanne.get("/")


def test_a_colleague_in_the_same_case_at_the_same_screen_gets_nothing_of_it(
    app: Flask, sanne: Person
) -> None:
    fatima = Person(app).sign_in("fatima")
    case = f"/zaken/{case_of(fatima.start())}"  # she may read and note there too
    free = re.search(rf"/taken/{case_of(case)}/[0-9a-f-]+", sanne.get("/"))
    assert free
    sanne.press(f"{free[0]}/vrij", f"{free[0]}/oppakken")
    form = sanne.form(f"{case}/noteren")
    leave(app)
    page = sent(sanne, form, {"soort": "signal", "tekst": TYPED})
    answer = sanne.send(signing_in(page), {"naam": "fatima", "wachtwoord": PASSWORD})
    assert goes_to(answer)
    assert "blauwe plek" not in answer.text


def test_nobody_leaves_words_of_his_own_for_who_signs_in_next(app: Flask, sanne: Person) -> None:
    """Somebody without a session, or a colleague whose session ended, sends a form to her task."""
    task, stranger = sanne.start(), Person(app)
    form = sanne.form(task)
    for visitor in (stranger, Person(app).sign_in("joost")):
        leave(app)
        visitor.client.set_cookie("session", "van-niemand-en-van-nergens")
        form.fields["csrf_token"] = visitor.form("/inloggen", "/inloggen").fields["csrf_token"]
        page = visitor.client.post(task, data={**form.fields, "eigen_indruk": TYPED}, follow_redirects=True)
        back = signing_in(page.text)
        assert visitor.send(back, {"naam": "sanne", "wachtwoord": PASSWORD}).status_code == 303
        assert typed(visitor, task) == ""


def test_what_was_changed_on_the_way_is_left_out(app: Flask, sanne: Person) -> None:
    task = sanne.start()
    form = sanne.form(task)
    leave(app)
    back = signing_in(sent(sanne, form, {"eigen_indruk": TYPED}))
    for made_up in ("", "é", "AAAA", back.fields[FIELD][0][:-8] + "AAAAAAAA"):
        answer = sanne.send(back, {"naam": "sanne", "wachtwoord": PASSWORD, FIELD: made_up})
        assert goes_to(answer) == task
        assert "Dit is uw concept" not in sanne.get(task)
        sanne.client.delete_cookie("session")
        back.fields["csrf_token"] = sanne.form("/inloggen").fields["csrf_token"]


def typed(person: Person, task: str) -> str:
    """What stands in the question that everybody may leave empty."""
    return person.form(task).fields["eigen_indruk"][0].strip()


def leave(app: Flask) -> None:
    """Every session ends, as after an hour."""
    found: Services = app.extensions["meldcode"]
    with found.db.engine.begin() as connection:
        connection.execute(sa.delete(sessions))


def sent(person: Person, form: SeenForm, answers: dict[str, str]) -> str:
    answer = person.send(form, answers)
    assert answer.status_code == 401
    return answer.text


def signing_in(page: str) -> SeenForm:
    (found,) = [form for form in forms(page) if form.action == "/inloggen"]
    return found


def again(person: Person, page: str) -> TestResponse:
    return person.send(signing_in(page), {"naam": "sanne", "wachtwoord": PASSWORD})
