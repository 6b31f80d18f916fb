"""A case at the pages: how far it is, whose turn it is, who may read it, and danger at any moment."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from meldcode import clock, people, timers
from meldcode.workdays import Calendar
from tests.web.conftest import Make
from tests.web.person import PASSWORD, Person, case_of, goes_to, heading
from web.services import EXTENSION, Services

SECRET = "Zij vertelde het zelf, met eigen woorden."


def addresses(case: str) -> list[str]:
    """Every page of a case."""
    return [f"/zaken/{case}{rest}" for rest in ("", "/schema.svg", "/plek.svg", "/bellen")]


@pytest.fixture
def case(sanne: Person) -> str:
    """A case whose first step is done."""
    first = sanne.start()
    sanne.finish(first, {"vermoeden_over": "thuis", "eigen_indruk": SECRET})
    return case_of(first)


def test_a_case_shows_its_five_steps_whose_turn_it_is_and_what_was_done(sanne: Person, case: str) -> None:
    page = " ".join(unescape(re.sub(r"<[^>]+>", " ", sanne.get(f"/zaken/{case}"))).split())
    assert "Signalen klaar Overleg nu Gesprek nog niet Wegen nog niet Beslissen nog niet" in page
    assert "Nu aan de beurt" in page
    assert SECRET in page
    assert "Sanne" in page


def test_the_picture_shows_the_current_place_large_and_the_whole_way_on_request(
    sanne: Person, case: str
) -> None:
    page = sanne.get(f"/zaken/{case}")
    source = re.findall(r'<img src="([^"]+)" alt="([^"]+)"', page)
    assert len(source) == 1
    address, words = source[0]
    assert address == f"/zaken/{case}/plek.svg"
    assert "Overleggen" in unescape(words)
    narrow = sanne.client.get(f"{address}?smal=1")
    assert f'srcset="{address}?smal=1"' in page
    part, whole = sanne.client.get(address), sanne.client.get(f"/zaken/{case}/schema.svg")
    for picture in (part, whole, narrow):
        assert picture.mimetype == "image/svg+xml"
        assert 'class="userTask current"' in picture.text
        assert SECRET not in picture.text
    assert len(narrow.data) < len(part.data) < len(whole.data) / 2


def test_a_colleague_who_is_not_involved_sees_nothing_of_a_case(app: Flask, case: str) -> None:
    joost = Person(app).sign_in("joost")
    for path in (
        f"/zaken/{case}",
        f"/zaken/{case}/schema.svg",
        f"/zaken/{case}/plek.svg",
        f"/zaken/{case}/bellen",
    ):
        assert "Deze pagina is niet voor u" in joost.get(path, 403)
    assert case not in joost.get("/zaken")
    assert "Er zijn geen open zaken" in joost.get("/zaken")


def test_a_supervisor_sees_where_every_case_is_and_nothing_of_its_content(app: Flask, case: str) -> None:
    henk = Person(app).sign_in("henk")
    overview = henk.get("/zaken")
    assert case in overview
    assert "Overleg" in overview
    page = henk.get(f"/zaken/{case}")
    assert SECRET not in page
    assert "Lees wat er is vastgelegd" not in page
    assert "De inhoud ziet alleen wie bij deze zaak betrokken is." in page
    assert SECRET not in henk.client.get(f"/zaken/{case}/schema.svg").text


def test_another_organisation_finds_nothing_at_any_address(app: Flask, sanne: Person, case: str) -> None:
    found: Services = app.extensions[EXTENSION]
    db, now = found.db, clock.real()
    other = people.create_organisation(db, "andere-school", "Andere School", now=now)
    people.create_person(
        db, other, username="vreemd", name="Vreemd", email="v@x.example", roles=["leerkracht"],
        password=PASSWORD, now=now,
    )  # fmt: skip
    task = sanne.task("Overleg")
    stranger = Person(app)
    stranger.sign_in("vreemd")
    for path in (
        f"/zaken/{case}",
        f"/zaken/{case}/schema.svg",
        f"/zaken/{case}/plek.svg",
        f"/zaken/{case}/bellen",
        task,
    ):
        answer = stranger.client.get(path)
        assert 400 <= answer.status_code < 500, path
        assert SECRET not in answer.text
        assert "Sanne" not in answer.text


def test_danger_shows_the_telephone_numbers_first_and_asks_before_it_acts(sanne: Person, case: str) -> None:
    page = sanne.get(f"/zaken/{case}/bellen")
    assert heading(page) == "Bel nu. Wacht niet op een mail."
    assert 'href="tel:112"' in page
    assert 'href="tel:08002000"' in page
    assert page.index("tel:112") < page.index("Ja, er is acuut gevaar")
    # looking changes nothing
    assert "Bel 112" not in sanne.get("/").split("<main")[1].split("</main>")[0]


def test_danger_puts_the_case_on_its_acute_route_once(sanne: Person, case: str) -> None:
    form = sanne.form(f"/zaken/{case}/bellen")
    task = goes_to(sanne.send(form))
    assert task.startswith(f"/taken/{case}/")
    assert "112" in heading(sanne.get(task))
    assert goes_to(sanne.send(form)) == task
    page = sanne.get(f"/zaken/{case}/bellen")
    assert "al op de weg voor acuut gevaar" in page
    assert "Ja, er is acuut gevaar" not in page


def test_who_is_to_ask_veilig_thuis_can_press_the_number_above_the_questions(
    sanne: Person, case: str
) -> None:
    sanne.finish(sanne.task("Overleg"), {"extra_advies": "veilig_thuis"})
    page = sanne.get(sanne.task("Veilig Thuis"))
    assert page.index("Bel Veilig Thuis: 0800-2000") < page.index('id="vragen"')


def test_who_has_the_task_to_call_can_call_from_it(sanne: Person, case: str) -> None:
    assert 'class="call"' not in sanne.get(sanne.task("Overleg"))
    page = sanne.get(goes_to(sanne.press(f"/zaken/{case}/bellen", f"/zaken/{case}/bellen")))

    assert page.index("tel:112") < page.index("tel:08002000") < page.index('id="vragen"')


def test_closed_cases_are_one_press_away_from_the_open_ones(sanne: Person, case: str) -> None:
    assert 'href="/zaken/afgesloten"' in sanne.get("/zaken")
    page = sanne.get("/zaken/afgesloten")

    assert heading(page) == "Afgesloten zaken"
    assert case not in page
    assert "Er is nog geen zaak afgesloten" in page


def test_the_way_to_the_telephone_is_on_every_page_of_an_open_case(sanne: Person, case: str) -> None:
    for path in (f"/zaken/{case}", sanne.task("Overleg")):
        assert f'href="/zaken/{case}/bellen"' in sanne.get(path)


def test_the_demo_clock_moves_one_working_day_and_comes_back_to_the_page(app: Flask, sanne: Person) -> None:
    found: Services = app.extensions[EXTENSION]
    calendar = Calendar()
    before = calendar.local(clock.now(found.db))
    form = sanne.form("/zaken", "/demo/klok")
    assert goes_to(sanne.send(form)) == "/zaken"
    after = calendar.local(clock.now(found.db))
    assert after.date() > before.date()
    assert calendar.is_working_day(after.date())


def test_the_demo_pages_are_not_there_outside_a_demonstration(make: Make) -> None:
    app = make(in_demo=False)
    sanne = Person(app).sign_in("sanne")
    page = sanne.get("/")
    assert "/demo/" not in page
    assert sanne.client.get("/demo/mails").status_code == 404
    token = sanne.form("/", "/taal").fields["csrf_token"]
    assert sanne.client.post("/demo/klok", data={"csrf_token": token}).status_code == 404


def test_mails_are_shown_as_they_were_written(app: Flask, sanne: Person) -> None:
    assert "Er is nog niets verzonden" in sanne.get("/demo/mails")
    sanne.start()
    for _ in range(6):
        sanne.press("/", "/demo/klok")
    found: Services = app.extensions[EXTENSION]
    assert timers.fire_due(found.db, clock.now(found.db)) == 1
    page = sanne.get("/demo/mails")
    assert "Taak wacht op uw reactie" in page
    assert "sanne@" in page
    assert "wacht op verzending" in page


def test_a_case_begins_only_where_the_organisation_says_it_can(sanne: Person) -> None:
    form = sanne.form("/", "/zaken")
    assert sanne.send(form, {"_begin": "medewerker_route"}).status_code == 400
    assert sanne.send(form).status_code == 303
