"""The pages about accounts in a real Chromium, on a telephone and at a desk; and without JavaScript."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browsing import PATIENCE, follow
from tests.looking import DESK, TELEPHONE, look
from tests.web.person import PASSWORD
from tests.web.test_in_a_browser import Refusals

pytestmark = pytest.mark.browser
FRESH = "fiets kaas molen lamp"
SCREENSHOTS = os.environ.get("SCREENSHOTS")


@pytest.fixture(
    params=[pytest.param(True, marks=pytest.mark.long), False], ids=["with scripts", "without scripts"]
)
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def window(scripts: bool, browser: Browser, address: str) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=address, locale="nl-NL", java_script_enabled=scripts)
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def seen(page: Page, where: str, scripts: bool) -> None:
    """Looked at by axe and the rest, where scripts run; a picture of it when asked for."""
    if not scripts:
        return
    look(page, where)
    if SCREENSHOTS:
        for width, height in (TELEPHONE, DESK):
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=Path(SCREENSHOTS) / f"{where}-{width}.png", full_page=True)


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.goto("/inloggen")
    page.get_by_label("Gebruikersnaam").fill(name)
    page.get_by_role("textbox", name="Wachtwoord").fill(password)
    follow(page.get_by_role("button", name="Inloggen", exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("Mijn taken")


def link_in_last_mail(page: Page) -> str:
    page.goto("/demo/mails")
    found = re.search(r"/wachtwoord/kiezen/\S+", page.locator(".mail").first.inner_text())
    assert found
    return found[0]


@pytest.mark.timeout(600)
def test_from_invitation_to_signing_out_elsewhere(
    window: BrowserContext, address: str, scripts: bool
) -> None:
    page = window.new_page()
    refusals = Refusals(page)
    page.goto("/wachtwoord/vergeten")
    seen(page, "forgotten", scripts)
    page.get_by_label("Gebruikersnaam").fill("sanne")
    follow(page.get_by_role("button", name="Stuur mij een mail"))
    seen(page, "asked", scripts)

    sign_in(page, "marit")
    page.goto("/mensen")
    page.get_by_label("Naam", exact=True).fill("Nadia")
    page.get_by_label("E-mailadres").fill("nadia@hetvoorbeeld.example")
    page.get_by_label("Gebruikersnaam").fill("sanne")
    page.get_by_label("Leerkracht").check()
    follow(page.get_by_role("button", name="Uitnodigen", exact=True))
    expect(page.get_by_role("alert")).to_contain_text("al in gebruik")
    seen(page, "invitation refused", scripts)
    page.get_by_label("Gebruikersnaam").fill("")
    follow(page.get_by_role("button", name="Uitnodigen", exact=True))
    expect(page.get_by_role("status")).to_contain_text("onderweg")
    follow(page.get_by_role("button", name=re.compile("Sluiten ?: Joost")))
    seen(page, "people", scripts)
    page.get_by_role("link", name="Sanne", exact=True).click()
    page.get_by_label("Wie vervangt?").select_option(label="Fatima")
    page.get_by_role("button", name="Afwezigheid toevoegen").click()
    seen(page, "person", scripts)
    page.goto("/organisatie/vrije-dagen")
    seen(page, "free days", scripts)
    page.get_by_label("Eerste dag").fill("2031-03-05")
    page.get_by_role("button", name="Bekijk wat er verandert").last.click()
    seen(page, "free days, a look ahead", scripts)
    page.get_by_role("button", name="Ja, zo is het goed").click()
    page.goto("/organisatie")
    seen(page, "organisation", scripts)
    page.get_by_role("button", name=re.compile("Ongedaan maken")).first.click()
    expect(page.get_by_role("status").first).to_contain_text("ongedaan gemaakt")

    link = link_in_last_mail(page)
    page.goto("/account")
    page.locator(".who summary").click()
    follow(page.get_by_role("button", name="Uitloggen", exact=True))
    page.goto(link)
    assert page.url.endswith("/wachtwoord/kiezen")
    seen(page, "welcome", scripts)
    page.get_by_label("Nieuw wachtwoord", exact=True).fill("kort en zwak")
    page.get_by_label("Nieuw wachtwoord, nog een keer").fill("anders")
    follow(page.get_by_role("button", name="Wachtwoord bewaren"))
    seen(page, "password refused", scripts)
    page.get_by_label("Nieuw wachtwoord", exact=True).fill(FRESH)
    page.get_by_label("Nieuw wachtwoord, nog een keer").fill(FRESH)
    follow(page.get_by_role("button", name="Wachtwoord bewaren"))
    seen(page, "chosen", scripts)
    page.goto(link)
    seen(page, "link ended", scripts)

    sign_in(page, "nadia@hetvoorbeeld.example", FRESH)
    browser = window.browser
    assert browser is not None
    with browser.new_context(base_url=address, java_script_enabled=False) as elsewhere:
        sign_in(elsewhere.new_page(), "nadia@hetvoorbeeld.example", FRESH)
    page.goto("/account")
    seen(page, "account", scripts)
    follow(page.get_by_role("button", name="Overal uitloggen, behalve hier"))
    expect(page.get_by_role("status")).to_contain_text("overal uitgelogd")
    follow(page.get_by_role("button", name="English").first)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    seen(page, "account in English", scripts)
    page.get_by_label("Present password").fill("fout")
    page.get_by_label("New password", exact=True).fill(FRESH + " extra")
    page.get_by_label("New password, once more").fill(FRESH + " extra")
    follow(page.get_by_role("button", name="Change password"))
    seen(page, "account refused", scripts)

    # a link that has ended is told with 410, which the browser reports as well
    assert [word for word in refusals.heard if "status of 410" not in word] == []
