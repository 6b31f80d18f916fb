"""Moving a deadline in a real Chromium: every page of it at both widths, axe 0, CSP 0."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browsing import follow
from tests.web.test_holding_in_a_browser import begin, see, switch
from tests.web.test_in_a_browser import Refusals, sign_in
from tests.web.test_in_a_browser import window as window

pytestmark = pytest.mark.browser


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_pages_of_a_moved_deadline_are_accessible_and_break_no_policy(window: BrowserContext) -> None:
    page = window.new_page()
    refusals = Refusals(page)
    sign_in(page, "Sanne")
    begin(page)
    task = page.url
    case = task.replace("/taken/", "/zaken/").rsplit("/", 1)[0]
    switch(page, "Fatima")
    page.goto(case)
    follow(page.get_by_role("link", name=re.compile("Termijn verzetten")))
    see(page, "deadline to move")
    follow(page.get_by_role("button", name="Bekijk wat er gebeurt"))
    see(page, "deadline without an answer")
    page.get_by_label("er is een gesprek afgesproken").check()
    day = page.get_by_label("Naar welke dag?")
    day.fill(day.get_attribute("max") or "")
    follow(page.get_by_role("button", name="Bekijk wat er gebeurt"))
    expect(page.get_by_text("Dit gebeurt er")).to_be_visible()
    see(page, "deadline before it is moved")
    follow(page.get_by_role("button", name="Verzet de termijn"))
    see(page, "case with a moved deadline")
    follow(page.get_by_role("link", name=re.compile("Termijn verzetten")))
    page.get_by_text("Zet terug zoals het was").click()
    see(page, "deadline to put back")
    page.goto(f"{case}/herinneringen")
    page.get_by_label("we wachten op Veilig Thuis").check()
    day = page.get_by_label("Vanaf welke dag herinneren we weer?")
    day.fill(day.get_attribute("max") or "")
    follow(page.get_by_role("button", name="Laat herinneringen wachten"))
    page.goto(f"{case.rsplit('/', 1)[0]}")
    see(page, "list with a paused case")
    switch(page, "Sanne")
    page.goto(task)
    see(page, "task with a moved deadline")
    assert refusals.heard == []
