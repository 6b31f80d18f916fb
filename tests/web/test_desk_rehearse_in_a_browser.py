"""Living through a case in a real Chromium: at both widths, axe 0, CSP 0."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browsing import follow
from tests.web.test_holding_in_a_browser import see
from tests.web.test_in_a_browser import Refusals, sign_in
from tests.web.test_in_a_browser import window as window

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.mark.timeout(300)
def test_the_pages_of_a_rehearsal_are_accessible_and_break_no_policy(window: BrowserContext) -> None:
    page = window.new_page()
    refusals = Refusals(page)
    sign_in(page, "Wieke")
    page.goto("/ontwerp/oefenen")
    see(page, "rehearsal begins")
    page.get_by_label("Op welke dag").fill("2026-09-07")
    follow(page.get_by_role("button", name="Begin de oefening"))
    follow(page.get_by_role("button", name="Naar de volgende termijn"))
    follow(page.get_by_role("button", name="Acuut gevaar"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("september 2026")
    see(page, "rehearsal")
    assert refusals.heard == []
