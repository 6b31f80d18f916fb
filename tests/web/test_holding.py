"""Pools, drafts, notes, incidents and the supervisor's list, at the pages and without a script."""

from __future__ import annotations

import re
from html import unescape
from uuid import UUID

import pytest
from flask import Flask

from meldcode import adjustments, audit, clock, incidents, people
from meldcode.messages import Text
from meldcode.store import Database
from tests.web.person import PASSWORD, Person, case_of, forms, goes_to, heading
from web.services import EXTENSION, Services

SECRET = "Zij vertelde het zelf, met eigen woorden."


def words(page: str) -> str:
    """What a person reads in the page's main part."""
    main = page.split("<main", 1)[1].split("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.fixture
def joost(app: Flask) -> Person:
    """Another teacher."""
    return Person(app).sign_in("joost")


@pytest.fixture
def henk(app: Flask) -> Person:
    """The head, who supervises."""
    return Person(app).sign_in("henk")


def test_who_stands_in_reads_the_same_on_the_list_and_on_the_page_that_asks(
    app: Flask, sanne: Person, joost: Person
) -> None:
    task = sanne.start()
    away(app, "Sanne", standin="Joost")
    assert "u vervangt Sanne" in words(joost.get("/"))
    asks = words(joost.get(f"{task}/vrij"))
    assert "U vervangt Sanne" in asks
    assert "nog van niemand" not in asks


def away(app: Flask, name: str, *, standin: str) -> None:
    """Somebody is not there as of now, and a colleague stands in."""
    services: Services = app.extensions[EXTENSION]
    now = clock.real()
    administrator = people.sign_in(services.db, "marit", PASSWORD, now).actor
    by_name = {one.name: one.id for one in people.everybody(services.db, administrator.organisation)}
    adjustments.add_absence(
        services.db,
        administrator,
        by_name[name],
        standin=by_name[standin],
        from_at=now,
        until_at=None,
        now=now,
    )


@pytest.fixture
def free_task(sanne: Person) -> str:
    """The address of a task that its teacher gave back, in a case with content."""
    sanne.finish(sanne.start(), {"vermoeden_over": "thuis", "eigen_indruk": SECRET})
    task = sanne.task("Overleg")
    assert goes_to(sanne.press(task, f"{task}/teruggeven")) == "/"
    return task


# --- pools -------------------------------------------------------------------------------------------


def test_a_colleague_sees_a_reference_takes_the_task_and_then_reads_the_case(
    joost: Person, free_task: str
) -> None:
    listed = words(joost.get("/"))
    assert "U hebt zelf geen taken. Er ligt wel werk voor uw rol." in listed
    assert "Taak voor de rol Leerkracht" in listed
    assert "Overleg" not in listed
    for path in (free_task, f"{free_task}/vrij", f"/zaken/{case_of(free_task)}"):
        shown = joost.client.get(path, follow_redirects=True)
        assert shown.status_code == 200
        assert "Deze taak is nog van niemand" in shown.text
        for hidden in (SECRET, "Sanne", "Overleg"):
            assert hidden not in shown.text
    assert goes_to(joost.press("/", f"{free_task}/oppakken")) == free_task
    page = joost.get(free_task)
    assert SECRET in page
    assert "Overleg" in heading(page)
    assert "Ik pak dit op" not in joost.get("/")


def test_the_second_who_takes_a_task_hears_that_a_colleague_was_first(
    sanne: Person, joost: Person, free_task: str
) -> None:
    form = sanne.form("/", f"{free_task}/oppakken")
    joost.press("/", f"{free_task}/oppakken")
    answer = sanne.send(form)
    assert answer.status_code == 409
    assert "Een collega heeft deze taak al opgepakt." in unescape(answer.text)


def test_taking_twice_and_the_back_button_are_harmless(joost: Person, free_task: str) -> None:
    form = joost.form("/", f"{free_task}/oppakken")
    assert goes_to(joost.send(form)) == goes_to(joost.send(form)) == free_task
    assert goes_to(joost.client.get(f"{free_task}/vrij")) == free_task


def test_who_has_another_role_takes_nothing(app: Flask, henk: Person, free_task: str) -> None:
    token = henk.form("/", "/taal").fields["csrf_token"]
    for action in ("oppakken", "teruggeven"):
        answer = henk.client.post(f"{free_task}/{action}", data={"csrf_token": token, "_sleutel": "k" * 12})
        assert answer.status_code == 403


# --- a supervisor gives a task to somebody else ------------------------------------------------------


def test_a_supervisor_gives_a_task_to_a_colleague_and_sees_no_content(
    sanne: Person, joost: Person, henk: Person
) -> None:
    sanne.finish(sanne.start(), {"vermoeden_over": "thuis", "eigen_indruk": SECRET})
    task = sanne.task("Overleg")
    case = f"/zaken/{case_of(task)}"
    assert f'href="{task}/toewijzen"' in henk.get(case)
    page = henk.get(f"{task}/toewijzen")
    assert SECRET not in page
    assert "Nu: Sanne." in words(page)
    form = henk.form(f"{task}/toewijzen")
    empty = henk.send(form)
    assert empty.status_code == 422
    assert "Kies wie de taak krijgt." in empty.text
    assert "Kies waarom" in empty.text
    who = form.choices["wie"][0]
    assert goes_to(henk.send(form, {"wie": who, "reden": "absent"})) == case
    assert "Joost" in words(henk.get(case))
    assert SECRET not in henk.get(case)
    assert SECRET in joost.get(task)


def test_who_does_not_supervise_cannot_even_see_who_could_get_it(sanne: Person) -> None:
    task = sanne.start()
    assert f"{task}/toewijzen" not in sanne.get(f"/zaken/{case_of(task)}")
    sanne.get(f"{task}/toewijzen", 403)


# --- drafts ------------------------------------------------------------------------------------------


def test_a_draft_survives_signing_out_and_is_gone_when_the_task_is_done(app: Flask, sanne: Person) -> None:
    task = sanne.start()
    sent = sanne.form(task)
    answer = sanne.client.post(f"{task}/later", data={**sent.fields, "eigen_indruk": SECRET})
    assert goes_to(answer) == "/"
    assert "concept bewaard: vandaag" in words(sanne.get("/"))
    sanne.press("/", "/uitloggen")
    again = Person(app).sign_in("sanne")
    page = again.get(task)
    assert "Dit is uw concept, bewaard: vandaag" in words(page)
    assert again.form(task).fields["eigen_indruk"][0].strip() == SECRET
    again.finish(task, {"vermoeden_over": "thuis"})
    assert "concept" not in words(again.get("/"))


def test_hiding_on_a_task_keeps_what_was_typed_and_signs_out(app: Flask, sanne: Person) -> None:
    task = sanne.start()
    page = sanne.get(task)
    assert f'form="taak" formaction="{task}/even-weg"' in page
    form = sanne.form(task)
    answer = sanne.client.post(f"{task}/even-weg", data={**form.fields, "eigen_indruk": SECRET})
    assert goes_to(answer) == "/even-weg"
    assert goes_to(sanne.client.get("/")) == "/inloggen"
    back = Person(app).sign_in("sanne")
    assert back.form(task).fields["eigen_indruk"][0].strip() == SECRET


def test_hiding_on_a_task_that_somebody_else_finished_hides_all_the_same(sanne: Person) -> None:
    task = sanne.start()
    form = sanne.form(task)
    sanne.finish(task, {"vermoeden_over": "thuis"})
    assert goes_to(sanne.client.post(f"{task}/even-weg", data=form.fields)) == "/even-weg"
    assert goes_to(sanne.client.get("/")) == "/inloggen"


def test_a_draft_can_be_thrown_away(sanne: Person) -> None:
    task = sanne.start()
    sanne.client.post(f"{task}/concept", data={**sanne.form(task).fields, "eigen_indruk": SECRET})
    assert goes_to(sanne.press(task, f"{task}/concept-weg")) == task
    page = sanne.get(task)
    assert "Dit is uw concept" not in page
    assert SECRET not in page


def test_keeping_answers_in_words_for_the_script(sanne: Person) -> None:
    task = sanne.start()
    answer = sanne.client.post(f"{task}/concept", data=sanne.form(task).fields)
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    assert re.fullmatch(r"Concept bewaard: vandaag, \d+\.\d\d uur\.", answer.text)


def test_nobody_else_keeps_or_reads_a_draft(sanne: Person, joost: Person) -> None:
    task = sanne.start()
    fields = sanne.form(task).fields
    token = joost.form("/", "/taal").fields["csrf_token"]
    for action in ("concept", "later"):
        assert joost.client.post(f"{task}/{action}", data={**fields, "csrf_token": token}).status_code == 403


# --- notes -------------------------------------------------------------------------------------------


def test_a_signal_added_between_the_steps_stands_in_the_history(sanne: Person, henk: Person) -> None:
    task = sanne.start()
    case = f"/zaken/{case_of(task)}"
    form = sanne.form(f"{case}/noteren")
    for _ in range(2):
        answer = sanne.send(form, {"soort": "signal", "tekst": SECRET + " <b>"})
        assert goes_to(answer) == case
    page = sanne.get(case)
    assert page.count("Zij vertelde het zelf") == 1
    assert "<b>" not in page.split("Zij vertelde")[1][:60]
    assert "Signaal" in words(page)
    assert SECRET in sanne.get(task)
    assert SECRET not in henk.get(case)
    henk.get(f"{case}/noteren", 403)


def test_a_note_comes_back_with_everything_typed_when_something_is_wrong(sanne: Person) -> None:
    case = f"/zaken/{case_of(sanne.start())}"
    form = sanne.form(f"{case}/noteren")
    for day in ("2999-01-01", "gisteren"):
        answer = sanne.send(form, {"tekst": SECRET, "wanneer": day})
        assert answer.status_code == 422
        assert SECRET in answer.text
        assert 'href="#veld-wanneer"' in answer.text
    (again,) = [seen for seen in forms(answer.text) if "tekst" in seen.fields]
    assert again.fields["_sleutel"] == form.fields["_sleutel"]


# --- incidents and the list --------------------------------------------------------------------------


def organisation_of(db: Database) -> UUID:
    """The school, the only organisation there is."""
    (found,) = people.organisation_names(db)
    return found


def get_stuck(app: Flask, sanne: Person, kind: str = "no_branch") -> str:
    """Something gets stuck in a case of the school; the case's address."""
    found: Services = app.extensions[EXTENSION]
    case = case_of(sanne.start())
    with found.db.transaction(organisation_of(found.db)) as tx:
        incidents.record(
            tx,
            kind=kind,
            text=Text("Achter deze keuze past geen weg.", "No way fits behind this choice."),
            now=clock.now(found.db),
            case=UUID(case),
            node="wegen",
        )
    return f"/zaken/{case}"


def test_without_incidents_the_page_says_so_and_only_supervisors_come_there(
    sanne: Person, henk: Person
) -> None:
    assert "Er zijn geen storingen" in henk.get("/storingen")
    assert "/storingen" in henk.get("/")
    sanne.get("/storingen", 403)
    assert "/storingen" not in sanne.get("/")


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("no_branch", "Een zaak kan niet verder"),
        (incidents.NOT_RECALCULATED, "De termijnen van een zaak zijn niet opnieuw berekend"),
    ],
)
def test_an_incident_is_told_in_words_and_tried_again_once(
    app: Flask, sanne: Person, henk: Person, what: str, told: str
) -> None:
    case = get_stuck(app, sanne, what)
    assert "Er is 1 storing" in henk.get("/zaken")
    page = henk.get("/storingen")
    assert told in page
    assert "Achter deze keuze past geen weg." in page
    assert case in page
    (form,) = [form for form in forms(page) if form.action.startswith("/storingen/")]
    for _ in range(2):
        assert goes_to(henk.send(form)) == "/storingen"
    assert "Er zijn geen storingen" in henk.get("/storingen")
    assert sanne.send(form, {"csrf_token": sanne.form("/", "/taal").fields["csrf_token"]}).status_code == 403


def test_who_is_shut_out_of_a_case_cannot_make_it_go_on(app: Flask, sanne: Person, henk: Person) -> None:
    case = get_stuck(app, sanne)
    (form,) = [form for form in forms(henk.get("/storingen")) if form.action.startswith("/storingen/")]
    shut = sanne.form(f"{case}/wie-niet", f"{case}/wie-niet")
    found: Services = app.extensions[EXTENSION]
    everybody = people.everybody(found.db, organisation_of(found.db))
    his = next(str(one.id) for one in everybody if one.name == "Henk")
    assert goes_to(sanne.send(shut, {"wie": his, "reden": "concerned"})) == f"{case}/wie-niet"
    assert goes_to(henk.send(form)) == "/storingen"  # as for an incident that is not there
    assert len(incidents.listing(found.db, organisation_of(found.db))) == 1


def test_a_supervisor_sees_how_many_cases_are_at_each_step_and_the_late_ones_first(
    sanne: Person, henk: Person
) -> None:
    old = sanne.start()
    for _ in range(7):
        sanne.press("/", "/demo/klok")
    new = sanne.start()
    sanne.finish(new, {"vermoeden_over": "thuis"})
    page = henk.get("/zaken")
    assert "Alle stappen 2 1 te laat Signalen 1 1 te laat Overleg 1 oudste:" in words(page)
    assert page.index(case_of(old)) < page.index(case_of(new))
    only = henk.get("/zaken?stap=consulteren")
    assert case_of(new) in only
    assert case_of(old) not in only
    assert "In deze stap staat geen zaak" in henk.get("/zaken?stap=melden")
    for odd in ("/zaken?stap=onzin", "/zaken?pagina=99", "/zaken?pagina=-1", "/zaken?pagina=x"):
        assert case_of(old) in henk.get(odd)
    assert "Alle stappen" not in sanne.get("/zaken")


def test_a_long_list_comes_in_pages(sanne: Person, henk: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.views.cases.ON_A_PAGE", 1)
    first, second = sanne.start(), sanne.start()
    page = henk.get("/zaken")
    assert "Bladzijde 1 van 2" in words(page)
    assert case_of(first) in page
    assert case_of(second) not in page
    assert case_of(second) in henk.get("/zaken?pagina=2")


def logged(app: Flask, case: str) -> list[str]:
    """What the log says was done in a case."""
    found: Services = app.extensions[EXTENSION]
    with found.db.reading(organisation_of(found.db)) as tx:
        return [row.action for row in audit.of_case(tx, UUID(case))]


def test_each_time_a_task_is_shown_is_logged_and_nothing_else_is(app: Flask, sanne: Person) -> None:
    task = sanne.start()
    sent = sanne.form(task).filled({"vermoeden_over": "thuis"})
    sanne.client.post(f"{task}/vragen", data=sent)
    sanne.client.post(f"{task}/concept", data=sent)
    sanne.client.get(f"/zaken/{case_of(task)}/plek.svg")
    assert logged(app, case_of(task)) == ["case_opened", "task_read"]
    assert sanne.client.post(task, data={**sent, "feiten.0.wat": ""}).status_code == 422
    assert logged(app, case_of(task))[2:] == ["task_read"]
    assert goes_to(sanne.client.post(task, data=sent)) == f"{task}/klaar"
    assert logged(app, case_of(task))[3:] == ["task_completed"]
