"""Living through a case at the desk, through requests: nothing is sent, and nothing of a case is stored."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask

from meldcode import definition, desk
from meldcode.rehearse import play, read_example
from meldcode.store.tables import cases, mails
from tests.databases import beneath
from tests.web.person import Person, SeenForm, forms, heading
from tests.web.test_desk_pages import _home, database, text_of
from tests.web.test_desk_papers import change

PLACE = "/ontwerp/oefenen"


@pytest.fixture
def wieke(app: Flask) -> Person:
    return Person(app).sign_in("wieke")


class Rehearsing:
    """Somebody at the page: what she sees, and the buttons she presses."""

    def __init__(self, person: Person) -> None:
        self.person = person
        form = next(one for one in forms(person.get(PLACE)) if one.action.endswith("/begin"))
        self.page = ""
        self.press(form, {"dag": "2026-09-07", "doe": "begin"})

    def press(self, form: SeenForm, more: dict[str, str], code: int = 200) -> str:
        answer = self.person.send(form, more)
        assert answer.status_code == code, answer.text[:3000]
        self.page = answer.text
        return self.page

    def form(self, action: str, holds: str) -> SeenForm:
        return next(
            one
            for one in forms(self.page)
            if one.action.endswith(action) and holds in {*one.fields, *(name for name, _ in one.buttons)}
        )

    def clock(self, what: str, code: int = 200) -> str:
        form = next(
            one for one in forms(self.page) if one.action.endswith("/verder") and "_taak" not in one.fields
        )
        return self.press(form, {"_doe": what}, code)

    def answer(self, code: int = 200, **answers: str) -> str:
        """Finish the task that is open on the page, each question answered."""
        for _ in range(6):
            form = self.form("/verder", "_taak")
            sent = {name: values[0] for name, values in form.filled(answers).items() if len(values) == 1}
            done = self.person.send(form, {**sent, "_doe": f"taak:{form.fields['_taak'][0]}"})
            self.page = done.text
            if done.status_code != 422:
                break
        assert done.status_code == code, text_of(done.text)[:3000]
        return self.page

    @property
    def told(self) -> str:
        return text_of(self.page)

    @property
    def kept(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.form("/bewaar", "_naam").fields["_verloop"][0])
        return found


def test_a_case_is_lived_through_and_nothing_of_it_is_stored(app: Flask, wieke: Person) -> None:
    assert "Oefenen met een zaak" in wieke.get("/ontwerp")
    at = Rehearsing(wieke)
    assert heading(at.page) == "Het is maandag 7 september 2026, 9.00 uur"
    assert "1 Signalen in kaart brengen" in at.told
    assert "Als niemand iets doet" in at.told
    at.clock("termijn")
    assert "herinnering: mail “herinnering” aan de leerkracht" in at.told
    latest = at.page[at.page.index('role="status"') :]
    assert text_of(latest[: latest.index("</ul>")]).startswith('role="status"> De tijd gaat door. de termijn')
    at.clock("werkdag")
    at.answer()
    assert "nieuwe taak voor de leerkracht: " in at.told
    at.clock("acuut")
    assert "Acuut gevaar gemeld" in at.told
    with beneath(database(app)).connect() as connection:
        for table in (cases, mails):
            assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 0


def test_answers_that_the_form_refuses_come_back_with_what_was_typed(wieke: Person) -> None:
    at = Rehearsing(wieke)
    before = at.kept
    form = at.form("/verder", "_taak")
    name = next(name for name, kind in form.kinds.items() if kind == "textarea")
    at.press(form, {"_doe": f"taak:{form.fields['_taak'][0]}", name: "Dit typte ik."}, 422)
    assert "Dit typte ik." in at.page
    assert 'aria-invalid="true"' in at.page
    assert at.kept == before


def test_a_row_of_a_list_is_added_without_a_script(wieke: Person) -> None:
    at = Rehearsing(wieke)
    form = at.form("/verder", "_taak")
    button = next(name for name, _ in form.buttons if name.startswith("_add:"))
    rows = form.fields[f"_rows:{button[5:]}"][0]
    at.press(form, {button: "1"})
    assert at.form("/verder", "_taak").fields[f"_rows:{button[5:]}"][0] == str(int(rows) + 1)


def test_one_steps_back_and_takes_the_other_branch(wieke: Person) -> None:
    at = Rehearsing(wieke)
    first = at.kept
    at.answer()
    at.clock("terug:0")
    assert at.kept == first
    at.clock("acuut")
    assert len(at.kept["moment"]) == 1  # type: ignore[arg-type]


def test_the_clock_goes_to_a_day_and_no_day_before_it(wieke: Person) -> None:
    at = Rehearsing(wieke)
    at.press(at.form("/verder", "_dag"), {"_doe": "dag", "_dag": "2026-10-12"})
    assert heading(at.page).startswith("Het is maandag 12 oktober 2026")
    at.press(at.form("/verder", "_dag"), {"_doe": "dag", "_dag": "2026-09-12"}, 422)
    assert "Kies een dag die nog komt" in at.told
    at.press(at.form("/verder", "_dag"), {"_doe": "dag", "_dag": "morgen"}, 422)
    assert heading(at.page).startswith("Het is maandag 12 oktober 2026")


def test_somebody_is_away_and_the_stand_in_or_nobody_gets_the_mail(app: Flask, wieke: Person) -> None:
    at = Rehearsing(wieke)
    away = at.form("/verder", "_afwezig_van")
    at.press(away, {"_doe": "afwezig", "_afwezig": "leerkracht", "_afwezig_van": "2026-09-08"})
    assert "Leerkracht vanaf dinsdag 8 september 2026" in at.told
    assert "nu afwezig" not in at.told
    before = at.told
    assert (
        "; die is er niet, de mail komt bij de intern begeleider" in before
    )  # what goes when nobody does anything
    at.clock("termijn")
    assert "nu afwezig" in at.told
    assert "aan de leerkracht; die is er niet, de mail komt bij de intern begeleider" in at.told
    # it goes along into the example that is kept, and is read there
    saved = wieke.send(at.form("/bewaar", "_naam"), {"_naam": "Zonder leerkracht"})
    path = "examples/zonder-leerkracht.toml"
    assert saved.headers["Location"] == f"/ontwerp/oefenen?bewaard={path}"
    assert "Het voorbeeld “Zonder leerkracht” staat in het ontwerp." in text_of(
        wieke.get(saved.headers["Location"])
    )
    contents = desk.read(database(app), _home(app)).contents
    example = read_example(contents[path], path)
    assert play(definition.read_files(contents), example).as_expected
    assert [(one.role, one.last) for one in example.away] == [("leerkracht", None)]
    # she was there after all: the same moves, another mail
    at.clock("terugkeer:0")
    assert "die is er niet" not in at.told
    assert "away" not in at.kept
    for role, first, until in (
        ("leerkracht", "", ""),
        ("leerkracht", "gisteren", ""),
        ("leerkracht", "2026-09-08", "2026-09-07"),
        ("spook", "2026-09-08", ""),
    ):
        given = {"_afwezig": role, "_afwezig_van": first, "_afwezig_tot": until}
        at.press(at.form("/verder", "_afwezig_van"), {"_doe": "afwezig", **given}, 422)
        assert "away" not in at.kept, given
    for number in range(1, 21):
        day = f"2026-10-{number:02}"
        given = {"_afwezig": "directeur", "_afwezig_van": day, "_afwezig_tot": day}
        at.press(at.form("/verder", "_afwezig_van"), {"_doe": "afwezig", **given})
    at.press(at.form("/verder", "_afwezig_van"), {"_doe": "afwezig", **given}, 422)
    assert "Er zijn al genoeg mensen afwezig" in at.told


def test_a_random_story_is_told_and_saved_as_an_example_that_plays_as_it_went(
    app: Flask, wieke: Person
) -> None:
    form = next(one for one in forms(wieke.get(PLACE)) if one.action.endswith("/begin"))
    at = Rehearsing(wieke)
    at.press(form, {"dag": "2026-09-07", "doe": "willekeurig", "getal": "12"})
    assert len(at.kept["moment"]) > 2  # type: ignore[arg-type]
    at.press(at.form("/bewaar", "_naam"), {"_naam": "!!"}, 422)
    saved = wieke.send(at.form("/bewaar", "_naam"), {"_naam": "Mijn verhaal: één"})
    path = "examples/mijn-verhaal-een.toml"
    assert saved.headers["Location"] == f"/ontwerp/oefenen?bewaard={path}"
    contents = desk.read(database(app), _home(app)).contents
    version = definition.read_files(contents)
    example = read_example(contents[path], path)
    assert example.title == "Mijn verhaal: één"
    assert play(version, example).differences == ()
    beside = text_of(wieke.get(f"/ontwerp/tekst/{path}"))
    assert "Zo gaat deze zaak nu Precies zoals in dit voorbeeld staat." in beside
    assert "maandag 7 september 2026 9.00 uur de zaak begint" in beside
    again = wieke.send(at.form("/bewaar", "_naam"), {"_naam": "Mijn verhaal: één!"})
    assert again.status_code in (303, 409)


def test_the_diagram_marks_where_the_case_stands(wieke: Person) -> None:
    at = Rehearsing(wieke)
    addresses = [unescape(one) for one in re.findall(r'<img src="([^"]+)"', at.page)]
    assert addresses
    picture = wieke.client.get(addresses[0])
    assert picture.mimetype == "image/svg+xml"
    assert 'class="userTask current" data-element="signalen"' in picture.text
    assert "sandbox" in picture.headers["Content-Security-Policy"]


def test_questions_that_an_answer_brings_up_are_asked_for_by_the_script(wieke: Person) -> None:
    at = Rehearsing(wieke)
    form = at.form("/verder", "_taak")
    live = re.search(r'data-live="([^"]+)"', at.page)
    assert live
    form.action = live[1]
    asked = wieke.send(form, {})
    assert asked.status_code == 200
    assert "<form" not in asked.text
    assert 'name="' in asked.text


@pytest.mark.parametrize(
    "kept", ["", "x", "[]", "[" * 5000, '{"start": 1}', '{"start":"2026-09-07T09:00:00+02:00","moment":[3]}']
)
def test_what_no_page_of_ours_sent_leads_back_to_the_beginning(wieke: Person, kept: str) -> None:
    at = Rehearsing(wieke)
    form = at.form("/verder", "_taak")
    answer = wieke.send(form, {"_verloop": kept, "_doe": "termijn"})
    assert answer.status_code == 422
    assert heading(answer.text) == "Oefenen met een zaak"


def test_a_move_that_the_draft_no_longer_has_is_said(wieke: Person) -> None:
    at = Rehearsing(wieke)
    form = at.form("/verder", "_taak")
    kept = {"start": "2026-09-07T09:00:00+02:00", "moment": [{"complete": "bestaat_niet"}]}
    answer = wieke.send(form, {"_verloop": json.dumps(kept), "_doe": "termijn"})
    assert answer.status_code == 422
    assert "bestaat_niet" in answer.text


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "", "morgen"])
def test_a_day_that_no_calendar_has_begins_nothing(wieke: Person, day: str) -> None:
    form = wieke.form(PLACE, f"{PLACE}/begin")
    assert wieke.send(form, {"dag": day, "doe": "begin"}).status_code == 422


@pytest.mark.parametrize(
    ("what", "code"), [("iets", 404), ("taak:bestaat-niet", 409), ("kies:x", 200), ("terug:x", 200)]
)
def test_buttons_that_are_not_there_do_nothing(wieke: Person, what: str, code: int) -> None:
    at = Rehearsing(wieke)
    answer = wieke.send(at.form("/verder", "_taak"), {"_doe": what})
    assert answer.status_code == code


def test_who_does_not_design_does_not_rehearse(app: Flask, wieke: Person) -> None:
    at = Rehearsing(wieke)
    kept = json.dumps(at.kept)
    sanne = Person(app).sign_in("sanne")
    sanne.get(PLACE, 403)
    form = forms(sanne.get("/"))[0]
    form.action, form.fields["_verloop"], form.kinds["_verloop"] = f"{PLACE}/verder", [kept], "hidden"
    assert sanne.send(form, {"_doe": "termijn"}).status_code == 403


def test_the_examples_of_the_draft_are_played_again_and_what_differs_is_said(wieke: Person) -> None:
    form = wieke.form(PLACE, f"{PLACE}/voorbeelden")
    assert "Alle voorbeelden gaan zoals verwacht." in wieke.send(form).text
    change(wieke, "examples/melding.toml", 'outcome = "gemeld"', 'outcome = "hulp"')
    played = text_of(wieke.send(form).text)
    assert "1 voorbeeld gaat nu anders dan verwacht." in played
    assert "de uitkomst zou “hulp” zijn, maar is “gemeld”" in played


def test_an_example_is_opened_and_left_for_another_branch(wieke: Person) -> None:
    at = Rehearsing(wieke)
    form = wieke.form(PLACE, f"{PLACE}/voorbeeld")
    at.press(form, {"voorbeeld": "examples/melding.toml"})
    assert "De zaak is afgesloten" in at.told
    at.clock("terug:2")
    assert len(at.kept["moment"]) == 2  # type: ignore[arg-type]
    assert wieke.send(form, {"voorbeeld": "examples/nergens.toml"}).status_code == 404
