"""Fills in a form of a page in a browser, as a person would: only what can be seen."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Locator, Page

TEXT = "Kort en feitelijk."
DAY = "2026-09-07"


def fill(page: Page, answers: Mapping[str, str], *, live: bool = True) -> None:
    """Answer every question that is on the page. Choices by name, from `answers`; the first otherwise.

    Choosing can bring up new questions, so the page is looked at again until nothing is left to fill in.
    `live`: the page has a script that asks the server for them at once.
    """
    done: set[str] = set()
    for _ in range(40):
        fields = page.locator("#vragen").locator("input:not([type=hidden]), textarea, select")
        fresh = [field for field in fields.all() if _name(field) not in done]
        if not fresh:
            return
        name = _name(fresh[0])
        done.add(name)
        _answer(page, fresh[0], name, answers.get(name), live)
    raise AssertionError("the form keeps asking")


def _name(field: Locator) -> str:
    return field.get_attribute("name") or ""


def _answer(page: Page, field: Locator, name: str, value: str | None, live: bool) -> None:
    kind = field.get_attribute("type")
    if kind in ("radio", "checkbox"):
        choices = page.locator(f'[name="{name}"]')
        choice = page.locator(f'[name="{name}"][value="{value}"]') if value else choices.first
        if live and name.split(".")[0] in _live_names(page):
            with page.expect_response(lambda answer: answer.url.endswith("/vragen")):
                choice.check()
            page.wait_for_function("name => document.getElementsByName(name).length > 0", arg=name)
        else:
            choice.check()
    elif kind == "date":
        field.fill(value or DAY)
    elif kind == "number" or field.get_attribute("inputmode") in ("numeric", "decimal"):
        field.fill(value or "8")
    elif field.and_(page.locator("select")).count():
        field.select_option(value, index=None if value else 1)
    else:
        field.fill(value or TEXT)


def _live_names(page: Page) -> list[str]:
    """The questions on whose answer others depend."""
    form = page.locator("form[data-live-names]")
    return (form.get_attribute("data-live-names") or "").split() if form.count() else []
