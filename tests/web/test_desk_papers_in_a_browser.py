"""Comparing, the document and taking cases along in a real Chromium: at both widths, axe 0, CSP 0."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, expect

from tests.browsing import follow
from tests.web.person import Person
from tests.web.test_desk import DIAGRAM
from tests.web.test_desk_papers import change, put_in_force
from tests.web.test_holding_in_a_browser import see
from tests.web.test_in_a_browser import Refusals, sign_in
from tests.web.test_in_a_browser import window as window

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.mark.timeout(600)
def test_the_pages_of_the_desk_that_are_also_paper_are_accessible_and_break_no_policy(
    app: Flask, window: BrowserContext
) -> None:
    sanne, wieke = Person(app).sign_in("sanne"), Person(app).sign_in("wieke")
    sanne.finish(sanne.start())
    sanne.start()
    put_in_force(app, (b'"signalen"', b'"zien"'))
    page = window.new_page()
    refusals = Refusals(page)
    sign_in(page, "Wieke")
    page.goto("/ontwerp/overzetten")
    follow(page.get_by_role("button", name="Bekijk wat er gebeurt"))
    see(page, "what moving would do")
    page.get_by_label("Ik heb gezien welke zaken overgaan").check()
    follow(page.get_by_role("button", name="Begin met overzetten"))
    page.goto("/ontwerp/overzetten?ververs=nee")  # it would go away under the eyes of axe
    expect(page.get_by_role("progressbar")).to_be_visible()
    see(page, "moving cases")

    change(wieke, DIAGRAM, 'name="4 Wegen van het geweld"', 'name="4 Afwegen"')
    page.goto("/ontwerp/vergelijk")
    expect(page.get_by_text("wordt “4 Afwegen”")).to_be_visible()
    see(page, "comparing")
    # on paper there are lines to sign on, and nothing to press
    page.emulate_media(media="print")
    expect(page.get_by_role("columnheader", name="Handtekening")).to_be_visible()
    expect(page.get_by_role("button", name="Vergelijk")).to_be_hidden()
    page.emulate_media(media="screen")
    expect(page.get_by_role("columnheader", name="Handtekening")).to_be_hidden()

    page.goto("/ontwerp/document")
    see(page, "document")
    assert refusals.heard == []
