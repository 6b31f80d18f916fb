"""Somebody at a screen: with a plain HTTP client, or in Chromium with and without JavaScript.

Both read the page as a person does: they look for a task by its name, fill in the questions they see,
and press the button. `answers` are by field name: a text, or a list for tick boxes.
"""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http.cookiejar import CookieJar
from typing import Protocol

import lxml.html
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

from tests.browsing import PATIENCE, follow
from tests.looking import look

Answers = Mapping[str, str | list[str]]
REFERENCE = re.compile(r"\b[A-Z]\d[A-Z]\d-\d\d\b")
MOST_TRIES = 6  # how often a page may come back with questions that an answer brought up


class Visitor(Protocol):
    """One person's way through the pages."""

    def sign_in(self, username: str) -> None: ...
    def open_case(self) -> str: ...
    def tasks(self, reference: str) -> list[str]: ...
    def complete(self, reference: str, task: str, answers: Answers) -> None: ...
    def raise_acute(self, reference: str) -> None: ...
    def next_working_day(self) -> None: ...
    def text(self, path: str) -> str: ...


class PlainVisitor:
    """Pages as text: forms are read and posted, nothing runs."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self._page: lxml.html.HtmlElement

    def sign_in(self, username: str) -> None:
        self._go("/")
        if switch := self._page.xpath(
            "//form[contains(@action, '/demo/') and .//button[. = 'Andere persoon']]"
        ):
            self._submit(switch[0])
        self._submit(self._form_with(f"//button[@name='naam'][@value='{username}']"), {"naam": username})

    def open_case(self) -> str:
        self._go("/")
        self._submit(self._form_with("//button[contains(., 'Nieuwe zorg vastleggen')]"))
        return _reference(self._page.text_content())

    def tasks(self, reference: str) -> list[str]:
        self._go("/")
        return [link.text_content().strip() for link in self._links(reference)]

    def complete(self, reference: str, task: str, answers: Answers) -> None:
        self._go("/")
        (link,) = [link for link in self._links(reference) if link.text_content().strip() == task]
        self._go(link.get("href"))
        if take := self._page.xpath("//main//form[.//button[contains(., 'Ik pak dit op')]]"):
            self._submit(take[0])
        while surplus := self._page.xpath(_surplus(answers)):
            self._submit(self._page.get_element_by_id("taak"), {surplus[0].get("name"): "1"})
        for _ in range(MOST_TRIES):
            form = self._page.get_element_by_id("taak")
            self._submit(form, {name: value for name, value in answers.items() if _asked(form, name)})
            if self._page.xpath("//h2[. = 'Wat gebeurt er nu?']"):
                return
        raise AssertionError(f"{task} did not finish: {_problems(self._page.text_content())}")

    def raise_acute(self, reference: str) -> None:
        self._go("/zaken")
        (link,) = self._page.xpath(f"//a[contains(., '{reference}')] | //li[contains(., '{reference}')]//a")[
            :1
        ]
        self._go(link.get("href"))
        (confirm,) = self._page.xpath("//a[contains(., 'cuut gevaar')]")[:1]
        self._go(confirm.get("href"))
        self._submit(self._form_with("//button[contains(., 'Ja, er is acuut gevaar')]"))

    def next_working_day(self) -> None:
        self._go("/")
        self._submit(self._form_with("//button[contains(., 'werkdag verder')]"))

    def text(self, path: str) -> str:
        self._go(path)
        return str(self._page.text_content())

    def _claim_what_is_free(self, reference: str) -> None:
        self._go("/")
        card = f"//li[contains(@class, 'task--free')][contains(., '{reference}')]"
        while claim := self._page.xpath(f"{card}//button[contains(., 'Ik pak dit op')]"):
            self._submit(claim[0].xpath("ancestor::form")[0])
            self._go("/")

    def _links(self, reference: str) -> list[lxml.html.HtmlElement]:
        cards = self._page.xpath(f"//li[contains(@class, 'task')][contains(., '{reference}')]")
        return [card.xpath(".//a[contains(@class, 'task__link')]")[0] for card in cards]

    def _form_with(self, button: str) -> lxml.html.HtmlElement:
        (found,) = self._page.xpath(button)[:1]
        return found.xpath("ancestor::form")[0]

    def _submit(self, form: lxml.html.HtmlElement, answers: Answers | None = None) -> None:
        given = answers or {}
        values = [(name, value) for name, value in form.form_values() if name not in given]
        for name, value in given.items():
            values += [(name, one) for one in (value if isinstance(value, list) else [value])]
        self._go(form.get("action"), urllib.parse.urlencode(values).encode())

    def _go(self, path: str, body: bytes | None = None) -> None:
        url = urllib.parse.urljoin(self.address, path)
        try:
            with self._opener.open(url, body, timeout=60) as response:
                content = response.read()
        except urllib.error.HTTPError as error:
            if error.code != 422:
                raise AssertionError(f"{path} answered {error.code}") from error
            content = error.read()
        self._page = lxml.html.document_fromstring(content)


class BrowserVisitor:
    """A real Chromium, as wide as a laptop or a phone, with or without JavaScript.

    `looking`: every page she works on is looked at with axe-core, on a phone and on a laptop.
    """

    def __init__(
        self, browser: Browser, address: str, *, width: int, javascript: bool = True, looking: bool = False
    ) -> None:
        self.problems: list[str] = []
        self._looking = looking
        self._live = javascript
        context = browser.new_context(
            base_url=address, viewport={"width": width, "height": 844}, java_script_enabled=javascript
        )
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))

    def _hear(self, line: ConsoleMessage) -> None:
        # without JavaScript a page comes back (422) when an answer brought up further questions
        if line.type == "error" and (self._live or "422" not in line.text):
            self.problems.append(line.text)

    def sign_in(self, username: str) -> None:
        self.page.goto("/")
        switch = self.page.get_by_role("button", name="Andere persoon")
        if switch.count():
            follow(switch)
        follow(self.page.locator(f"button[name=naam][value={username}]"))
        self.page.get_by_role("heading", name="Mijn taken", level=1).wait_for()

    def open_case(self, begin: str = "Nieuwe zorg vastleggen") -> str:
        self.page.goto("/")
        follow(self.page.get_by_role("button", name=begin))
        self.page.locator("#taak").wait_for()
        return _reference(self.page.locator("main").inner_text())

    def tasks(self, reference: str) -> list[str]:
        self.page.goto("/")
        self._look("tasks")
        return [text.strip() for text in self._cards(reference).locator(".task__link").all_inner_texts()]

    def complete(self, reference: str, task: str, answers: Answers) -> None:
        self.page.goto("/")
        if not self._claimed(reference, task):
            follow(self._cards(reference).get_by_role("link", name=task, exact=True))
        take = self.page.locator("main").get_by_role("button", name="Ik pak dit op")
        self.page.locator("main h1").wait_for()
        if take.count():
            follow(take)
        while (surplus := self.page.locator(f"xpath={_surplus(answers)}")).count():
            follow(surplus.first)
        for _ in range(MOST_TRIES):
            self.page.locator("#taak").wait_for()
            for name, value in answers.items():
                self._answer(name, value)
            self._look(task)
            follow(self.page.get_by_role("button", name="Taak afronden"))
            if self.page.get_by_role("heading", name="Wat gebeurt er nu?").count():
                self._look(f"after {task}")
                return
        raise AssertionError(f"{task} did not finish: {_problems(self.page.locator('main').inner_text())}")

    def raise_acute(self, reference: str) -> None:
        self.page.goto("/zaken")
        follow(self.page.get_by_role("link", name=reference).first)
        follow(self.page.get_by_role("link", name=re.compile("acuut gevaar", re.IGNORECASE)).first)
        follow(self.page.get_by_role("button", name="Ja, er is acuut gevaar"))

    def next_working_day(self) -> None:
        self.page.goto("/")
        follow(self.page.get_by_role("button", name="Eén werkdag verder"))

    def text(self, path: str) -> str:
        self.page.goto(path)
        return self.page.locator("body").inner_text()

    def _look(self, where: str) -> None:
        if not self._looking:
            return
        before = self.page.viewport_size
        look(self.page, where)
        if before is not None:
            self.page.set_viewport_size(before)

    def _claimed(self, reference: str, task: str) -> bool:
        """Takes what waits in a role's pool, which shows a reference only, until it is this task."""
        claim = self._cards(reference).get_by_role("button", name="Ik pak dit op")
        while claim.count():
            follow(claim.first)
            if task in self.page.locator("main h1").inner_text():
                return True
            self.page.goto("/")
        return False

    def _cards(self, reference: str) -> Locator:
        return self.page.locator("li.task").filter(has_text=reference)

    def _answer(self, name: str, value: str | list[str]) -> None:
        found = self.page.locator(f"#taak [name='{name}']")
        row = re.fullmatch(r"(.+)\.\d+\..+", name)
        if row and not found.count():
            add = self.page.locator(f"#taak button[name='_add:{row[1]}']")
            follow(add)
        if self._live:
            found.first.wait_for(state="attached")  # an earlier answer brings it up without a page in between
        elif not found.count():
            return
        kind = found.first.evaluate("e => e.type || e.tagName.toLowerCase()")
        if kind in ("radio", "checkbox"):
            for one in value if isinstance(value, list) else [value]:
                self.page.locator(f"#taak [name='{name}'][value='{one}']").check()
        elif kind.startswith("select"):
            found.first.select_option(value)
        else:
            found.first.fill(str(value))


def _surplus(answers: Answers) -> str:
    """The buttons that remove a row which a list begins with and nobody answers, as an XPath."""
    rows = {found[1]: int(found[2]) for name in answers if (found := re.fullmatch(r"(.+)\.(\d+)\..+", name))}
    names = [f"@name='_remove:{path}:{last + 1}'" for path, last in rows.items()]
    return f"//form[@id='taak']//button[{' or '.join(names) or 'false()'}]"


def _asked(form: lxml.html.HtmlElement, name: str) -> bool:
    return bool(form.xpath(f".//*[@name='{name}']"))


def _reference(text: str) -> str:
    found = REFERENCE.search(text)
    assert found, f"no reference on the page: {text[:400]}"
    return found[0]


def _problems(text: str) -> str:
    return re.sub(r"\s+", " ", text)[:1_500]
