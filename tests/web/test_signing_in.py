"""Signing in and out: the same answer to every wrong guess, and sessions that live in the database."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from meldcode.store.tables import sessions
from tests.web.conftest import Make
from tests.web.person import PASSWORD, Person, forms, goes_to, heading, title
from web.services import EXTENSION, Services


def services(app: Flask) -> Services:
    found: Services = app.extensions[EXTENSION]
    return found


def count_sessions(app: Flask) -> int:
    with services(app).db.engine.connect() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(sessions)).scalar_one())


def test_the_first_page_asks_a_stranger_to_sign_in(visitor: Person) -> None:
    answer = visitor.client.get("/")
    assert goes_to(answer) == "/inloggen"
    assert heading(visitor.get("/inloggen")) == "Inloggen"


def test_after_signing_in_one_comes_where_one_wanted_to_go(visitor: Person) -> None:
    where = "/zaken"
    answer = visitor.client.get(where)
    form = next(f for f in forms(visitor.get(answer.headers["Location"])) if "wachtwoord" in f.fields)
    assert goes_to(visitor.send(form, {"naam": "sanne", "wachtwoord": PASSWORD})) == where


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example/x", "https://evil.example", "/\\evil.example", "/nergens", "javascript:alert(1)"],
)
def test_signing_in_never_leads_to_another_site(visitor: Person, elsewhere: str) -> None:
    form = visitor.form("/inloggen", "/inloggen")
    answer = visitor.send(form, {"naam": "sanne", "wachtwoord": PASSWORD, "terug": elsewhere})
    assert goes_to(answer) == "/"


def test_a_wrong_password_and_an_unknown_name_get_the_same_sentence(visitor: Person) -> None:
    form = visitor.form("/inloggen", "/inloggen")
    wrong = visitor.send(form, {"naam": "sanne", "wachtwoord": "verkeerd-woord"})
    unknown = visitor.send(form, {"naam": "niemand", "wachtwoord": "verkeerd-woord"})
    assert wrong.status_code == unknown.status_code == 422
    sentence = "Deze naam en dit wachtwoord horen niet bij elkaar."
    assert sentence in wrong.text
    assert sentence in unknown.text
    # what was typed stays, but never the password
    assert 'value="sanne"' in wrong.text
    assert "verkeerd-woord" not in wrong.text


def test_guessing_is_slowed_down_for_that_name_at_that_address_only(visitor: Person) -> None:
    form = visitor.form("/inloggen", "/inloggen")
    for _ in range(5):
        assert visitor.send(form, {"naam": "sanne", "wachtwoord": "gok"}).status_code == 422
    refused = visitor.send(form, {"naam": "Sanne ", "wachtwoord": PASSWORD})
    assert refused.status_code == 429
    assert heading(refused.text) == "Even wachten"
    assert int(refused.headers["Retry-After"]) > 0
    other_name = visitor.send(form, {"naam": "henk", "wachtwoord": PASSWORD})
    assert goes_to(other_name) == "/"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(visitor: Person) -> None:
    form = visitor.form("/inloggen", "/inloggen")
    answer = visitor.send(form, {"naam": "sanne", "wachtwoord": PASSWORD})
    cookies = answer.headers.getlist("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {"session", "visit"}
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_over_https_cookies_are_secure_and_bound_to_the_host(make: Make) -> None:
    app = make(base_url="https://taken.example")
    client = app.test_client()
    https = {"base_url": "https://taken.example"}
    form = next(f for f in forms(client.get("/inloggen", **https).text) if "wachtwoord" in f.fields)
    answer = client.post(
        "/inloggen",
        data={**form.fields, "naam": "sanne", "wachtwoord": PASSWORD},
        headers={"Referer": "https://taken.example/inloggen"},
        **https,
    )
    assert goes_to(answer) == "/"
    cookies = answer.headers.getlist("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {"__Host-session", "__Host-visit"}
    for cookie in cookies:
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_the_database_keeps_a_hash_of_the_token_never_the_token(app: Flask, sanne: Person) -> None:
    cookie = sanne.client.get_cookie("session")
    assert cookie is not None
    with services(app).db.engine.connect() as connection:
        stored = connection.execute(sa.select(sessions.c.token_hash)).scalar_one()
    assert cookie.value.encode() not in bytes(stored)
    assert len(stored) == 32


def test_signing_out_ends_the_session_in_the_database_too(app: Flask, sanne: Person) -> None:
    cookie = sanne.client.get_cookie("session")
    assert cookie is not None
    assert goes_to(sanne.press("/", "/uitloggen")) == "/inloggen"
    assert count_sessions(app) == 0
    # a copy of the cookie is worth nothing any more
    sanne.client.set_cookie("session", cookie.value)
    assert goes_to(sanne.client.get("/")) == "/inloggen"


def test_a_session_ended_elsewhere_asks_to_sign_in_again_and_says_why(app: Flask, sanne: Person) -> None:
    with services(app).db.engine.begin() as connection:
        connection.execute(sa.delete(sessions))
    answer = sanne.client.get("/zaken", follow_redirects=True)
    assert heading(answer.text) == "Inloggen"
    assert "U was even weg." in answer.text


def test_somebody_who_pressed_a_button_after_the_session_ended_hears_that_nothing_was_done(
    app: Flask, sanne: Person
) -> None:
    form = sanne.form("/", "/zaken")
    with services(app).db.engine.begin() as connection:
        connection.execute(sa.delete(sessions))
    answer = sanne.client.post("/zaken", data=form.fields, follow_redirects=True)
    assert "is niet gelukt" in answer.text


def test_hiding_signs_out_and_shows_a_page_that_says_nothing(app: Flask, sanne: Person) -> None:
    assert goes_to(sanne.press("/", "/even-weg")) == "/even-weg"
    page = sanne.get("/even-weg")
    assert count_sessions(app) == 0
    assert title(page) == "Welkom"
    for word in ("taak", "taken", "zaak", "school", "Sanne", "112"):
        assert word.lower() not in page.lower().replace("/static/build/", "")


def test_one_click_signs_in_a_demo_person_only_in_a_demonstration(visitor: Person, make: Make) -> None:
    form = visitor.form("/inloggen", "/demo/binnen")
    assert ("naam", "henk") in form.buttons
    assert goes_to(visitor.send(form, {"naam": "henk"})) == "/"
    assert "Henk" in visitor.get("/")

    real = Person(make(in_demo=False))
    assert "/demo/binnen" not in real.get("/inloggen")
    token = real.form("/inloggen", "/inloggen").fields["csrf_token"]
    assert real.client.post("/demo/binnen", data={"csrf_token": token, "naam": "henk"}).status_code == 404


def test_one_click_never_signs_in_somebody_who_is_not_made_up(visitor: Person) -> None:
    form = visitor.form("/inloggen", "/demo/binnen")
    assert visitor.send(form, {"naam": "echte-gebruiker"}).status_code == 404


def test_the_language_is_dutch_until_somebody_chooses_and_stays_chosen(visitor: Person) -> None:
    assert '<html class="voorbeeld-theme" lang="nl">' in visitor.get("/inloggen")
    form = visitor.form("/inloggen", "/taal")
    assert goes_to(visitor.send(form, {"taal": "en"})) == "/inloggen"
    assert heading(visitor.get("/inloggen")) == "Sign in"
    visitor.sign_in("sanne")
    assert heading(visitor.get("/")) == "My tasks"
    assert goes_to(visitor.send(visitor.form("/", "/taal"), {"taal": "xx"})) == "/"
    assert heading(visitor.get("/")) == "My tasks"
