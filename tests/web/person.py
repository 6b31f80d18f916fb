"""Somebody at the pages without a browser: signs in, opens pages, fills in what she sees and sends it.

Real requests through Flask's test client, with the cookies, the CSRF token and the form's own key that a
browser would send; nothing is put in that a page does not ask for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "kamer-voor-proef"
TEXT = "Kort en feitelijk."
DAY = "2026-09-07"

Fields = dict[str, list[str]]


@dataclass
class SeenForm:
    """One form of a page: where it goes, what it holds, and the choices it gives."""

    action: str = ""
    fields: Fields = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def filled(self, answers: Mapping[str, str]) -> Fields:
        """What is sent after answering every question: from `answers`, else something that fits."""
        sent = {name: list(values) for name, values in self.fields.items() if self.kinds[name] == "hidden"}
        for name, kind in self.kinds.items():
            if kind != "hidden":
                sent[name] = [answers.get(name) or self._something(name, kind)]
        return sent

    def _something(self, name: str, kind: str) -> str:
        if name in self.choices:
            return self.choices[name][0]
        return {"date": DAY, "time": "10:00", "number": "8"}.get(kind, TEXT)


class _Reader(HTMLParser):
    """Finds the forms of a page, its title and its first heading."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[SeenForm] = []
        self._form: SeenForm | None = None
        self._area = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = SeenForm(given.get("action", ""))
            self.forms.append(self._form)
        form, name = self._form, given.get("name", "")
        if form is None or not name:
            if form is not None and tag == "option" and self._select and given.get("value"):
                form.choices.setdefault(self._select, []).append(given["value"])
            return
        if tag == "input":
            self._input(form, name, given)
        elif tag == "textarea":
            form.kinds[name], self._area = "textarea", name
            form.fields[name] = [""]
        elif tag == "select":
            form.kinds[name], self._select = "select", name
        elif tag == "button":
            form.buttons.append((name, given.get("value", "")))

    @staticmethod
    def _input(form: SeenForm, name: str, given: Mapping[str, str]) -> None:
        kind, value = given.get("type", "text"), given.get("value", "")
        if given.get("inputmode") in ("numeric", "decimal"):
            kind = "number"
        form.kinds[name] = kind
        if kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(value)
            if "checked" in given:
                form.fields.setdefault(name, []).append(value)
        else:
            form.fields.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self._area and self._form:
            self._form.fields[self._area] = [self._form.fields[self._area][0] + data]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""


def forms(page: str) -> list[SeenForm]:
    """Every form of a page, in order."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms


def heading(page: str) -> str:
    """The words of the first heading."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert found, page
    return " ".join(unescape(re.sub(r"<[^>]+>", "", found[1])).split())


def title(page: str) -> str:
    """What stands in the browser's tab."""
    found = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    assert found, page
    return unescape(found[1])


class Person:
    """One visitor with cookies of her own."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()

    def get(self, path: str, code: int = 200) -> str:
        """Open a page and give its HTML."""
        answer = self.client.get(path)
        assert answer.status_code == code, (answer.status_code, answer.text[:3000])
        return answer.text

    def send(self, form: SeenForm, extra: Mapping[str, str | Sequence[str]] | None = None) -> TestResponse:
        """Send a form as it stands, with `extra` put over it."""
        data: dict[str, object] = {**form.fields, **(extra or {})}
        return self.client.post(form.action, data=data)

    def sign_in(self, username: str) -> Person:
        """Sign in with name and password."""
        form = self.form("/inloggen", "/inloggen")
        answer = self.send(form, {"naam": username, "wachtwoord": PASSWORD})
        assert answer.status_code == 303, answer.text[:2000]
        return self

    def form(self, path: str, action: str | None = None) -> SeenForm:
        """The form on a page that goes to `action` (None: to the page itself)."""
        page = self.get(path)
        found = [form for form in forms(page) if form.action == (action or path)]
        assert found, [form.action for form in forms(page)]
        return found[0]

    def press(self, path: str, action: str) -> TestResponse:
        """Press the button of a form that asks nothing."""
        return self.send(self.form(path, action))

    def start(self) -> str:
        """Begin a case; the address of its first task."""
        return goes_to(self.press("/", "/zaken"))

    def finish(self, task: str, answers: Mapping[str, str] | None = None) -> str:
        """Fill in a task and send it until nothing is asked any more; where it leads."""
        page = self.get(task)
        for _ in range(8):
            form = next(form for form in forms(page) if form.action == task)
            answer = self.client.post(task, data=form.filled(answers or {}))
            if answer.status_code == 303:
                return goes_to(answer)
            assert answer.status_code == 422, answer.text[:2000]
            page = answer.text
        raise AssertionError(f"the form keeps asking: {page[:6000]}")

    def task(self, name: str) -> str:
        """The address of a task on *Mijn taken* whose name holds `name`."""
        found = re.search(rf'href="(/taken/[^"]+)">[^<]*{name}', self.get("/"))
        assert found, f"no task {name}"
        return found[1]


def goes_to(answer: TestResponse) -> str:
    """The path a redirect leads to."""
    assert answer.status_code == 303, (answer.status_code, answer.text[:2000])
    return urlsplit(answer.headers["Location"]).path


def case_of(path: str) -> str:
    """The id of the case in an address."""
    return path.split("/")[2]
