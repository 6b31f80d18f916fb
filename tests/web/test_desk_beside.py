"""What stands beside an editor, in a real Chromium: the help that folds, and remarks beside a text."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.web.test_desk_editors import complaints, open_editor, sign_in, violations
from tests.web.test_desk_editors import window as window

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(240)]


def test_help_is_open_the_first_time_and_then_as_it_was_left(window: BrowserContext) -> None:
    page = sign_in(window)
    for place in ("stappen/meldcode.bpmn", "tabel/weging.dmn", "formulier/forms/aangifte.form"):
        open_editor(page, f"/ontwerp/{place}")
        help_ = page.locator("details.desk-tour")
        expect(help_).to_have_attribute("open", "")
        assert violations(page) == [], place
        open_editor(page, f"/ontwerp/{place}")
        expect(help_).not_to_have_attribute("open", "")
        help_.locator("summary").click()
        open_editor(page, f"/ontwerp/{place}")
        expect(help_).to_have_attribute("open", "")


def test_beside_a_mail_there_are_remarks_and_what_was_typed_stays(window: BrowserContext) -> None:
    page = sign_in(window)
    heard = complaints(page)
    page.goto("/ontwerp/tekst/mails/herinnering.md")
    help_ = page.locator("details[data-help]")
    expect(help_).to_have_attribute("open", "")
    expect(help_).to_contain_text("de naam van wie de mail krijgt")
    area = page.get_by_label("Onderwerp en tekst")
    area.fill(area.input_value() + "Nog een regel.")
    page.locator(".desk-remarks summary").click()
    expect(page.get_by_text("Gaat over: het hele bestand")).to_be_visible()
    page.get_by_label("Uw opmerking").fill("Kan dit korter?")
    page.get_by_role("button", name="Plaatsen").click()
    placed = page.locator(".desk-remark").filter(has_text="Kan dit korter?")
    expect(placed).to_contain_text("Wieke, vandaag om")
    expect(area).to_have_value(re.compile(r"Nog een regel\.$"))
    assert violations(page) == []
    placed.get_by_role("button", name="Afgehandeld").click()
    expect(placed).to_have_count(0)
    assert heard == []
