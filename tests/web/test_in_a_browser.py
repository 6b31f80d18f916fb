"""The pages in a real Chromium, on a desk and on a telephone: readable, reachable, and within the policy."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.browsing import PATIENCE, follow, next_page
from tests.looking import DESK, TELEPHONE, Sizes, look
from tests.web.filling import fill
from tests.web.person import PASSWORD

pytestmark = pytest.mark.browser


class Refusals:
    """What a page tried and the policy refused, and what else the browser complained about."""

    def __init__(self, page: Page) -> None:
        self.heard: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(str(error)))

    def _console(self, message: ConsoleMessage) -> None:
        # a form that is refused (422) is told by the browser too; that is the page working
        if message.type in ("error", "warning") and "status of 422" not in message.text:
            self.heard.append(message.text)


@pytest.fixture
def window(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """A fresh browser with its cookies, at the address of the pages."""
    width, height = DESK
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": height}, locale="nl-NL"
    )
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


def sign_in(page: Page, name: str) -> None:
    page.goto("/inloggen")
    follow(page.get_by_role("button", name=name))
    expect(page.get_by_role("heading", level=1)).to_have_text("Mijn taken")


def finish(page: Page, answers: dict[str, str]) -> None:
    fill(page, answers)
    follow(page.get_by_role("button", name="Taak afronden"))
    expect(page).to_have_url(re.compile(r"/klaar$"))


def go_on(page: Page) -> None:
    follow(page.get_by_role("link", name="Ga hiermee verder"))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "sizes",
    [
        pytest.param([TELEPHONE], id="telephone"),
        pytest.param([DESK], id="desk", marks=pytest.mark.long),
    ],
)
def test_every_page_is_accessible_and_breaks_no_policy(window: BrowserContext, sizes: Sizes) -> None:
    page = window.new_page()
    refusals = Refusals(page)

    page.goto("/")
    look(page, "sign-in", sizes)
    page.get_by_label("Gebruikersnaam").fill("sanne")
    page.get_by_role("textbox", name="Wachtwoord").fill("verkeerd")
    follow(page.get_by_role("button", name="Inloggen", exact=True))
    expect(page.get_by_role("alert")).to_be_focused()
    look(page, "sign-in refused", sizes)
    page.get_by_role("textbox", name="Wachtwoord").fill(PASSWORD)
    follow(page.get_by_role("button", name="Inloggen", exact=True))
    look(page, "no tasks", sizes)

    follow(page.get_by_role("button", name="Nieuwe zorg vastleggen"))
    look(page, "first task", sizes)
    first_task = page.url
    follow(page.get_by_role("button", name="Taak afronden"))
    expect(page.locator(".problems")).to_be_focused()
    look(page, "task refused", sizes)
    finish(page, {"vermoeden_over": "thuis"})
    look(page, "task done", sizes)
    go_on(page)
    page.get_by_text("Wat er al is vastgelegd").click()
    look(page, "second task, earlier answers open", sizes)
    page.goto(first_task)
    look(page, "task done already", sizes)

    follow(page.get_by_role("link", name="Bekijk de hele zaak"))
    page.get_by_text("Lees wat er is vastgelegd").click()
    look(page, "case", sizes)
    case = page.url
    follow(page.get_by_role("link", name="Acuut gevaar").last)
    look(page, "danger", sizes)
    follow(page.get_by_role("button", name="Ja, er is acuut gevaar"))
    look(page, "acute task", sizes)

    page.goto("/")
    look(page, "tasks", sizes)
    page.goto("/zaken")
    look(page, "cases", sizes)
    page.goto("/demo/mails")
    look(page, "no mails", sizes)
    follow(page.get_by_role("button", name="Andere persoon"))
    follow(page.get_by_role("button", name="Henk"))
    page.goto(case)
    look(page, "case without content", sizes)
    follow(page.get_by_role("button", name="English"))
    look(page, "case in English", sizes)
    follow(page.get_by_role("button", name="Hide"))
    look(page, "hidden", sizes)

    assert refusals.heard == []


def test_the_errors_are_accessible_too(window: BrowserContext) -> None:
    page = window.new_page()
    page.goto("/nergens")
    look(page, "not found, signed out")
    sign_in(page, "Sanne")
    page.goto("/nergens")
    look(page, "not found")


def test_a_case_goes_from_signals_to_weighing_without_javascript(browser: Browser, address: str) -> None:
    context = browser.new_context(
        base_url=address, java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    page.goto("/inloggen")
    follow(page.get_by_role("button", name="Sanne"))
    follow(page.get_by_role("button", name="Nieuwe zorg vastleggen"))
    for answers in (
        {"vermoeden_over": "thuis"},
        {"extra_advies": "nee", "overleg_bevinding": "gesprek"},
        {"gesprek_keuze": "gevoerd", "gesprek_bevinding": "verder"},
    ):
        # what depends on an answer comes after sending: then the same page asks it
        for _ in range(4):
            fill(page, answers, live=False)
            follow(page.get_by_role("button", name="Taak afronden"))
            if page.url.endswith("/klaar"):
                break
        follow(page.get_by_role("link", name="Ga hiermee verder"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Wegen")
    # folding open what others wrote needs no script either
    page.get_by_text("Wat er al is vastgelegd").click()
    expect(page.get_by_role("heading", name="Signalen", exact=False)).to_be_visible()
    context.close()


def test_a_question_that_depends_on_an_answer_appears_at_once_and_keeps_what_was_typed(
    window: BrowserContext,
) -> None:
    page = window.new_page()
    refusals = Refusals(page)
    sign_in(page, "Sanne")
    follow(page.get_by_role("button", name="Nieuwe zorg vastleggen"))
    finish(page, {"vermoeden_over": "thuis"})
    go_on(page)
    page.locator("[name=overleg_met]").fill("Fatima")
    expect(page.locator("[name=overleg_bevinding]")).to_have_count(0)
    page.locator("[name=extra_advies][value=nee]").check()
    expect(page.locator("[name=overleg_bevinding]").first).to_be_visible()
    expect(page.locator("[name=overleg_met]")).to_have_value("Fatima")
    expect(page.locator("[name=extra_advies][value=nee]")).to_be_focused()
    page.locator("[name=extra_advies][value=veilig_thuis]").check()
    expect(page.locator("[name=overleg_bevinding]")).to_have_count(0)
    assert refusals.heard == []


def test_a_draft_that_is_under_way_when_the_task_is_finished_is_let_go(window: BrowserContext) -> None:
    """It would arrive after the task was done, and be refused."""
    page = window.new_page()
    sign_in(page, "Sanne")
    follow(page.get_by_role("button", name="Nieuwe zorg vastleggen"))
    page.route("**/concept", lambda route: None)  # it takes for ever
    with page.expect_request("**/concept"):
        fill(page, {"vermoeden_over": "thuis"})
    page.route(page.url, lambda route: None)  # and the answer to the form is not there yet
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/concept")):
        page.get_by_role("button", name="Taak afronden").dispatch_event("click")


def test_a_double_click_and_the_back_button_end_on_a_friendly_page(window: BrowserContext) -> None:
    page = window.new_page()
    sign_in(page, "Sanne")
    follow(page.get_by_role("button", name="Nieuwe zorg vastleggen"))
    fill(page, {"vermoeden_over": "thuis"})
    with next_page(page):
        page.get_by_role("button", name="Taak afronden").dblclick()
    expect(page).to_have_url(re.compile(r"/klaar$"))
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("taak is")
    expect(page.get_by_role("link", name="Ga hiermee verder")).to_be_visible()


def test_after_hiding_the_back_button_shows_nothing(window: BrowserContext) -> None:
    page = window.new_page()
    sign_in(page, "Sanne")
    follow(page.get_by_role("button", name="Nieuwe zorg vastleggen"))
    follow(page.get_by_role("button", name="Verberg"))
    expect(page).to_have_title("Welkom")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inloggen")


def test_the_menu_opens_with_the_keyboard_and_closes_with_escape(window: BrowserContext) -> None:
    page = window.new_page()
    sign_in(page, "Sanne")
    menu = page.locator(".who summary")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Uitloggen")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Uitloggen")).to_be_hidden()
    expect(menu).to_be_focused()


def test_the_first_tab_leads_to_the_content(window: BrowserContext) -> None:
    page = window.new_page()
    sign_in(page, "Sanne")
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Direct naar de inhoud")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#inhoud")).to_be_focused()


def test_a_first_visit_transfers_less_than_a_photograph(window: BrowserContext) -> None:
    """At most 100 kB before anything is kept, at most 12 kB for a page after that (measured in Chromium)."""
    page = window.new_page()
    session = window.new_cdp_session(page)
    session.send("Network.enable")
    transferred: list[int] = []
    session.on("Network.loadingFinished", lambda event: transferred.append(event["encodedDataLength"]))

    def weight_of(path: str) -> int:
        transferred.clear()
        page.goto(path, wait_until="networkidle")
        return int(sum(transferred))

    assert 10_000 < weight_of("/inloggen") <= 100_000
    sign_in(page, "Sanne")
    assert weight_of("/") <= 12_000
    assert weight_of("/zaken") <= 12_000
