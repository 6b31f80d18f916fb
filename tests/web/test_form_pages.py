"""Forms in a real browser: no accessibility violations, a strict CSP, and complete without JavaScript."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, Route

from meldcode.form import Checked, Form
from tests.browsing import follow, next_page
from tests.unit.form_samples import everything

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "web" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
ADDRESS = "http://formulier.test/"
TODAY = date(2026, 9, 7)
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'"
DOCUMENT = {"opener": "Noor", "referentie": "K7Q2-84"}


class Desk:
    """The smallest site around one form: shows it, takes what is posted, keeps what was accepted."""

    def __init__(self, form: Form, language: str = "nl") -> None:
        self.form, self.language = form, language
        self.accepted: Checked | None = None

    def serve(self, route: Route) -> None:
        """Answers the browser as a server would; the policy is that of a caseworker's page."""
        posted = parse_qs(route.request.post_data or "", keep_blank_values=True)
        body = self.taken(posted) if route.request.method == "POST" else self.page()
        route.fulfill(
            body=body, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY}
        )

    def page(self, values: dict[str, object] | None = None, checked: Checked | None = None) -> str:
        errors = checked.errors if checked else {}
        fields = self.form.render(values or {}, DOCUMENT, errors, self.language, TODAY)
        summary = self.form.error_summary(errors, self.language)
        return self.around(
            f'{summary}<form method="post" novalidate>{fields}'
            '<button name="send" type="submit">Verder</button></form>'
        )

    def taken(self, posted: dict[str, list[str]]) -> str:
        values = self.form.parse(posted)
        if action := self.form.edit_action(posted):
            return self.page(self.form.apply_edit(values, action))
        checked = self.form.check_post(posted, DOCUMENT, TODAY)
        if checked.errors:
            return self.page(values, checked)
        self.accepted = checked
        return self.around(f"<p>Klaar</p>{self.form.show(checked.answers, self.language)}")

    def around(self, main: str) -> str:
        return (
            f'<!doctype html><html lang="{self.language}"><head><title>Taak</title>'
            f'<meta name="viewport" content="width=device-width"></head>'
            f"<body><main><h1>Taak</h1>{main}</main></body></html>"
        )


def opened(browser: Browser, desk: Desk, *, javascript: bool, width: int = 1280) -> Page:
    """The form in a fresh browser window; anything the policy blocks fails the test."""
    context = browser.new_context(java_script_enabled=javascript, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.on("console", lambda message: pytest.fail(message.text) if message.type == "error" else None)
    page.route(f"{ADDRESS}**", desk.serve)
    page.goto(ADDRESS)
    return page


def violations(page: Page) -> list[str]:
    """What axe-core finds, best practices included."""
    if not AXE.exists():
        pytest.fail("axe-core is missing: run `make test`, or `npm ci` in web/frontend")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", ["nl", pytest.param("en", marks=pytest.mark.long)])
def test_every_component_is_accessible_empty_filled_wrong_and_read_only(
    browser: Browser, language: str, width: int
) -> None:
    desk = Desk(everything(), language)
    page = opened(browser, desk, javascript=True, width=width)
    assert violations(page) == []
    # when: half of it is wrong and conditional questions come up
    page.check("#veld-acuut")
    page.check("#veld-contact-kan")
    page.check("#veld-kinderen-0-thuis-2")
    page.fill("#veld-leeftijd", "zes")
    follow(page.locator("button[name=send]"))
    assert page.locator("[aria-invalid=true]").count() >= 5
    assert violations(page) == []
    # and when: all is well
    complete(page)
    assert page.locator("dl").count() >= 1
    assert desk.accepted is not None
    assert violations(page) == []
    page.context.close()


def complete(page: Page) -> None:
    """Fills in what is still asked and sends the page."""
    for name, text in {
        "bron": "leerkracht",
        "feiten": "Blauwe plek.\nOp de arm.",
        "leeftijd": "6",
        "datum": "2026-09-07",
        "gevaar": "dreigt",
        "kinderen-0-naam": "Zo",
    }.items():
        page.fill(f"#veld-{name}", text)
    page.check("#veld-gelezen")
    follow(page.locator("button[name=send]"))


def test_without_javascript_a_form_with_conditions_and_rows_can_be_completed(browser: Browser) -> None:
    desk = Desk(everything())
    page = opened(browser, desk, javascript=False)
    page.check("#veld-acuut")
    page.fill("#veld-bron", "leerkracht")
    page.fill("#veld-afspraak-date", "2026-09-08")
    page.fill("#veld-afspraak-time", "14:30")
    # a row more, and one less: nothing that was filled in gets lost
    follow(page.locator("button[name='_add:kinderen']"))
    page.fill("#veld-kinderen-1-naam", "Li")
    follow(page.locator("button[name='_remove:kinderen:0']"))
    assert page.input_value("#veld-kinderen-0-naam") == "Li"
    assert page.input_value("#veld-bron") == "leerkracht"
    assert page.is_checked("#veld-acuut")
    # the page shows by now what the answer brought up
    assert page.locator("#veld-gevaar").count() == 1
    complete(page)
    assert desk.accepted is not None
    answers = desk.accepted.answers
    assert answers["feiten"] == "Blauwe plek.\nOp de arm."
    assert answers["afspraak"] == "2026-09-08T14:30:00+02:00"
    assert [row["naam"] for row in answers["kinderen"]] == ["Zo"]
    page.context.close()


def test_a_question_that_an_answer_brings_up_is_put_before_the_form_is_accepted(browser: Browser) -> None:
    desk = Desk(everything())
    page = opened(browser, desk, javascript=False)
    page.check("#veld-acuut-2")
    page.check("#veld-contact-kan")
    page.fill("#veld-bron", "leerkracht")
    page.fill("#veld-feiten", "x")
    page.fill("#veld-datum", "2026-09-07")
    page.fill("#veld-kinderen-0-naam", "Zo")
    page.check("#veld-gelezen")
    follow(page.locator("button[name=send]"))
    assert desk.accepted is None
    assert page.locator("#veld-contact-mail-fout").count() == 1
    follow(page.locator("button[name=send]"))
    assert desk.accepted is not None
    assert desk.accepted.answers["contact"]["mail"] is None
    page.context.close()


def test_the_summary_has_the_focus_and_leads_to_the_question(browser: Browser) -> None:
    page = opened(browser, Desk(everything()), javascript=True)
    follow(page.locator("button[name=send]"))
    assert page.evaluate("document.activeElement.className").endswith("problems")
    page.click(".problems a >> nth=0")
    page.keyboard.type("leerkracht")
    assert page.input_value("#veld-bron") == "leerkracht"
    page.context.close()


def test_the_whole_form_can_be_filled_in_with_the_keyboard(browser: Browser) -> None:
    desk = Desk(everything())
    page = opened(browser, desk, javascript=True)
    reached: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.id || document.activeElement.name")
        if focused == "send":
            break
        reached.append(focused)
    for name in (
        "veld-bron",
        "veld-datum",
        "veld-afspraak-date",
        "veld-acuut",
        "veld-vormen-3",
        "veld-relatie",
    ):
        assert name in reached
    assert "_add:kinderen" in reached
    page.context.close()


def test_enter_in_a_text_field_sends_the_form_and_removes_no_row(browser: Browser) -> None:
    page = opened(browser, Desk(everything()), javascript=False)
    page.fill("#veld-kinderen-0-naam", "Zo")
    with next_page(page):
        page.press("#veld-bron", "Enter")
    assert page.locator(".problems").count() == 1
    assert page.input_value("#veld-kinderen-0-naam") == "Zo"
    page.context.close()


def test_nothing_is_wider_than_a_telephone(browser: Browser) -> None:
    page = opened(browser, Desk(everything()), javascript=True, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.close()
