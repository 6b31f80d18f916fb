"""Nothing that somebody draws is lost: two browsers at one draft, signing in again, leaving too soon."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route, expect

from meldcode import clock, people
from tests.browsing import PATIENCE, follow
from tests.web.person import PASSWORD
from tests.web.test_desk_editors import open_editor, saved, status
from tests.web.test_desk_pages import _home, database
from tests.web.test_in_a_browser import sign_in
from tests.web.test_in_a_browser import window as window

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(300)]

FORM = "forms/aangifte.form"
EDITOR = f"/ontwerp/formulier/{FORM}"


@pytest.fixture(autouse=True)
def _patient() -> Iterator[None]:
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def daan(app: Flask, browser: Browser, address: str) -> Iterator[Page]:
    """A second designer, in a browser of his own."""
    people.create_person(
        database(app),
        _home(app),
        username="daan",
        name="Daan",
        email="daan@hetvoorbeeld.example",
        roles=["kwaliteitsmedewerker"],
        password=PASSWORD,
        now=clock.real(),
    )
    context = browser.new_context(base_url=address, locale="nl-NL", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    sign_in_by_hand(page)
    yield page
    context.close()


def sign_in_by_hand(page: Page) -> None:
    page.goto("/inloggen")
    page.get_by_label("Gebruikersnaam").fill("daan")
    page.get_by_role("textbox", name="Wachtwoord").fill(PASSWORD)
    follow(page.get_by_role("button", name="Inloggen", exact=True))


def ask(page: Page, question: str) -> None:
    """One more question at the end of the form that is open."""
    page.get_by_label("Vraag toevoegen").select_option("textfield")
    page.get_by_label("Vraag", exact=True).fill(question)
    page.get_by_label("Vraag", exact=True).blur()


def kept(window: BrowserContext, path: str = FORM) -> list[str]:
    """What every revision of a file holds, the oldest first."""
    listed = window.request.get(f"/ontwerp/bestand/{path}/revisies").json()["revisions"]
    numbers = sorted(one["revision"] for one in listed)
    return [
        window.request.get(f"/ontwerp/bestand/{path}?revisie={number}").json()["content"]
        for number in numbers
    ]


def test_two_designers_in_two_browsers_see_each_other_and_lose_nothing(
    window: BrowserContext, daan: Page
) -> None:
    wieke = window.new_page()
    sign_in(wieke, "Wieke")
    open_editor(wieke, EDITOR)
    open_editor(daan, EDITOR)
    expect(daan.get_by_text("Wieke werkt ook aan dit bestand.")).to_be_visible()

    # at two files they are never in each other's way
    other = daan.context.new_page()
    open_editor(other, "/ontwerp/formulier/forms/besluit.form")
    ask(other, "Vraag in een ander bestand")
    saved(other)
    ask(daan, "Vraag van Daan")
    saved(daan)
    ask(wieke, "Vraag van Wieke")
    dialog = wieke.get_by_role("dialog")
    expect(dialog).to_contain_text(
        re.compile(r"Daan heeft vandaag om \d\d?\.\d\d uur een andere versie opgeslagen")
    )
    dialog.get_by_role("button", name="Vergelijk").click()
    expect(wieke.get_by_role("dialog")).to_contain_text("Vraag van Daan")
    wieke.get_by_role("dialog").get_by_role("button", name="Neem de mijne").click()
    saved(wieke)

    # what was not chosen stands among the revisions, and one step back shows it again
    revisions = kept(window)
    assert any("Vraag van Daan" in one and "Vraag van Wieke" not in one for one in revisions)
    assert "Vraag van Wieke" in revisions[-1]
    assert "Vraag in een ander bestand" in kept(window, "forms/besluit.form")[-1]
    wieke.reload()
    expect(wieke.locator("#ontwerp[data-ready=yes]")).to_be_visible()
    wieke.get_by_role("button", name="Ongedaan maken").click()
    expect(wieke.get_by_role("heading", name="Vraag van Daan")).to_be_visible()
    saved(wieke)
    assert kept(window)[: len(revisions)] == revisions  # going back adds, and takes nothing away

    # Daan is behind now: he takes over what is there, and what he had just made is kept for him too
    ask(daan, "Nog een van Daan")
    daan.get_by_role("dialog").get_by_role("button", name="Neem de mijne").click()
    saved(daan)
    assert "Nog een van Daan" in kept(window)[-1]


def test_who_signs_in_again_in_another_tab_keeps_what_was_on_the_page(window: BrowserContext) -> None:
    page = window.new_page()
    sign_in(page, "Wieke")
    open_editor(page, EDITOR)
    tab = window.new_page()
    tab.goto("/")
    follow(tab.get_by_role("button", name="Andere persoon"))
    ask(page, "Vraag zonder inloggen")
    expect(status(page)).to_contain_text("Log in op een ander tabblad")
    follow(tab.get_by_role("button", name="Wieke"))
    saved(page)  # by itself, a moment later
    assert "Vraag zonder inloggen" in kept(window)[-1]


def test_what_one_person_made_is_never_saved_as_somebody_elses(window: BrowserContext, daan: Page) -> None:
    page = window.new_page()
    sign_in(page, "Wieke")
    open_editor(page, EDITOR)
    tab = window.new_page()
    tab.goto("/")
    follow(tab.get_by_role("button", name="Andere persoon"))
    sign_in_by_hand(tab)
    before = kept(window)
    ask(page, "Vraag van Wieke")
    expect(status(page)).to_contain_text("iemand anders ingelogd")
    assert kept(window) == before


def test_leaving_while_a_change_is_being_saved_asks_first(window: BrowserContext) -> None:
    page = window.new_page()
    sign_in(page, "Wieke")
    open_editor(page, EDITOR)
    waiting: list[Route] = []
    page.route("**/ontwerp/bestand/**", lambda route: waiting.append(route))
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    ask(page, "Vraag onderweg")
    expect(status(page)).to_contain_text("Bezig met opslaan")
    page.locator(".desk-back").click(no_wait_after=True)
    for _ in range(300):
        if asked:
            break
        page.wait_for_timeout(100)
    assert asked == ["beforeunload"]
    waiting.pop().continue_()
    saved(page)
    assert "Vraag onderweg" in kept(window)[-1]
