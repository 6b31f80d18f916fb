"""Fills in a form of a page in a browser, as a person would: only what can be seen."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Locator, Page

TEXT = "Kort en feitelijk."
DAY = "2026-09-07"


def fill(page: Page, answers: Mapping[str, str]) -> None:
    """Answer every question that is on the page. Choices by name, from `answers`; the first otherwise.

    Choosing can bring up new questions, so the page is looked at again until nothing is left to fill in.
    """
    done: set[str] = set()
    for _ in range(40):
        fields = page.locator("#vragen").locator("input:not([type=hidden]), textarea, select")
        fresh = [field for field in fields.all() if _name(field) not in done]
        if not fresh:
            return
        name = _name(fresh[0])
        done.add(name)
        _answer(page, fresh[0], name, answers.get(name))
    raise AssertionError("the form keeps asking")


def _name(field: Locator) -> str:
    return field.get_attribute("name") or ""


def _answer(page: Page, field: Locator, name: str, value: str | None) -> None:
    kind = field.get_attribute("type")
    if kind in ("radio", "checkbox"):
        choices = page.locator(f'[name="{name}"]')
        _choose(page, page.locator(f'[name="{name}"][value="{value}"]') if value else choices.first, name)
    elif kind == "date":
        field.fill(value or DAY)
    elif kind == "number" or field.get_attribute("inputmode") in ("numeric", "decimal"):
        field.fill(value or "8")
    elif field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(value or {"index": 1})
    else:
        field.fill(value or TEXT)


def _choose(page: Page, choice: Locator, name: str) -> None:
    """Check one choice; where the page then asks the server which questions follow, wait for them."""
    form = page.locator("form[data-live-names]")
    live = (form.get_attribute("data-live-names") or "").split() if form.count() else []
    if name.split(".")[0] not in live:
        choice.check()
        return
    with page.expect_response(lambda answer: answer.url.endswith("/vragen")):
        choice.check()
    page.wait_for_function("name => document.getElementsByName(name).length > 0", arg=name)
