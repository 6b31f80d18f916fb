"""In Chromium: a story walked over the drawing, remarks beside an editor, the cell of a finding."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from tests.web.person import Person
from tests.web.test_desk_editors import complaints, open_editor, saved, sign_in, violations
from tests.web.test_desk_editors import window as window
from tests.web.test_desk_story import WALK, proven

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(240)]


def in_view(page: Page, element: str) -> bool:
    """Is this element of the drawing, with the sentence beside it, within the part that one sees?"""
    seen: bool = page.evaluate(
        """id => { const picture = document.querySelector('.walk__picture'),
             outer = picture.getBoundingClientRect(), within = one => {
               const box = one.getBoundingClientRect();
               return box.left >= outer.left - 1 && box.right <= outer.right + 1
                 && box.top >= outer.top - 1 && box.bottom <= outer.bottom + 1; };
             return within(picture.querySelector(`[data-element="${id}"]`))
               && within(picture.querySelector('.walk__bubble')); }""",
        element,
    )
    return seen


@pytest.mark.parametrize("width", [1280, 390])
def test_a_story_is_walked_with_buttons_and_keys_without_leaving_the_page(
    app: Flask, window: BrowserContext, width: int
) -> None:
    Person(app).sign_in("wieke").get("/ontwerp")
    place = f"/ontwerp/verhaal/{proven(app)}/7"
    page = sign_in(window)
    heard = complaints(page)
    page.set_viewport_size({"width": width, "height": 850})
    page.goto(place)
    told = page.locator(".walk__says")
    bubble = page.locator(".walk__bubble")
    expect(told).to_have_text(WALK[0]["says"])
    assert violations(page) == []
    page.evaluate("window.same = true")
    page.get_by_role("link", name="Volgende").click()
    expect(told).to_have_text(WALK[1]["says"])
    expect(bubble).to_have_text(WALK[1]["says"])
    assert in_view(page, "signalen")
    # who pressed the button can press it again
    page.keyboard.press("Enter")
    expect(told).to_have_text(WALK[2]["says"])
    assert in_view(page, "overleg")
    expect(page.locator('[data-element="overleg"].wrong')).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("ArrowRight")  # there is no further step
    page.keyboard.press("ArrowLeft")
    expect(told).to_have_text(WALK[1]["says"])
    page.get_by_role("listitem").get_by_role("link", name=WALK[0]["says"]).click()
    expect(told).to_have_text(WALK[0]["says"])

    assert page.evaluate("window.same")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.reload()
    expect(told).to_have_text(WALK[0]["says"])
    assert heard == []


def test_a_remark_stands_beside_the_drawing_tied_to_what_is_chosen(window: BrowserContext) -> None:
    page = sign_in(window)
    heard = complaints(page)
    open_editor(page, "/ontwerp/diagram/medewerker.bpmn#aangifte")
    page.locator(".desk-remarks > summary").click()
    expect(page.get_by_text("Gaat over: ‘Aangifte doen en ouders inlichten’")).to_be_visible()
    page.get_by_label("Uw opmerking").fill("Wie belt de ouders?")
    page.get_by_role("button", name="Plaatsen").click()
    remark = page.locator(".desk-remark")
    expect(remark).to_contain_text("Wie belt de ouders?")
    assert violations(page) == []

    open_editor(page, "/ontwerp/stappen/medewerker.bpmn")
    page.locator(".desk-remarks > summary").click()
    remark.get_by_role("button", name="Aangifte doen en ouders inlichten", exact=True).click()
    expect(page.locator("#item-aangifte")).to_have_attribute("data-here", "true")
    remark.get_by_role("button", name="Afgehandeld: Wie belt de ouders?").click()
    expect(remark).to_have_count(0)
    assert heard == []


def test_a_finding_leads_to_its_cell_and_the_overview_leads_there_too(window: BrowserContext) -> None:
    page = sign_in(window)
    heard = complaints(page)
    open_editor(page, "/ontwerp/tabel/weging.dmn")
    cell = page.locator('td[data-row-id="regel_2"][data-col-id="in_acuut"]')
    cell.click()
    page.keyboard.press("Control+a")
    page.keyboard.type('"ja" ja')
    expect(cell).to_have_attribute("data-finding", "error")
    expect(page.locator("[data-finding]")).to_have_count(1)
    saved(page)
    page.locator("td.output-cell").first.click()
    page.get_by_role("button", name="Tabel Afwegingskader, regel 2").click()
    expect(cell.locator(":focus")).to_have_count(1)

    page.goto("/ontwerp")
    page.get_by_role("link", name=re.compile("Ga erheen.*Tabel Afwegingskader, regel 2")).click()
    expect(page.locator("#ontwerp[data-ready=yes]")).to_be_visible()
    expect(cell.locator(":focus")).to_have_count(1)
    assert heard == []
