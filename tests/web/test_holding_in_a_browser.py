"""Pools, drafts, notes, incidents and the list per step in a real Chromium: at both widths, axe 0, CSP 0."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browsing import follow
from tests.looking import look
from tests.web.filling import fill
from tests.web.person import Person
from tests.web.test_holding import get_stuck
from tests.web.test_in_a_browser import Refusals, finish, sign_in
from tests.web.test_in_a_browser import window as window

pytestmark = pytest.mark.browser

#: Names a folder for pictures of every page at both widths, to be looked at.
PICTURES = os.environ.get("TEST_PICTURES")


def see(page: Page, where: str) -> None:
    look(page, where)
    if PICTURES:
        for width, height in ((390, 844), (1280, 900)):
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=Path(PICTURES) / f"{where.replace(' ', '-')}-{width}.png", full_page=True)


def switch(page: Page, name: str) -> None:
    follow(page.get_by_role("button", name="Andere persoon"))
    follow(page.get_by_role("button", name=name))


def begin(page: Page) -> None:
    page.goto("/")
    follow(page.get_by_role("button", name="Nieuwe zorg vastleggen"))


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_pages_around_a_tasks_holder_are_accessible_and_break_no_policy(window: BrowserContext) -> None:
    page = window.new_page()
    refusals = Refusals(page)
    sign_in(page, "Sanne")
    begin(page)
    finish(page, {"vermoeden_over": "thuis"})
    follow(page.get_by_role("link", name="Ga hiermee verder"))
    task = page.url
    page.locator("[name=overleg_met]").fill("Fatima")
    expect(page.locator("[data-kept]")).to_contain_text("Concept bewaard: vandaag")
    see(page, "task while a draft is kept")
    follow(page.get_by_role("button", name="Bewaren en later verder"))
    expect(page.get_by_text("concept bewaard: vandaag")).to_be_visible()
    see(page, "tasks with a draft")
    page.goto(task)
    see(page, "task with a draft")
    follow(page.get_by_role("button", name="Taak teruggeven"))
    begin(page)
    page.goto("/")
    see(page, "tasks and a pool")

    switch(page, "Joost")
    see(page, "only a pool")
    follow(page.get_by_role("link", name="Taak voor de rol Leerkracht"))
    see(page, "free task")
    follow(page.get_by_role("button", name="Ik pak dit op"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Overleg")
    see(page, "task taken")
    follow(page.get_by_role("link", name="Bekijk de hele zaak"))
    follow(page.get_by_role("link", name="Iets toevoegen"))
    see(page, "note")
    follow(page.get_by_role("button", name="Toevoegen"))
    expect(page.locator(".problems")).to_be_focused()
    see(page, "note refused")
    page.get_by_label("Contactmoment").check()
    page.get_by_label("Wat was er?").fill("Gebeld met de jeugdarts.\nZij belt morgen terug.")
    follow(page.get_by_role("button", name="Toevoegen"))
    page.get_by_text("Lees wat er is vastgelegd").last.click()
    see(page, "case with a note")
    case = page.url
    follow(page.get_by_role("link", name="Vraag een collega om raad"))
    see(page, "ask for advice")
    follow(page.get_by_role("button", name="Vraag om raad"))
    see(page, "ask refused")
    page.get_by_label("Ingrid").check()
    page.get_by_label("ik twijfel").check()
    page.get_by_label("Wat wilt u weten?").fill("Zou jij nu al met de ouders praten?")
    follow(page.get_by_role("button", name="Vraag om raad"))
    see(page, "advice asked")

    switch(page, "Ingrid")
    page.goto("/")
    see(page, "tasks and a question")
    page.goto(case)
    see(page, "case for who is asked")
    follow(page.get_by_role("link", name="Lees de vraag en geef antwoord"))
    see(page, "advise")
    page.get_by_label("Wat raadt u aan?").fill("Bel eerst samen met Veilig Thuis.")
    follow(page.get_by_role("button", name="Geef raad"))

    switch(page, "Joost")
    page.goto(case)
    follow(page.get_by_role("link", name="Open deze taak"))
    expect(page.get_by_role("heading", name="Raad van een collega")).to_be_visible()
    see(page, "task with advice")

    switch(page, "Henk")
    page.goto(case)
    see(page, "case for a supervisor")
    follow(page.get_by_role("link", name="Aan iemand anders geven").first)
    see(page, "reassign")
    follow(page.get_by_role("button", name="Geef de taak"))
    expect(page.locator(".problems")).to_be_focused()
    see(page, "reassign refused")
    page.get_by_label("Sanne").check()
    page.get_by_label("reageert niet").check()
    follow(page.get_by_role("button", name="Geef de taak"))
    expect(page.locator("main")).to_contain_text("Sanne")
    page.goto("/storingen")
    see(page, "no incidents")
    page.goto("/zaken")
    see(page, "cases per step")
    page.goto("/zaken?stap=melden")
    see(page, "no cases at a step")
    assert refusals.heard == []


def test_incidents_and_late_cases_are_accessible(window: BrowserContext, app: Flask, sanne: Person) -> None:
    get_stuck(app, sanne)
    page = window.new_page()
    refusals = Refusals(page)
    sign_in(page, "Sanne")
    begin(page)
    for _ in range(6):
        follow(page.get_by_role("button", name="Eén werkdag verder"))
    switch(page, "Henk")
    page.goto("/zaken")
    see(page, "cases, late and stuck")
    follow(page.get_by_role("link", name="Bekijk de storingen"))
    see(page, "incidents")
    follow(page.get_by_role("button", name="Probeer opnieuw"))
    expect(page.get_by_role("heading", name="Er zijn geen storingen")).to_be_visible()
    assert refusals.heard == []


def test_without_javascript_a_task_is_given_back_taken_kept_and_hidden(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(
        base_url=address, java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    sign_in(page, "Sanne")
    begin(page)
    follow(page.get_by_role("button", name="Taak teruggeven"))
    follow(page.get_by_role("button", name="Ik pak dit op"))
    page.locator("[name=eigen_indruk]").fill("Stil vandaag.")
    follow(page.get_by_role("button", name="Bewaren en later verder"))
    follow(page.get_by_role("link", name=re.compile("Signalen")))
    expect(page.locator("[name=eigen_indruk]")).to_have_value("Stil vandaag.")
    page.locator("[name=eigen_indruk]").fill("Stil en moe vandaag.")
    follow(page.get_by_role("button", name="Verberg"))
    expect(page).to_have_title("Welkom")
    sign_in(page, "Sanne")
    follow(page.get_by_role("link", name=re.compile("Signalen")))
    expect(page.locator("[name=eigen_indruk]")).to_have_value("Stil en moe vandaag.")
    follow(page.get_by_role("button", name="Concept weggooien"))
    expect(page.locator("[name=eigen_indruk]")).to_have_value("")
    context.close()


def test_leaving_a_page_keeps_what_was_typed_and_hiding_does_too(window: BrowserContext) -> None:
    page = window.new_page()
    sign_in(page, "Sanne")
    begin(page)
    task = page.url
    fill(page, {"vermoeden_over": "thuis"})
    page.locator("[name=eigen_indruk]").fill("Net getypt.")
    page.goto("/zaken")
    for _ in range(20):  # the browser sends it while the next page is on its way
        page.goto(task)
        if page.locator("[name=eigen_indruk]").input_value():
            break
    expect(page.locator("[name=eigen_indruk]")).to_have_value("Net getypt.")
    page.locator("[name=eigen_indruk]").fill("En nog iets.")
    follow(page.get_by_role("button", name="Verberg"))
    expect(page).to_have_title("Welkom")
    sign_in(page, "Sanne")
    page.goto(task)
    expect(page.locator("[name=eigen_indruk]")).to_have_value("En nog iets.")
