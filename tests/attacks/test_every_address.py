"""Every address there is, also those nobody thought of: strange input, and ids of another organisation."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from meldcode import clock
from meldcode.store import tables
from tests.attacks.hostile import NAMES, TEXTS
from tests.attacks.town import OTHER, Town
from tests.databases import beneath
from tests.web.person import Person

VARIABLE = re.compile(r"<(?:(\w+)(?:\(([^)]*)\))?:)?(\w+)>")
#: They end the session with which the others are asked.
LEFT_OUT = ("/uitloggen", "/even-weg", "/static/")
FIELDS = (
    *("path", "text", "tekst", "version", "versie", "element", "naam", "node", "key", "id", "stap", "pagina"),
    *(
        "note",
        "revision",
        "van",
        "tot",
        "dag",
        "rol",
        "soort",
        "waarde",
        "value",
        "answers",
        "email",
        "rollen",
    ),
    *(
        "reden",
        "bestand",
        "content",
        "base",
        "changes",
        "operations",
        "_begin",
        "gebruikersnaam",
        "vervanger",
    ),
)
PATHS = (
    "meldcode.bpmn",
    "organisation.toml",
    "forms/signalen.form",
    "mails/spoed.md",
    "x" * 300,
    "a%00b",
    "%ff",
)
BODIES = (
    [],
    {},
    {"text": None},
    {"path": 5, "text": ["a"], "content": {"a": 1}},
    "x",
    None,
    {"revision": 10**30},
)

Fill = Callable[[Rule, str, str, str], str]


def addresses(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if not any(part in rule.rule for part in LEFT_OUT):
                yield rule, method


def filled(rule: Rule, fill: Fill) -> str:
    """The rule's address with `fill(rule, kind, choices, name)` in place of each variable."""
    return VARIABLE.sub(lambda found: fill(rule, found[1] or "", found[2] or "", found[3]), rule.rule)


class Stranger:
    """Asks for every address with things that nobody would put there."""

    def __init__(self, seed: int, task: str) -> None:
        self.random = Random(seed)
        self.case, self.task = task.split("/")[2:]

    def fill(self, _rule: Rule, kind: str, choices: str, name: str) -> str:
        if kind == "uuid":
            known = {"case": self.case, "task": self.task}.get(name, str(uuid4()))
            return self.random.choice((known, str(uuid4())))
        if kind == "any":
            return self.random.choice(choices.split(",")).strip()
        return self.random.choice(("0", "9" * 30) if kind == "int" else PATHS)

    def sent(self, method: str, token: str) -> dict[str, Any]:
        names = self.random.sample((*FIELDS, *NAMES), 12)
        fields = {name: self.random.choice(TEXTS)[:3_000] for name in names} | {"csrf_token": token}
        if method == "GET":
            return {"query_string": {name: text[:500] for name, text in fields.items()}}
        kinds = ("application/json", "application/xml", "text/plain", "application/octet-stream")
        bodies = (json.dumps(self.random.choice(BODIES)).encode(), b"{[", b"\x00\xff<?xml")
        body = {"data": self.random.choice(bodies), "content_type": self.random.choice(kinds)}
        return self.random.choice(({"data": fields}, {**body, "headers": {"X-CSRFToken": token}}))


@pytest.mark.parametrize(
    ("username", "rounds"),
    [
        ("wieke", 1),
        pytest.param("wieke", 4, marks=pytest.mark.long),
        pytest.param("marit", 4, marks=pytest.mark.long),
        pytest.param("henk", 4, marks=pytest.mark.long),
        pytest.param("sanne", 4, marks=pytest.mark.long),
    ],
)
def test_no_address_fails_whatever_it_is_given(app: Flask, sanne: Person, username: str, rounds: int) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    stranger, person = Stranger(rounds, sanne.start()), Person(app).sign_in(username)
    token = person.form("/", "/taal").fields["csrf_token"][0]
    found: set[int] = set()
    for rule, method in addresses(app):
        for _ in range(rounds):
            path, given = filled(rule, stranger.fill), stranger.sent(method, token)
            answer: TestResponse = person.client.open(path, method=method, **given)
            where = (method, path[:200], answer.status_code, str(given)[:500])
            assert answer.status_code < 500, where
            assert answer.headers["X-Content-Type-Options"] == "nosniff", where
            if answer.status_code >= 400 and answer.mimetype == "text/html":
                assert re.search(r"<h1|role=\"alert\"", answer.text), where
            found.add(answer.status_code)
    assert {200, 303, 404} <= found


# --- ids of another organisation -----------------------------------------------------------------------


def ids_of_the_first(town: Town, task: str) -> Mapping[str, str]:
    """Something of the first school for every kind of id, by how the address of such a thing begins."""
    organisation, now, one = town.organisations[""], clock.real(), uuid4()
    with beneath(town.db).begin() as connection:
        school = tables.people.c.organisation == organisation
        person = connection.execute(sa.select(tables.people.c.id).where(school)).scalars().first()
        scope = tables.versions.c.organisation == organisation
        version = connection.execute(sa.select(tables.versions.c.id).where(scope)).scalars().first()
        row = {"id": one, "organisation": organisation, "person": person, "version": version, "by": person}
        row |= {
            name: now
            for name in ("at", "from_at", "created_at", "first_at", "last_at", "asked_at", "seen_at")
        }
        row |= {"case": UUID(task.split("/")[2]), "kind": "unexpected", "before": {}, "after": {}, "times": 3}
        row |= {"text_nl": "vast", "text_en": "stuck", "path": "", "text": "een opmerking", "state": "asked"}
        row |= {"asked_by": person, "moved": 0, "stayed": [], "sources": {}, "note": "waarom", "report": b""}
        row |= {"states": 0, "looked_at": 0}
        for table in (
            *(
                tables.adjustments,
                tables.absences,
                tables.incidents,
                tables.desk_comments,
                tables.desk_proofs,
            ),
            *(tables.publications, tables.migrations),
        ):
            kept = {name: value for name, value in row.items() if name in table.c}
            connection.execute(sa.insert(table), kept)
    return {"/mensen/<uuid:person>": str(person), "/ontwerp/versies/": str(version), "": str(one)}


def test_an_id_of_another_organisation_is_as_good_as_none(town: Town, app: Flask, sanne: Person) -> None:
    """Whatever it is the id of, for whoever has a role in the other organisation."""
    known = ids_of_the_first(town, sanne.start())
    before = town.content()
    Person(app).sign_in("marit").get(
        f"/mensen/{known['/mensen/<uuid:person>']}"
    )  # at home it leads somewhere

    def theirs(rule: Rule, kind: str, choices: str, name: str) -> str:
        if kind == "any" or name == "what":
            return choices.split(",")[0] or "1"
        if name == "absence":
            return known[""]
        return next(one for start, one in known.items() if rule.rule.startswith(start))

    def never(rule: Rule, kind: str, choices: str, name: str) -> str:
        if kind == "any" or name == "what":
            return theirs(rule, kind, choices, name)
        return "f" * 64 if name == "version" else str(uuid4())

    asked = [
        (rule, method)
        for rule, method in addresses(app)
        if re.search(r"<uuid:(?!case)|<version>", rule.rule) and "<uuid:case>" not in rule.rule
    ]
    assert len(asked) >= 15
    for username in ("wieke", "marit", "henk", "sanne"):
        neighbour = Person(app).sign_in(f"{OTHER}{username}")
        token = neighbour.form("/", "/taal").fields["csrf_token"][0]
        for rule, method in asked:
            answers = []
            for path in (filled(rule, theirs), filled(rule, never)):
                sent = {"data": {"csrf_token": token}} if method != "GET" else {}
                answer = neighbour.client.open(path, method=method, **sent)
                answers.append((answer.status_code, plain(answer.text, path)))
            assert answers[0] == answers[1], (username, method, rule.rule)
            assert answers[0][0] in (303, 403, 404, 409, 422), (username, method, rule.rule, answers[0][0])
            assert "een opmerking" not in answers[0][1]
    assert town.content() == before


def plain(page: str, path: str) -> str:
    """A page without what differs each time, and without its own address."""
    return re.sub(r'(name="csrf_token"|name="_sleutel") value="[^"]*"', "", page.replace(path, ""))


# --- without a form of ours, without a session ---------------------------------------------------------

OPEN = {
    *("/inloggen", "/even-weg", "/taal", "/icon.svg", "/favicon.ico", "/robots.txt", "/static/build/<name>"),
    *("/wachtwoord/vergeten", "/wachtwoord/verstuurd", "/wachtwoord/kiezen", "/wachtwoord/kiezen/<token>"),
    "/uitloggen",
}
DEMO = "/demo/"


def every(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def test_whatever_changes_something_wants_a_form_of_ours(town: Town, app: Flask, sanne: Person) -> None:
    stranger, before = Stranger(1, sanne.start()), town.content()
    person = Person(app).sign_in("wieke")
    for rule, method in every(app):
        if method == "GET":
            continue
        path = filled(rule, stranger.fill)
        for sent in ({}, {"data": {"csrf_token": "x"}}, {"json": {}, "headers": {"X-CSRFToken": "x"}}):
            answer = person.client.open(path, method=method, **sent)
            assert answer.status_code in (400, 404), (method, path, answer.status_code)
    assert person.get("/account")
    assert town.content() == before


def test_nothing_opens_for_who_is_not_signed_in_but_the_way_in(town: Town, app: Flask, sanne: Person) -> None:
    stranger, before = Stranger(2, sanne.start()), town.content()
    for rule, method in every(app):
        if rule.rule in OPEN:
            continue
        person = Person(app)
        token = person.form("/inloggen", "/taal").fields["csrf_token"][0]
        sent = {} if method == "GET" else {"data": {"csrf_token": token}}
        answer = person.client.open(filled(rule, stranger.fill), method=method, **sent)
        where = (method, rule.rule, answer.status_code)
        if rule.rule.startswith(DEMO) and answer.status_code == 404:
            continue  # outside a demonstration it is not there
        assert answer.status_code in (303, 401, 404), where
        if answer.status_code == 303:
            assert answer.headers["Location"].startswith(("/inloggen", "/even-weg")), where
        assert answer.headers["Cache-Control"] == "no-store", where
        cookie = person.client.get_cookie("session")
        assert cookie is None or not cookie.value, where
    assert town.content() == before


def test_what_a_browser_may_keep_is_the_same_for_everybody(app: Flask, sanne: Person) -> None:
    answers = [one.client.get("/icon.svg") for one in (sanne, Person(app), Person(app).sign_in("marit"))]
    assert {one.data for one in answers} == {answers[0].data}
    assert not any("Set-Cookie" in one.headers for one in answers)
