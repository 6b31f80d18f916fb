"""Whoever supervises moves a deadline of a colleague's task, without a script: she sees first what would
happen, and whoever has the task sees what did."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.web.person import Person, SeenForm, forms, goes_to
from tests.web.test_desk_pages import text_of

MOVED = r"gaat op \w+ \d+ \w+, niet op \w+ \d+ \w+: er is een gesprek"


@pytest.fixture
def sanne(app: Flask) -> Person:
    return Person(app).sign_in("sanne")


@pytest.fixture
def fatima(app: Flask) -> Person:
    return Person(app).sign_in("fatima")


def last_day(page: str) -> str:
    found = re.search(r'type="date"[^>]* max="([\d-]+)"', page)
    assert found
    return found[1]


def shown_form(page: str, place: str) -> SeenForm:
    return next(one for one in forms(page) if one.action == place)


def test_what_would_happen_is_shown_first_then_done_and_put_back(sanne: Person, fatima: Person) -> None:
    task = sanne.start()
    case, place = f"/zaken/{task.split('/')[2]}", f"{task}/termijn"
    assert place not in sanne.get(case)
    assert sanne.client.get(place).status_code == 403
    assert f'href="{place}"' in fatima.get(case)
    given = {"dag": last_day(fatima.get(place)), "reden": "talk"}
    # when she looks
    seen = fatima.send(fatima.form(place, place), given)
    assert seen.status_code == 200
    assert "Dit gebeurt er" in text_of(seen.text)
    assert re.search(r"gaat naar \w+ \d+ \w+\. Nu: \w+ \d+ \w+\.", text_of(seen.text))
    assert "er is een gesprek afgesproken." not in text_of(sanne.get(case))
    # and does it
    again = shown_form(seen.text, place)
    assert goes_to(fatima.send(again, given)) == case
    for page in (fatima.get(case), sanne.get(case), sanne.get(task)):
        assert re.search(MOVED, text_of(page))
        assert "(Fatima)" in text_of(page)
    # then back
    assert "Nu verzet" in fatima.get(place)
    assert goes_to(fatima.press(place, f"{place}/terug")) == case
    for page in (fatima.get(case), sanne.get(case), sanne.get(task)):
        assert not re.search(MOVED, text_of(page))


def test_another_day_than_was_shown_is_shown_first(sanne: Person, fatima: Person) -> None:
    task = sanne.start()
    case, place = f"/zaken/{task.split('/')[2]}", f"{task}/termijn"
    page = fatima.get(place)
    last = last_day(page)
    first = re.search(r' min="([\d-]+)"', page)
    assert first
    seen = fatima.send(fatima.form(place, place), {"dag": first[1], "reden": "vt"})
    changed = fatima.send(shown_form(seen.text, place), {"dag": last, "reden": "vt"})
    assert changed.status_code == 200
    assert "Dit gebeurt er" in text_of(changed.text)
    assert "Veilig Thuis" not in text_of(fatima.get(case)).split("Wat er is gebeurd")[0].split("beurt")[-1]


def test_what_is_wrong_is_said_and_what_was_chosen_stays(sanne: Person, fatima: Person) -> None:
    place = f"{sanne.start()}/termijn"
    refused = fatima.send(fatima.form(place, place), {"dag": "morgen"})
    assert refused.status_code == 422
    told = text_of(refused.text)
    assert "Kies een dag." in told
    assert "Kies een reden." in told
    far = fatima.send(fatima.form(place, place), {"dag": "2099-01-05", "reden": "later"})
    assert far.status_code == 422
    assert re.search(r"Kies een werkdag van \d+-\d+-\d{4} tot en met", text_of(far.text))
    assert 'value="later" checked' in far.text


def test_the_page_of_a_task_about_acute_danger_says_that_nothing_can_be_moved(
    sanne: Person, fatima: Person
) -> None:
    task = sanne.start()
    case = f"/zaken/{task.split('/')[2]}"
    assert f'href="{task}/termijn"' in fatima.get(case)
    alarm = goes_to(sanne.send(sanne.form(f"{case}/bellen")))
    assert "/termijn" not in fatima.get(case)
    told = text_of(fatima.get(f"{alarm}/termijn"))
    assert "niets te verzetten" in told
