"""Ten thousand hostile requests: never a 500, never two seconds, and what is refused stores nothing."""

from __future__ import annotations

import logging
import re
import time
from collections import Counter
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.attacks.hostile import Attack, Attacker, Form, Known
from tests.attacks.town import Town
from tests.web.person import Person, forms
from web.errors import CSRF, STRANGE_HOST, WORDS

SEED = 20_261_123
SLOWEST = 2.0

SENTENCES = {said.title.nl for said in (*WORDS.values(), CSRF)} | {"Deze link werkt niet meer"}
HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
LEAKS = ("Traceback", "werkzeug", "sqlalchemy", "sqlite", "jinja2", "/web/", "/meldcode/", "Internal Server")


def ids(task: str) -> tuple[UUID, UUID]:
    _, _, case, one = task.split("/")
    return UUID(case), UUID(one)


def open_tasks(attacker: Person) -> list[tuple[UUID, UUID, Form]]:
    """Two tasks of her own with forms of every kind of question, filled in as they should be."""
    attacker.finish(attacker.start())
    found = []
    for task in (attacker.start(), attacker.task("Overleg")):
        form = next(form for form in forms(attacker.get(task)) if form.action == task)
        found.append((*ids(task), form.filled({})))
    return found


def known_to(attacker: Person, neighbour: Person, colleague: Person) -> Known:
    """Open tasks of her own, and cases of a colleague and of another organisation."""
    tasks = open_tasks(attacker)
    others = [ids(neighbour.start()), ids(colleague.start())]
    return Known(tasks[0][2]["csrf_token"][0], tasks, others, ("vermoeden_over", "overleg_met"))


@dataclass
class Browser:
    """Sends attacks with the cookies of a session that goes on, whatever an answer wants to put in them."""

    person: Person
    cookies: dict[str, str]

    @classmethod
    def of(cls, person: Person) -> Browser:
        found = {name: person.client.get_cookie(name) for name in ("session", "visit")}
        return cls(person, {name: cookie.value for name, cookie in found.items() if cookie})

    def send(self, attack: Attack) -> TestResponse:
        for name, value in self.cookies.items():
            self.person.client.set_cookie(name, value)
        if attack.session is not None:
            self.person.client.set_cookie("session", attack.session)
        return send(self.person, attack)


def send(person: Person, attack: Attack) -> TestResponse:
    headers = [(name, value) for name, value in attack.headers if name not in ("Cookie", "Content-Type")]
    given = dict(attack.headers)
    for name, value in (pair.split("=", 1) for pair in given.get("Cookie", "").split(";") if "=" in pair):
        headers.append(("Cookie", f"{name}={value}"))
    # a body of another length than it says would be cut or awaited by the server, long before the pages
    headers = [(name, value) for name, value in headers if name != "Content-Length" or not attack.form]
    content_type = given.get("Content-Type") or attack.content_type
    return person.client.open(
        attack.path,
        method=attack.method,
        headers=headers,
        data=attack.body if attack.body is not None else attack.form or None,
        content_type=content_type,
        query_string=attack.query if attack.query and "?" not in attack.path else None,
    )


def must_be_kind(answer: TestResponse, attack: Attack) -> None:
    """A refusal says in Dutch what is the matter and gives nothing away."""
    if attack.method == "HEAD":
        return
    text = answer.get_data(as_text=True)
    if text == STRANGE_HOST.nl:
        return
    for leak in LEAKS:
        assert leak not in text, (attack, leak)
    if answer.mimetype == "application/json":  # the desk, to its scripts
        assert answer.json["message"].endswith("."), attack
        return
    found = HEADING.search(text)
    assert found, (attack, answer.status, text[:500])
    title = " ".join(unescape(re.sub(r"<[^>]+>", "", found[1])).split())
    problem = 'class="utrecht-alert utrecht-alert--error problems"' in text or 'role="alert"' in text
    sign_in_first = answer.status_code == 401 and title == "Inloggen"  # what was sent goes along, sealed
    assert title in SENTENCES or problem or sign_in_first, (attack, answer.status, title)
    assert 'lang="nl"' in text


def is_the_icon(answer: TestResponse) -> bool:
    """The one answer that a browser may keep and that names nobody: the same drawing for everybody."""
    return answer.request.path in ("/icon.svg", "/favicon.ico") and answer.mimetype == "image/svg+xml"


def must_stay_here(answer: TestResponse, attack: Attack) -> None:
    if "Location" in answer.headers:
        to = urlsplit(answer.headers["Location"])
        assert not to.netloc, (attack, answer.headers["Location"])
        assert not to.scheme
        assert answer.headers["Location"].startswith("/")
        assert not answer.headers["Location"].startswith(("//", "/\\"))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("requests", [500, pytest.param(10_000, marks=pytest.mark.long)])
def test_hostile_requests_are_all_refused_kindly_or_do_what_they_say(
    town: Town, app: Flask, sanne: Person, neighbour: Person, caplog: pytest.LogCaptureFixture, requests: int
) -> None:
    joost = Person(app).sign_in("joost")
    attacker = Attacker(SEED, known_to(sanne, neighbour, joost))
    browser = Browser.of(sanne)
    stored = town.content()
    seen: Counter[str] = Counter()
    caplog.set_level(logging.ERROR)
    for number in range(requests):
        attack = attacker.attack()
        began = time.thread_time()
        answer = browser.send(attack)
        took = time.thread_time() - began
        where = (
            number,
            attack.kind,
            attack.method,
            attack.path[:200],
            attack.headers,
            list(attack.form)[:30],
        )
        assert answer.status_code < 500, (where, answer.status)
        assert took < SLOWEST, (where, took)
        assert answer.headers.get("Cache-Control") == "no-store" or is_the_icon(answer), where
        assert answer.headers["X-Content-Type-Options"] == "nosniff", where
        must_stay_here(answer, attack)
        now = town.content()
        if answer.status_code >= 400:
            must_be_kind(answer, attack)
            assert now == stored, where
        if now != stored and attack.path.startswith("/taken/"):
            attacker.known.tasks[:] = open_tasks(sanne)  # that one was done: another to attack
            now = town.content()
        stored = now
        seen[f"{attack.kind} {answer.status_code}"] += 1
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    # the attacks reached what they were meant for
    for kind in (
        "answers 422",
        "questions 200",
        "forged 400",
        "address 404",
        "body 400",
        "going back 303",
        "stranger 303",
    ):
        assert seen[kind], seen
    if requests == 10_000:  # one as large as that is seldom
        assert seen["answers 413"] + seen["header 413"], seen
    assert sum(count for kind, count in seen.items() if kind.endswith(" 405")), seen
