"""A policy officer's whole road, in a real Chromium, with the pages' own controls and nothing else.

From a sector's basis to a version that holds: a tighter ladder, a question that decides which way a case
goes, a step drawn anew, the law broken and mended, rehearsed, compared, published. Then five hundred open
cases, some of which cannot go along; and what the clock does with each kind of case afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import BrowserContext, Locator, Page, expect

from meldcode import audit, chores, clock, desk, engine, publishing
from meldcode.diagram.model import CalendarKind
from meldcode.moves import Changes, load, take
from meldcode.store import Database, scoped
from meldcode.store.tables import cases, due, mails, tasks
from meldcode.workdays import Calendar, parse_timer
from tests.browsing import PATIENCE, follow
from tests.web.filling import fill
from tests.web.open_cases import Staff
from tests.web.test_desk_editors import found, open_editor, saved, violations
from tests.web.test_desk_pages import _home, database
from tests.web.test_holding_in_a_browser import PICTURES, begin, see, switch
from tests.web.test_in_a_browser import Refusals, finish, go_on, sign_in
from tests.web.test_in_a_browser import window as window

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(1200)]

DRAWING, LIST = "/ontwerp/diagram/meldcode.bpmn", "/ontwerp/stappen/meldcode.bpmn"
QUESTION = "Hebt u letsel gezien?"
REPLACED, NEW_STEP = "Zonder vermoeden afsluiten", "Afsluiten na meekijken"
#: Where the open cases stand when the new version comes: how many at each task.
CROWD = {"signalen": 60, "overleg": 120, "gesprek": 80, "wegen": 180, "besluit": 40, "vroeg_afsluiten": 20}
STAY = CROWD["vroeg_afsluiten"]
#: After how many weekdays who gets which mail about step 4.
OLD_LADDER = [
    (2, "leerkracht", "herinnering"),
    (4, "leerkracht", "herinnering"),
    (5, "intern-begeleider", "aan-de-beurt"),
    (7, "directeur", "aan-de-beurt"),
]
NEW_LADDER = [(after, *told) for after, (_, *told) in zip((1, 2, 3, 5), OLD_LADDER, strict=True)]
NOT_INJURED = {"extra_advies": "nee", "letsel_gezien": "nee", "overleg_bevinding": "gesprek"}
GO_ON = {
    "afsluiten_keuze": "verder",
    "vroeg_afsluiten_bevinding": "Wij maken ons toch zorgen.",
    "vroeg_afsluiten_datum": "2026-09-07",
}
TALKED = {"gesprek_keuze": "gevoerd", "gesprek_bevinding": "verder"}


@pytest.fixture(autouse=True)
def _patient() -> Iterator[None]:
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=5_000)


@dataclass
class Cases:
    """The organisation's cases as they are stored, and the clock."""

    db: Database
    home: UUID

    @cached_property
    def calendar(self) -> Calendar:
        with self.db.reading(self.home) as tx:
            return publishing.calendar(tx)

    def rows(self, statement: Any) -> list[Any]:
        with self.db.reading(self.home) as tx:
            return list(tx.execute(statement))

    @property
    def versions(self) -> dict[UUID, str]:
        return {row.id: row.version for row in self.rows(sa.select(cases).where(scoped(cases)))}

    @property
    def deadlines(self) -> dict[tuple[UUID, UUID | None], datetime | None]:
        """When each case is woken next, and when each open task is due."""
        waking = {(row.case, None): row.at for row in self.rows(sa.select(due).where(scoped(due)))}
        return waking | {
            (row.case, row.id): row.due_at for row in self.rows(sa.select(tasks).where(scoped(tasks)))
        }

    def at(self, node: str) -> list[UUID]:
        found = sa.select(tasks.c.case).where(scoped(tasks), tasks.c.node == node)
        return [row.case for row in self.rows(found)]

    def told(self, case: UUID) -> list[tuple[int, str, str]]:
        """Let nobody do anything to a case at step 4: after how many weekdays who is told, by which mail."""
        standing = sa.select(tasks.c.since).where(
            scoped(tasks), tasks.c.case == case, tasks.c.node == "wegen"
        )
        [since] = [row.since for row in self.rows(standing)]
        about = sa.select(mails).where(
            scoped(mails), mails.c.case == case, mails.c.timer.contains("/mail_wegen")
        )
        told: dict[str, tuple[int, str, str]] = {}
        for days in range(1, 10):
            moment = self.calendar.due(since, parse_timer(f"P{days}D"), CalendarKind.WEEKDAGEN)
            self.wake(case, moment)
            for row in self.rows(about):
                told.setdefault(row.timer, (days, row.role, row.template))
        return list(told.values())

    def wake(self, case: UUID, moment: datetime) -> None:
        """What a tick does, to this case only: the others stand where they are."""
        with self.db.transaction(self.home) as tx:
            found = load(tx, case)
            assert found is not None
            changes = Changes(tx, moment)
            changes.add(found, take(found, engine.Wake(), moment), action="timers_fired")
            changes.save()


@dataclass
class Designer:
    """Wieke at the desk: every page she comes by is looked at once."""

    page: Page
    db: Database

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("region", name="Eigenschappen")

    def look(self, where: str) -> None:
        """An editor: nothing for axe to say, and a picture for who wants to see it."""
        assert violations(self.page) == [], where
        if PICTURES:
            self.page.screenshot(path=f"{PICTURES}/{where.replace(' ', '-')}.png")

    def choose(self, step: str) -> None:
        """Open the drawing at a step, by the list beside it."""
        open_editor(self.page, DRAWING)
        self.panel.get_by_role("button", name=step, exact=True).click()
        expect(self.panel.get_by_label("Naam", exact=True)).to_have_value(step)

    def choice_after(self, step: str, question: str) -> None:
        """Open the drawing at the choice that comes after a step, with the keyboard."""
        self.choose(step)
        self.page.locator(".desk-canvas svg").first.focus()
        self.page.keyboard.press("Alt+ArrowRight")
        expect(self.panel.get_by_label("Vraag", exact=True)).to_have_value(question)

    def rung(self, says: str, days: int) -> None:
        """Change after how many days one reminder of the step comes."""
        level = self.panel.locator(".desk-level").filter(has_text=says)
        if level.get_attribute("open") is None:
            level.locator("summary").click()
        amount = level.get_by_label("Na", exact=True)
        amount.fill(str(days))
        amount.blur()
        expect(self.panel.locator(".desk-level > summary").filter(has_text=says)).to_have_count(0)

    def way(self, to: str) -> Locator:
        """One way out of the choice, open to be changed."""
        way = self.panel.locator(".desk-level").filter(has_text=f"Naar {to}")
        if way.get_attribute("open") is None:
            way.locator("> summary").click()
        return way

    def step(self, name: str) -> Locator:
        heading = self.page.get_by_role("heading", name=name, exact=True)
        return self.page.locator(".desk-item").filter(has=heading)

    def play_every_case(self) -> None:
        """Ask for the proof on the page, and do what a worker's tick does."""
        self.page.goto("/ontwerp/publiceren")
        follow(self.page.get_by_role("button", name="Alle zaken naspelen"))
        expect(self.page.get_by_text("Alle zaken worden nagespeeld")).to_be_visible()
        assert desk.prove_waiting(self.db, clock.real()) == 1
        # the page waits for it by itself, and shows what came of it
        expect(self.page.get_by_text(re.compile(r"^Nagespeeld: \d"))).to_be_visible()


# --- the road ------------------------------------------------------------------------------------------


def test_a_code_is_made_stricter_published_and_open_cases_go_along(
    app: Flask, window: BrowserContext
) -> None:
    db, home = database(app), _home(app)
    stored, staff = Cases(db, home), Staff(db, home)
    open_many(staff, clock.real())
    before, [old] = stored.deadlines, set(stored.versions.values())
    was_weighing = stored.at("wegen")
    assert len(stored.versions) == sum(CROWD.values()) == 500

    page = window.new_page()
    refusals = Refusals(page)
    sign_in(page, "Wieke")
    wieke = Designer(page, db)
    begin_from_the_basis(page)
    tighten_the_ladder(wieke)
    ask_about_injuries(wieke)
    let_the_answer_decide(wieke)
    draw_a_step_anew(wieke)
    break_the_law_and_mend_it(wieke)
    live_through_a_case(page)
    compare_and_publish(wieke)
    assert set(stored.versions.values()) == {old}  # publishing moves nobody
    move_stop_and_go_on(page, db)
    assert refusals.heard == []

    stayed = [case for case, version in stored.versions.items() if version == old]
    assert len(stayed) == STAY
    assert set(stayed) == set(stored.at("vroeg_afsluiten"))
    assert stored.deadlines == before

    newest = a_colleague_begins(window)
    assert stored.versions[newest] != old
    assert stored.told(newest) == NEW_LADDER
    # who was at step 4 already keeps what was promised; who comes there now has the new terms
    assert stored.told(was_weighing[0]) == OLD_LADDER
    coming, later = stored.at("gesprek")[0], clock.real()
    staff.bring_to("wegen", coming, later)
    assert stored.told(coming) == NEW_LADDER
    # a case that could not go along ends on the version it began with
    staff.complete(stayed[0], "vroeg_afsluiten", "Fatima", later, GO_ON)
    staff.bring_to("wegen", stayed[0], later)
    assert stored.versions[stayed[0]] == old
    assert stored.told(stayed[0]) == OLD_LADDER
    assert audit.verify(db, home) == []


def open_many(staff: Staff, now: datetime) -> None:
    """The crowd, each begun at a minute of its own, so that each has deadlines of its own."""
    places = [place for place, many in CROWD.items() for _ in range(many)]
    for minutes, place in enumerate(places, start=10):
        staff.open_at(place, now - timedelta(minutes=minutes))


def begin_from_the_basis(page: Page) -> None:
    """A first code from the basis of her sector; nothing is changed but what she says."""
    page.goto("/ontwerp")
    follow(page.get_by_role("link", name="Beginnen met vragen"))
    page.get_by_role("radio", name=re.compile("^Onderwijs")).check()
    see(page, "road 01 what to begin from")
    follow(page.get_by_role("button", name="Naar de vragen"))
    see(page, "road 02 questions")
    follow(page.get_by_role("button", name="Bekijk wat dit wordt"))
    see(page, "road 03 what the answers make")
    follow(page.get_by_role("button", name="Zet dit in het ontwerp"))
    expect(page.get_by_text("Uw antwoorden staan in het ontwerp")).to_be_visible()
    see(page, "road 04 desk")


def tighten_the_ladder(wieke: Designer) -> None:
    """Step 4 reminds sooner. A ladder on which the escalation comes first is refused."""
    page, weighing = wieke.page, "4 Wegen van het geweld"
    wieke.choose(weighing)
    wieke.rung("Na 5 weekdagen krijgt de intern begeleider", 2)
    refused = page.locator(".desk-finding[data-kind=error]").filter(has_text="loopt niet op")
    expect(refused.first).to_contain_text("Zo herstelt u het")
    wieke.look("road 05 ladder that does not ascend")
    saved(page)
    page.goto("/ontwerp/publiceren")
    expect(page.get_by_text("loopt niet op").first).to_be_visible()
    expect(page.get_by_role("button", name="Alle zaken naspelen")).to_have_count(0)
    see(page, "road 06 nothing to publish")

    wieke.choose(weighing)
    wieke.rung("Na 2 weekdagen krijgt de intern begeleider", 5)
    for says, days in (("Na 2 weekdagen", 1), ("Na 4 weekdagen", 2), ("Na 5 weekdagen", 3), ("Na 7", 5)):
        wieke.rung(says, days)
    expect(wieke.panel.get_by_text("Na 5 weekdagen krijgt de directeur")).to_be_visible()
    expect(found(page)).to_have_text("geen")
    saved(page)
    wieke.look("road 07 tighter ladder")


def ask_about_injuries(wieke: Designer) -> None:
    """One more question at step 2."""
    page = wieke.page
    open_editor(page, "/ontwerp/formulier/forms/overleg.form")
    page.get_by_label("Vraag toevoegen").select_option(label="Keuzes (één antwoord)")
    for label, words in (("Vraag", QUESTION), ("Uitleg onder de vraag", "Een blauwe plek of een wond.")):
        page.get_by_label(label, exact=True).fill(words)
        page.get_by_label(label, exact=True).blur()
    for _ in range(2):
        page.get_by_role("button", name="Naar boven", exact=True).click()
    asked = page.frame_locator("iframe").get_by_role("radiogroup", name=QUESTION)
    expect(asked).to_contain_text("Nee")
    saved(page)
    wieke.look("road 08 question")


def let_the_answer_decide(wieke: Designer) -> None:
    """Who saw an injury has it looked at, whatever else she asked for."""
    wieke.choice_after("Advies vragen aan Veilig Thuis", "Letsel laten beoordelen?")
    way = wieke.way("Letsel laten beoordelen")
    way.get_by_role("button", name="Nog een regel").click()
    row = way.get_by_role("group", name="Regel 2")
    row.get_by_label("Antwoord").select_option(label=f"{QUESTION} (letsel_gezien)")
    expect(row.get_by_label("Waarde")).to_have_value("ja")
    way.get_by_label("Hoe horen de regels bij elkaar?").select_option(label="Minstens één regel is zo")
    expect(way.locator("> summary")).to_contain_text(f"of ‘{QUESTION}’ is ‘Ja’")
    expect(found(wieke.page)).to_have_text("geen")
    saved(wieke.page)
    wieke.look("road 09 condition")


def draw_a_step_anew(wieke: Designer) -> None:
    """In the list of steps: a new one, with its form, its kind and its ladder, in the place of an old one."""
    page = wieke.page
    open_editor(page, LIST)
    wieke.step(REPLACED).get_by_role("button", name="Wijzigen").click()
    page.get_by_role("button", name="Stap hierna toevoegen").click()
    name = page.get_by_label("Naam", exact=True)
    expect(name).to_have_value("Nieuwe stap")
    name.fill(NEW_STEP)
    name.blur()
    page.get_by_label("Formulier", exact=True).select_option("forms/vroeg-afsluiten.form")
    page.get_by_text("Wat voor stap is dit?").click()
    page.get_by_role("checkbox", name="Afsluiten").check()
    page.get_by_role("button", name="Herinnering en escalatie toevoegen").click()
    page.get_by_role("dialog").get_by_role("button", name="Tekenen").click()
    expect(wieke.step(NEW_STEP)).to_contain_text(
        "Na 2 werkdagen krijgt de intern begeleider een herinnering."
    )
    wieke.look("road 10 step in the list")
    wieke.step(REPLACED).get_by_role("button", name="Wijzigen").click()
    page.locator(".desk-fields summary").filter(has_text=re.compile("^Meer$")).click()
    page.locator(".desk-fields").get_by_role("button", name="Verwijderen").click()
    expect(wieke.step(REPLACED)).to_have_count(0)
    expect(wieke.step(NEW_STEP)).to_contain_text("Daarna: Afsluiten?")
    expect(found(page)).to_have_text("geen")
    saved(page)


def break_the_law_and_mend_it(wieke: Designer) -> None:
    """Doubt that leads to a decision instead of to Veilig Thuis: seen as a story, and not to be published."""
    page = wieke.page

    def tick(on: bool) -> None:
        wieke.choice_after("Afwegingskader", "Is het advies duidelijk?")
        box = wieke.way("5 Beslissen").get_by_role("checkbox", name="veilig-thuis")
        box.set_checked(on)
        expect(box).to_be_checked(checked=on)
        saved(page)

    tick(True)
    wieke.play_every_case()
    expect(page.get_by_text("Er is twijfel, en toch volgt iets anders").first).to_be_visible()
    expect(page.get_by_label("Wat verandert er, en waarom?")).to_have_count(0)
    page.locator("summary").filter(has_text="Zo gaat het mis bij regel 5").click()
    expect(page.locator(".story").first).to_contain_text("Ik twijfel")
    see(page, "road 11 law broken")
    follow(page.get_by_role("link", name=re.compile("verhaal in de tekening.*regel 5")))
    page.get_by_role("link", name="Volgende").click()
    expect(page.locator(".walk__bar")).to_contain_text("Stap 2 van")
    expect(page.locator(".walk__bar")).to_contain_text("1 Signalen in kaart brengen")
    expect(page.locator(".walk__picture .userTask.here")).to_have_count(1)
    see(page, "road 12 story in the drawing")
    tick(False)


def live_through_a_case(page: Page) -> None:
    """Through the real forms to step 4; nobody does anything there, and who is told is who should be."""
    page.goto("/ontwerp/oefenen")
    page.get_by_label("Op welke dag").fill("2026-09-07")
    see(page, "road 13 rehearsal begins")
    follow(page.get_by_role("button", name="Begin de oefening"))
    for answers in ({"vermoeden_over": "thuis"}, NOT_INJURED, TALKED):
        fill(page, answers)
        follow(page.get_by_role("button", name="Taak afronden"))
    expect(page.locator("#taak").get_by_role("heading", level=2)).to_have_text("4 Wegen van het geweld")
    for day in ("dinsdag 8", "woensdag 9", "donderdag 10", "maandag 14"):
        follow(page.get_by_role("button", name="Naar de volgende termijn"))
        expect(page.get_by_role("heading", level=1)).to_contain_text(f"{day} september 2026")
    see(page, "road 14 rehearsal")
    page.get_by_label("Naam van het voorbeeld").fill("Stap 4 blijft liggen")
    follow(page.get_by_role("button", name="Bewaar in het ontwerp"))


def compare_and_publish(wieke: Designer) -> None:
    page = wieke.page
    page.goto("/ontwerp")
    follow(page.get_by_role("link", name="Naast elkaar bekijken"))
    for told in (
        "Na 7 weekdagen krijgt de directeur bericht”, wordt “Na 5 weekdagen krijgt de directeur bericht”",
        f"Nieuw: de taak “{NEW_STEP}”",
        f"“{QUESTION}”",
    ):
        expect(page.get_by_text(told).first).to_be_visible()
    # what was broken and mended is as it was
    expect(page.get_by_text("De weg van de keuze “Is het advies duidelijk?”")).to_have_count(0)
    see(page, "road 15 compared")
    wieke.play_every_case()
    expect(page.get_by_text("elke regel klopt op elke weg")).to_be_visible()
    page.get_by_label("Wat verandert er, en waarom?").fill(
        "Eerder herinneren; bij letsel kijkt een arts mee."
    )
    see(page, "road 16 publishing")
    follow(page.get_by_role("button", name="Publiceer", exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("Deze versie is gepubliceerd")
    see(page, "road 17 published")


def move_stop_and_go_on(page: Page, db: Database) -> None:
    """Look first; begin, stop half-way, and go on later with what was left."""
    page.goto("/ontwerp/overzetten")
    expect(page.get_by_text("500 open zaken volgen een eerdere versie")).to_be_visible()
    see(page, "road 18 open cases")
    follow(page.get_by_role("button", name="Bekijk wat er gebeurt"))
    facts = page.locator(".told__facts")
    expect(facts).to_contain_text(f"{500 - STAY} zaken")
    expect(facts).to_contain_text(f"{STAY} zaken")
    expect(facts).to_contain_text("wat liep, loopt door en begint niet opnieuw")
    expect(facts).to_contain_text("Er gaat niet meteen een mail uit")
    expect(page.get_by_text(f"De zaak staat bij '{REPLACED}'").first).to_be_visible()
    see(page, "road 19 what moving would do")
    page.get_by_label("Ik heb gezien welke zaken overgaan").check()
    follow(page.get_by_role("button", name="Begin met overzetten"))
    assert chores.do_due(db, clock.real())
    page.goto("/ontwerp/overzetten?ververs=nee")  # it would go away under the eyes of axe
    expect(page.get_by_text("50 van 500 zaken")).to_be_visible()
    see(page, "road 20 moving cases")
    follow(page.get_by_role("button", name="Stop"))
    expect(page.get_by_text("Het overzetten is halverwege gestopt")).to_be_visible()
    see(page, "road 21 stopped")
    assert chores.do_due(db, clock.real()) == 0  # nothing goes on by itself

    follow(page.get_by_role("button", name="Bekijk wat er gebeurt"))
    page.get_by_label("Ik heb gezien welke zaken overgaan").check()
    follow(page.get_by_role("button", name="Begin met overzetten"))
    while chores.do_due(db, clock.real()):
        pass
    page.goto("/ontwerp/overzetten")
    expect(page.get_by_text(f"{STAY} open zaken volgen een eerdere versie")).to_be_visible()
    see(page, "road 22 moved")


def a_colleague_begins(window: BrowserContext) -> UUID:
    """The next case, by Sanne on her own pages: she is asked the new question. Which case it is."""
    page = window.new_page()
    page.goto("/")
    switch(page, "Sanne")
    begin(page)
    finish(page, {"vermoeden_over": "thuis"})
    go_on(page)
    expect(page.get_by_role("radiogroup", name=QUESTION)).to_be_visible()
    finish(page, NOT_INJURED)
    go_on(page)
    finish(page, TALKED)
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("4 Wegen van het geweld")
    return UUID(page.url.split("/taken/")[1].split("/")[0])
