"""The pages of an administrator, and who may not see a case: without a script, on a real database."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from flask import Flask

from meldcode import chores, clock, definition, outbox, people
from meldcode.store import Database
from tests.web.conftest import SCHOOL
from tests.web.person import Person, SeenForm, case_of, forms, goes_to
from web.services import EXTENSION, Services

CSV = "van;tot;naam\n{first};{last};Studieweek\n"


def words(page: str) -> str:
    """What a person reads in the page's main part."""
    main = page.split("<main", 1)[1].split("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.fixture
def marit(app: Flask) -> Person:
    """Who administers the school."""
    return Person(app).sign_in("marit")


def database(app: Flask) -> Database:
    services: Services = app.extensions[EXTENSION]
    return services.db


def page_of(marit: Person, name: str) -> str:
    """The address of somebody's page."""
    found = re.search(rf'href="(/mensen/[\w-]+)">{name}<', marit.get("/mensen"))
    assert found
    return found[1]


def form_to(page: str, ending: str) -> SeenForm:
    return next(form for form in forms(page) if form.action.endswith(ending))


def plain(form: SeenForm) -> dict[str, list[str]]:
    """What a form holds, without the file that is not chosen yet."""
    return {name: values for name, values in form.fields.items() if form.kinds[name] != "file"}


def undo_last(marit: Person) -> int:
    return marit.send(form_to(marit.get("/organisatie"), "/ongedaan")).status_code


def chosen_weekday(app: Flask) -> str:
    """The first working day of the school at least two weeks from now, as a form sends it."""
    db = database(app)
    day = clock.now(db).date() + timedelta(days=14)
    days = definition.read_folder(SCHOOL).organisation.calendar()
    while not days.is_working_day(day):
        day += timedelta(days=1)
    return day.isoformat()


@pytest.mark.parametrize("name", ["sanne", "fatima", "henk"])
@pytest.mark.parametrize("path", ["/organisatie", "/organisatie/vrije-dagen"])
def test_only_who_administers_opens_these_pages(app: Flask, name: str, path: str) -> None:
    somebody = Person(app).sign_in(name)
    somebody.get(path, 403)
    assert "/organisatie" not in somebody.get("/")


def test_an_absence_leads_to_a_warning_until_a_standin_or_undo(marit: Person) -> None:
    assert "Ja. Vandaag en de komende twee weken" in words(marit.get("/organisatie"))
    for name in ("Ingrid", "Henk"):  # the board stands in for the head
        address = page_of(marit, name)
        form = marit.form(address, f"{address}/afwezig")
        assert marit.send(form).status_code == 303
    told = words(marit.get("/organisatie"))
    assert "Nee. Op deze dagen is er niemand" in told
    assert "Directeur" in told
    assert "afwezig" in words(marit.get("/mensen"))
    assert [undo_last(marit), undo_last(marit)] == [303, 303]
    assert "Ja. Vandaag en de komende twee weken" in words(marit.get("/organisatie"))


def test_a_standin_finds_the_task_on_her_list_and_takes_it_over(
    app: Flask, sanne: Person, marit: Person
) -> None:
    task = sanne.start()
    address = page_of(marit, "Sanne")
    form = marit.form(address, f"{address}/afwezig")
    page = marit.get(address)
    joost = re.search(r'<option value="(\w+)">Joost<', page)
    assert joost
    assert marit.send(form, {"vervanger": joost[1]}).status_code == 303
    assert "Vervanger: Joost" in words(marit.get(address))
    standin = Person(app).sign_in("joost")
    assert "u vervangt Sanne" in words(standin.get("/"))
    assert goes_to(standin.press("/", f"{task}/oppakken")) == task
    assert sanne.client.get(task).status_code in (303, 403)


def test_name_roles_and_own_days_are_kept_and_undone(marit: Person) -> None:
    address = page_of(marit, "Joost")
    details = marit.form(address, f"{address}/gegevens")
    sent = marit.send(details, {"naam": "Joost de Wit", "rol": ["leerkracht", "intern-begeleider"]})
    assert sent.status_code == 303
    days = marit.form(address, f"{address}/werkdagen")
    assert days.fields["dag"] == ["0", "1", "2", "3", "4"]
    assert marit.send(days, {"dag": ["0", "3"]}).status_code == 303
    page = words(marit.get("/organisatie"))
    assert "Joost → Joost de Wit" in page
    assert "Leerkracht → Intern begeleider (aandachtsfunctionaris), Leerkracht" in page
    assert "alle werkdagen → ma, do" in page
    assert marit.form(address, f"{address}/werkdagen").fields["dag"] == ["0", "3"]
    for _ in range(3):
        assert undo_last(marit) == 303
    assert marit.form(address, f"{address}/gegevens").fields["naam"] == ["Joost"]
    assert marit.form(address, f"{address}/gegevens").fields["rol"] == ["leerkracht"]


def roles_of(app: Flask, name: str) -> frozenset[str]:
    found = next(one for one in people.everybody(database(app), _organisation(app)) if one.name == name)
    return frozenset(found.roles)


def test_nobody_closes_her_own_account(app: Flask, marit: Person) -> None:
    own = page_of(marit, "Marit")
    assert f"{own}/sluiten" not in marit.get("/mensen")
    token = marit.form("/mensen").fields["csrf_token"]
    assert marit.client.post(f"{own}/sluiten", data={"csrf_token": token}).status_code == 403
    assert "Mensen" in marit.get("/mensen"), "she is signed in still"
    Person(app).sign_in("marit")
    assert "Nog niets." in words(marit.get("/organisatie"))


def test_a_role_that_the_code_does_not_know_is_given_to_nobody(app: Flask, marit: Person) -> None:
    address = page_of(marit, "Joost")
    details = marit.form(address, f"{address}/gegevens")
    assert marit.send(details, {"rol": ["leerkracht", "verzonnen", "administers"]}).status_code == 303
    assert roles_of(app, "Joost") == {"leerkracht"}
    invited = {"naam": "Nadia", "email": "nadia@hetvoorbeeld.example", "rol": ["verzonnen", "leerkracht"]}
    assert marit.send(marit.form("/mensen"), invited).status_code == 303
    assert roles_of(app, "Nadia") == {"leerkracht"}


def test_a_role_that_the_code_dropped_since_stays_with_who_has_it(app: Flask, marit: Person) -> None:
    db, organisation = database(app), _organisation(app)
    joost = next(one.id for one in people.everybody(db, organisation) if one.name == "Joost")
    with db.transaction(organisation) as tx:
        people.set_roles(tx, joost, ["leerkracht", "vroeger"])
    address = page_of(marit, "Joost")
    details = marit.form(address, f"{address}/gegevens")
    assert marit.send(details, {"rol": ["intern-begeleider"]}).status_code == 303
    assert roles_of(app, "Joost") == {"intern-begeleider", "vroeger"}
    # but nobody else gets it by asking for it
    own = page_of(marit, "Marit")
    form = marit.form(own, f"{own}/gegevens")
    assert marit.send(form, {"rol": [*form.fields["rol"], "vroeger"]}).status_code == 303
    assert "vroeger" not in roles_of(app, "Marit")


def test_what_cannot_be_is_said_and_changes_nothing(marit: Person) -> None:
    address = page_of(marit, "Joost")
    wrong = [
        ("gegevens", {"email": "geen adres"}, "geen e-mailadres"),
        ("werkdagen", {"dag": []}, "minstens één werkdag"),
        ("afwezig", {"van": "", "tot": ""}, "vanaf welke dag"),
        ("afwezig", {"van": "2026-09-08", "tot": "2026-09-01"}, "komt voor de eerste"),
        ("afwezig", {"van": "0001-01-01", "tot": ""}, "vanaf welke dag"),
        ("afwezig", {"van": "2026-09-08", "tot": "9999-12-31"}, "vanaf welke dag"),
    ]
    for what, extra, said in wrong:
        answer = marit.send(marit.form(address, f"{address}/{what}"), extra)
        assert (answer.status_code, said in answer.text) == (422, True), what
    own = page_of(marit, "Marit")
    answer = marit.send(marit.form(own, f"{own}/gegevens"), {"rol": []})
    assert answer.status_code == 422
    assert "niemand meer die deze pagina" in answer.text
    assert "Nog niets." in words(marit.get("/organisatie"))


def test_holidays_out_of_a_file_are_looked_at_first_and_move_deadlines_after(
    app: Flask, sanne: Person, marit: Person
) -> None:
    sanne.start()
    db = database(app)
    today = clock.now(db).date()
    form = next(one for one in forms(marit.get("/organisatie/vrije-dagen")) if "bestand" in one.kinds)
    csv = CSV.format(first=today.isoformat(), last=(today + timedelta(days=9)).isoformat())
    sent = marit.client.post(
        form.action,
        data={**plain(form), "hoe": "erbij", "bestand": (io.BytesIO(csv.encode()), "vakantie.csv")},
        content_type="multipart/form-data",
    )
    assert sent.status_code == 200, sent.text[:2000]
    seen = words(sent.text)
    assert "Er is nog niets veranderd" in seen
    confirm = next(form for form in forms(sent.text) if "dagen" in form.fields)
    assert "Studieweek" not in words(marit.get("/organisatie/vrije-dagen"))
    assert marit.send(confirm).status_code == 303
    assert "Studieweek" in words(marit.get("/organisatie/vrije-dagen"))
    assert re.search(r"opnieuw berekend: 0 van 1", words(marit.get("/organisatie")))
    while chores.do_due(db, clock.now(db)):
        pass
    assert "opnieuw berekend" not in words(marit.get("/organisatie"))
    assert undo_last(marit) == 303
    assert "Studieweek" not in words(marit.get("/organisatie/vrije-dagen"))


def test_a_day_is_typed_and_taken_away_again(app: Flask, marit: Person) -> None:
    day = chosen_weekday(app)
    page = marit.get("/organisatie/vrije-dagen")
    typed = next(form for form in forms(page) if form.kinds.get("naam") == "text")
    looked = marit.send(typed, {"van": day, "naam": "Studiedag"})
    assert marit.send(next(form for form in forms(looked.text) if "dagen" in form.fields)).status_code == 303
    page = marit.get("/organisatie/vrije-dagen")
    assert "Studiedag" in words(page)
    away = next(form for form in forms(page) if form.fields.get("soort") == ["vergeten"])
    looked = marit.send(away)
    assert "1 vrije dag wordt werkdag" in words(looked.text)
    assert marit.send(next(form for form in forms(looked.text) if "dagen" in form.fields)).status_code == 303
    assert "Studiedag" not in words(marit.get("/organisatie/vrije-dagen"))


@pytest.mark.parametrize(
    "given",
    [
        "",
        "[]",
        "{}",
        '{"x": null}',
        '{"2026-09-07": 3}',
        '{"2026-09-07": [1]}',
        "[" * 9000,
        '{"9999-12-31": null}',
        '{"0001-01-01": null}',
    ],
)
def test_days_that_did_not_come_from_the_page_are_refused(marit: Person, given: str) -> None:
    token = marit.form("/organisatie/vrije-dagen", "/organisatie/vrije-dagen/bekijken").fields["csrf_token"]
    answer = marit.client.post("/organisatie/vrije-dagen", data={"csrf_token": token, "dagen": given})
    assert answer.status_code == 422
    assert "Nog niets." in words(marit.get("/organisatie"))


def test_a_file_that_is_none_is_said(marit: Person) -> None:
    form = next(one for one in forms(marit.get("/organisatie/vrije-dagen")) if "bestand" in one.kinds)
    for name, data, said in (
        ("plaatje.png", b"\x89PNG", "eindigt op"),
        ("leeg.ics", b"BEGIN:VCALENDAR", "agenda"),
        ("", b"", "Kies een bestand"),
    ):
        answer = marit.client.post(
            form.action,
            data={**plain(form), "bestand": (io.BytesIO(data), name)},
            content_type="multipart/form-data",
        )
        assert (answer.status_code, said in answer.text) == (422, True), name


# --- who may not see a case ------------------------------------------------------------------------------


def test_a_case_is_nowhere_to_be_found_for_who_is_shut_out(app: Flask, sanne: Person) -> None:
    """Every address of the application that names a case, as she would open or send it."""
    henk = Person(app).sign_in("henk")
    task = sanne.start()
    case = case_of(task)
    reference = re.search(r"[A-Z]\d[A-Z]\d-\d\d", sanne.get(task))
    assert reference
    page = f"/zaken/{case}/wie-niet"
    assert 'href="' + page in sanne.get(f"/zaken/{case}")
    form = sanne.form(page)
    who = re.search(r'value="([\w-]+)"><span>Henk<', sanne.get(page))
    assert who
    assert sanne.send(form, {"wie": who[1], "reden": ""}).status_code == 422
    assert sanne.send(form, {"wie": who[1], "reden": "concerned"}).status_code == 303
    assert "Henk" in words(sanne.get(page))

    token = henk.form("/account", "/account/wachtwoord").fields["csrf_token"]
    missing = henk.client.get("/zaken/00000000-0000-4000-8000-000000000000")
    addresses, tried = app.url_map.bind("localhost"), 0
    for rule in app.url_map.iter_rules():
        if "case" not in rule.arguments or rule.endpoint == "drafts.hide":
            continue  # *Verberg* signs everybody out, whatever the case is
        given = {name: UUID(int=7) for name in rule.arguments} | {"case": UUID(case)}
        if "task" in given:
            given["task"] = UUID(task.split("/")[3])
        address = addresses.build(rule.endpoint, given, method="GET" if "GET" in rule.methods else "POST")
        for method in rule.methods & {"GET", "POST"}:
            answer = henk.client.open(
                address,
                method=method,
                data={"csrf_token": token, "wie": who[1], "reden": "close"} if method == "POST" else None,
            )
            assert reference[0] not in answer.text, address
            hides = answer.status_code == 404 or (method, rule.endpoint) in LEADS_NOWHERE
            assert hides, (method, address, answer.status_code)
            tried += 1
    assert tried >= 15
    same = henk.client.get(f"/zaken/{case}").text
    assert words(same) == words(missing.text)
    for path in ("/", "/zaken", "/storingen"):
        assert reference[0] not in henk.get(path)


#: Forgetting what one typed oneself answers the same whatever the case is.
LEADS_NOWHERE = {("POST", "drafts.discard")}


def _organisation(app: Flask) -> UUID:
    found = people.organisation_id(database(app), "basisschool-het-voorbeeld")
    assert found is not None
    return found


def test_only_a_supervisor_lets_somebody_in_again(app: Flask, sanne: Person) -> None:
    fatima = Person(app).sign_in("fatima")
    case = case_of(sanne.start())
    page = f"/zaken/{case}/wie-niet"
    who = re.search(r'value="([\w-]+)"><span>Henk<', sanne.get(page))
    assert who
    sanne.send(sanne.form(page), {"wie": who[1], "reden": "close"})
    assert "Alleen een leidinggevende" in words(sanne.get(page))
    back = fatima.form(page, f"{page}/toelaten")
    assert fatima.send(back, {"reden_toelaten": "mistake"}).status_code == 303
    henk = Person(app).sign_in("henk")
    henk.get(f"/zaken/{case}")


def test_a_task_given_to_somebody_is_told_her_by_mail_without_content(app: Flask, sanne: Person) -> None:
    fatima = Person(app).sign_in("fatima")
    task = sanne.start()
    choose = f"{task}/toewijzen"
    joost = re.search(r'value="([\w-]+)"><span>Joost<', fatima.get(choose))
    assert joost
    sent = fatima.send(fatima.form(choose), {"wie": joost[1], "reden": "absent"})
    assert sent.status_code == 303
    [mail] = outbox.listing(database(app), _organisation(app))
    assert mail.address == "joost@hetvoorbeeld.example"
    assert "staat een taak voor u klaar" in mail.body
    assert not re.search(r"(?i)meldcode|signal|stap|escalatie|sanne", mail.subject + mail.body)
    assert f"/zaken/{case_of(task)}" in mail.body
