"""`/health/live` and `/health/ready`; what a proxy may say; and what a line of the log says."""

from __future__ import annotations

import dataclasses
import json
import logging
from io import StringIO

import pytest
import sqlalchemy as sa
from flask import Flask

from meldcode import logs
from meldcode.attempts import SIGN_IN
from meldcode.settings import Settings, SettingsError, SmtpSettings
from tests.databases import beneath
from tests.web.conftest import Make
from tests.web.person import PASSWORD, Person
from web import health
from web.app import create_app
from web.services import EXTENSION, Services
from workers.embedded.broker import PrivateBroker
from workers.nudge import Nudge


@pytest.fixture(autouse=True)
def _always_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "KEPT_SECONDS", -1.0)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "elders.example"])
def test_who_lives_says_so_to_everybody_without_a_session(app: Flask, host: str) -> None:
    answer = app.test_client().get("/health/live", headers={"Host": host})
    assert (answer.status_code, answer.text) == (200, "alive\n")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_ready_means_a_database_of_this_version_and_a_broker_is_only_told_about(app: Flask) -> None:
    answer = app.test_client().get("/health/ready", headers={"Host": "10.0.0.7:8000"})
    assert answer.status_code == 200
    assert answer.text.splitlines() == [
        "ready",
        "database: reachable, tables up to date",
        "broker: not reachable (mails wait for it; pages do not)",
    ]
    assert answer.headers["Cache-Control"] == "no-store"
    assert app.test_client().head("/health/ready").data == b""


def test_a_broker_that_answers_is_told(app: Flask, broker: PrivateBroker) -> None:
    services: Services = app.extensions[EXTENSION]
    again = create_app(services.settings, services.db, Nudge(broker.url))
    assert "broker: reachable" in again.test_client().get("/health/ready").text


def test_tables_of_another_version_are_not_ready_and_the_answer_says_what_to_do(app: Flask) -> None:
    services: Services = app.extensions[EXTENSION]
    with beneath(services.db).begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    answer = app.test_client().get("/health/ready")
    assert answer.status_code == 503
    assert "run `meldcode migrate`" in answer.text
    assert app.test_client().get("/health/live").status_code == 200


def test_a_database_that_is_away_is_not_ready_and_no_address_is_told(app: Flask) -> None:
    services: Services = app.extensions[EXTENSION]
    broken = sa.create_engine("sqlite:////proc/nergens/geheim.db")
    kept, services.db.engine = services.db.engine, broken
    try:
        answer = app.test_client().get("/health/ready")
    finally:
        services.db.engine = kept
    assert answer.status_code == 503
    assert "database: not reachable" in answer.text
    assert "geheim" not in answer.text


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_only_reading_is_answered(app: Flask, path: str) -> None:
    answer = app.test_client().post(path)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"


# --- proxies -----------------------------------------------------------------------------------------


def guessing(app: Flask, forwarded: list[str]) -> list[int]:
    """What somebody gets who guesses, each time with another word in X-Forwarded-For."""
    visitor = Person(app)
    form = visitor.form("/inloggen", "/inloggen")
    data = {**form.fields, "naam": "sanne", "wachtwoord": "gok"}
    return [
        visitor.client.post("/inloggen", data=data, headers={"X-Forwarded-For": one}).status_code
        for one in forwarded
    ]


def test_without_a_trusted_proxy_nobody_changes_address_by_saying_so(app: Flask) -> None:
    said = [f"198.51.100.{number}" for number in range(SIGN_IN.pair.free + 1)]
    assert guessing(app, said)[-1] == 429


@pytest.mark.parametrize(("proxies", "behind"), [(1, ""), (2, ", 192.0.2.1")])
def test_behind_trusted_proxies_only_their_own_words_count(make: Make, proxies: int, behind: str) -> None:
    services: Services = make().extensions[EXTENSION]
    settings = dataclasses.replace(services.settings, trusted_proxies=proxies)
    app = create_app(settings, services.db)
    invented = [f"198.51.100.{number}, 203.0.113.9{behind}" for number in range(SIGN_IN.pair.free + 1)]
    assert guessing(app, invented)[-1] == 429
    other = guessing(app, [f"203.0.113.10{behind}"])
    assert other == [422], "somebody else behind the same proxies"


@pytest.mark.parametrize("value", ["-1", "6", "veel"])
def test_a_count_of_proxies_that_cannot_be_is_said_in_a_sentence(value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(False, environment={"MELDCODE_TRUSTED_PROXIES": value})
    assert "MELDCODE_TRUSTED_PROXIES=1" in refused.value.text.nl


# --- the log of requests -----------------------------------------------------------------------------


def test_a_line_of_the_log_holds_the_route_and_nothing_about_anybody(app: Flask) -> None:
    stream = StringIO()
    before = logging.getLogger().handlers[:]
    logs.configure(readable=False, stream=stream)
    try:
        sanne = Person(app).sign_in("sanne")
        task = sanne.start()
        sanne.get(task)
        sanne.client.get("/nergens/geheim?vraag=geheim")
    finally:
        logging.getLogger().handlers = before
    written = stream.getvalue()
    lines = [json.loads(line) for line in written.splitlines()]
    lines = [line for line in lines if line["event"] == "request"]
    shown = [(line["method"], line["route"], line["status"]) for line in lines]
    assert ("POST", "/inloggen", 303) in shown
    assert ("GET", None, 404) in shown
    assert any("<uuid" in (line["route"] or "") for line in lines)
    assert all(
        set(line) == {"event", "method", "route", "status", "ms", "level", "logger", "timestamp"}
        for line in lines
    )
    for word in (task.split("/")[2], "sanne", "Sanne", PASSWORD, "geheim", "127.0.0.1"):
        assert word not in written


def test_the_smtp_settings_never_show_their_password() -> None:
    smtp = SmtpSettings.from_url("smtp+starttls://naam:geheim@mail.example.nl")
    assert "geheim" not in repr(smtp)
