"""Hostile input where files, JSON and days are taken in: the pages of designers and of administrators."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.attacks.town import Town
from tests.web.person import Person

FILE = "/ontwerp/bestand/organisation.toml"
REMARKS = "/ontwerp/opmerkingen"
A_NULL = "a\0b"
ENDLESS = (b"[" * 100_000, b'{"a":' * 50_000, b'{"path":' + b"[" * 100_000)


@dataclass
class Wieke:
    """The school's designer, sending what no page of ours would."""

    person: Person
    token: str

    def send(self, method: str, path: str, body: bytes) -> TestResponse:
        headers = {"X-CSRFToken": self.token, "Content-Type": "application/json"}
        return self.person.client.open(path, method=method, data=body, headers=headers)

    def post(self, path: str, **fields: str) -> TestResponse:
        return self.person.client.post(path, data={"csrf_token": self.token, **fields})


@pytest.fixture
def wieke(app: Flask) -> Wieke:
    person = Person(app).sign_in("wieke")
    return Wieke(person, person.form(REMARKS).fields["csrf_token"][0])


@pytest.mark.parametrize("body", ENDLESS, ids=("lists", "objects", "a list in an object"))
def test_json_without_end_is_refused_in_a_sentence(town: Town, wieke: Wieke, body: bytes) -> None:
    for method, path in (
        ("PUT", FILE),
        ("DELETE", FILE),
        ("POST", f"{FILE}/herstel"),
        ("POST", "/ontwerp/bevindingen"),
        ("POST", f"{REMARKS}/bij/organisation.toml"),
    ):
        answer = wieke.send(method, path, body)
        assert answer.status_code in (404, 409, 422), (method, path, answer.status_code)
        assert answer.json["message"]
    assert wieke.person.client.get(FILE).json["revision"] == 1
    assert town.rows("SELECT count(*) FROM desk_comments") == [(0,)]


@pytest.mark.parametrize("number", ["0", "-1", "9" * 30, str(2**31), str(2**63)])
def test_a_revision_that_no_file_can_have_is_not_there(wieke: Wieke, number: str) -> None:
    assert wieke.person.client.get(f"{FILE}?revisie={number}").status_code == 404


def test_a_text_that_one_database_cannot_hold_is_no_fault_of_ours_on_either(wieke: Wieke) -> None:
    """PostgreSQL keeps no NUL. Where SQLite does, or has no such row, that is as good."""
    answers = [
        wieke.post(REMARKS, tekst="Klopt dit?", element=A_NULL),
        wieke.send("POST", f"{REMARKS}/bij/organisation.toml", b'{"text": "x", "element": "a\\u0000b"}'),
        wieke.send("POST", "/ontwerp/aanwezig", b'{"path": "a\\u0000b"}'),
        wieke.post("/werkwijze/gelezen", versie=A_NULL),
        wieke.person.client.get("/ontwerp/bestand/a%00b.form?revisie=1"),
        wieke.person.client.get("/ontwerp/bestand/a%00b.form/revisies"),
        wieke.person.client.get("/ontwerp/versies/a%00b/map.zip"),
        wieke.post("/ontwerp/versies/a%00b/heropenen"),
    ]
    assert [one.status_code for one in answers if one.status_code >= 500] == []
    assert all(one.text for one in answers if one.status_code >= 400)
