"""Every setting that is missing or odd is named, with what to set."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from meldcode.settings import Settings, SettingsError, SmtpSettings

KEY = base64.b64encode(bytes(range(32))).decode()
GOOD = {
    "MELDCODE_DATABASE_URL": "sqlite:///x.db",
    "MELDCODE_BROKER_URL": "redis://localhost:6379/0",
    "MELDCODE_SMTP_URL": "smtp://mail.example:2525",
    "MELDCODE_SECRET_KEY": KEY,
    "MELDCODE_MASTER_KEY": KEY,
    "MELDCODE_BASE_URL": "https://zorg.example/",
}


def read(**changed: str) -> Settings:
    given = {**GOOD, **{f"MELDCODE_{name.upper()}": value for name, value in changed.items()}}
    return Settings.from_environment(False, environment=given)


def test_a_whole_environment_is_read() -> None:
    settings = read()
    assert settings.master_key == bytes(range(32))
    assert settings.base_url == "https://zorg.example"
    assert settings.smtp == SmtpSettings("mail.example", 2525, sender="noreply@mail.example")
    assert not settings.demo
    assert settings.tick_seconds == 30
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)


def test_everything_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(False, environment={})

    assert len(refused.value.problems) == len(GOOD)
    for name in GOOD:
        assert name in refused.value.text.nl
        assert name in refused.value.text.en


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "geen url"),
        ("database_url", "mysql://localhost/x"),
        ("broker_url", "http://localhost"),
        ("broker_url", "redis://localhost:geenpoort/0"),
        ("smtp_url", "mail.example:25"),
        ("smtp_url", "smtp://"),
        ("smtp_url", "smtp://mail:geenpoort"),
        ("secret_key", "kort"),
        ("master_key", "geen base64!"),
        ("master_key", base64.b64encode(bytes(16)).decode()),
        ("base_url", "zorg.example"),
        ("base_url", "ftp://zorg.example"),
        ("base_url", "https://zorg.example:geenpoort"),
        ("demo", "ja"),
        ("tick_seconds", "0"),
        ("tick_seconds", "vaak"),
        ("host", "een naam met blanco's"),
        ("port", "achtduizend"),
        ("port", "0"),
        ("port", "65536"),
        ("log", "xml"),
        ("mail_from", "geen adres"),
        ("mail_from", "a@b\r\nBcc: c@d"),
        ("mail_from", "a@b..example"),
    ],
)
def test_an_odd_value_is_named_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(**{name: value})

    [problem] = refused.value.problems
    assert problem.nl.startswith(f"MELDCODE_{name.upper()} is niet bruikbaar. Zet bijvoorbeeld ")
    assert value not in problem.nl.split(" Zet ")[0]


def test_keys_and_passwords_do_not_show() -> None:
    settings = read(smtp_url="smtp://gebruiker:geheimpje@mail.example")
    shown = repr(settings)
    assert "geheimpje" not in shown
    assert KEY not in shown
    assert "\\x01\\x02" not in shown


@pytest.mark.parametrize(
    ("url", "port", "security"),
    [("smtp://m", 25, "none"), ("smtp+starttls://m", 587, "starttls"), ("smtps://m", 465, "tls")],
)
def test_smtp_addresses_have_their_usual_ports(url: str, port: int, security: str) -> None:
    smtp = SmtpSettings.from_url(url)
    assert (smtp.port, smtp.security) == (port, security)


def test_signs_in_an_smtp_address_may_be_escaped() -> None:
    smtp = SmtpSettings.from_url("smtps://naam%40huis:p%3Aw@mail.example")
    assert (smtp.username, smtp.password) == ("naam@huis", "p:w")


def test_embedded_needs_nothing_and_keeps_its_keys(tmp_path: Path) -> None:
    first = Settings.from_environment(True, environment={}, home=tmp_path / "var")
    again = Settings.from_environment(True, environment={}, home=tmp_path / "var")

    assert first == again
    assert first.master_key != first.secret_key.encode()
    for file in (tmp_path / "var").glob("*.key"):
        assert file.stat().st_mode & 0o777 == 0o600
    database = first.database()
    database.migrate()
    database.close()
    assert (tmp_path / "var" / "meldcode.db").exists()


def test_who_is_killed_while_making_a_key_leaves_no_half_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as half_way:
        half_way.setattr(os, "fsync", killed)
        with pytest.raises(KeyboardInterrupt):
            Settings.from_environment(True, environment={}, home=tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert len(Settings.from_environment(True, environment={}, home=tmp_path).master_key) == 32


@pytest.mark.parametrize("name", ["100%25", "wat nu?", "a b#c"])
def test_embedded_keeps_everything_in_its_own_folder_whatever_its_name_is(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    database = Settings.from_environment(True, environment={}, home=home).database()
    database.migrate()
    database.close()
    assert (home / "meldcode.db").exists()
    assert list(tmp_path.iterdir()) == [home]


def test_embedded_takes_what_is_given(tmp_path: Path) -> None:
    given = {"MELDCODE_SMTP_URL": "smtp://127.0.0.1:9", "MELDCODE_DEMO": "1", "MELDCODE_BROKER_URL": ""}
    settings = Settings.from_environment(True, environment=given, home=tmp_path)

    assert settings.smtp.port == 9
    assert settings.demo
    assert settings.broker_url
