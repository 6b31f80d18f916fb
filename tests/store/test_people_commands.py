"""`meldcode people …`: inviting, closing and signing out from the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from meldcode import accounts, clock, outbox, people
from meldcode.cli import main
from meldcode.settings import Settings
from tests.store import house as building
from tests.store.house import PASSWORD, House


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    settings = Settings.from_environment(True, environment={}, home=tmp_path)
    db = settings.database()
    db.migrate()
    building.build(db, tmp_path / "organisation")
    db.close()
    return tmp_path


def run(folder: Path, *words: str, code: int = 0) -> str:
    done = CliRunner().invoke(main, ["people", *words, "--embedded", str(folder), "--lang", "en"])
    assert done.exit_code == code, done.output
    return done.output


def opened(folder: Path) -> House:
    db = Settings.from_environment(True, environment={}, home=folder).database()
    organisation = people.organisation_id(db, "testschool")
    assert organisation is not None
    return House(db, organisation)


def test_somebody_is_invited_and_invited_again(folder: Path) -> None:
    words = (
        "invite",
        "testschool",
        "--name",
        "Nadia",
        "--email",
        "nadia@school.example",
        "--role",
        "leerkracht",
    )
    assert "waits to be sent" in run(folder, *words)
    assert "waits to be sent" in run(folder, *words)
    house = opened(folder)
    assert len(outbox.listing(house.db, house.organisation)) == 2
    (nadia,) = [
        one
        for one in accounts.overview(house.db, house.organisation, clock.now(house.db))
        if one.name == "Nadia"
    ]
    assert nadia.roles == {"leerkracht"}
    house.db.close()
    assert "invited" in run(folder, "list", "testschool")


def test_an_account_is_closed_opened_and_signed_out(folder: Path) -> None:
    house = opened(folder)
    for _ in range(2):
        people.sign_in(house.db, "sanne", PASSWORD, clock.now(house.db))
    assert "Signed out: 2 times." in run(folder, "sign-out", "testschool", "sanne")
    run(folder, "close", "testschool", "Sanne")
    with pytest.raises(people.SignInError):
        people.sign_in(house.db, "sanne", PASSWORD, clock.now(house.db))
    run(folder, "open", "testschool", "sanne")
    assert people.sign_in(house.db, "sanne", PASSWORD, clock.now(house.db)).token
    house.db.close()


def test_a_link_mailed_before_an_account_was_closed_does_not_work_when_it_is_opened_again(
    folder: Path,
) -> None:
    house = opened(folder)
    house.db.demo = True  # which shows mails with their links
    now = clock.now(house.db)
    accounts.ask_reset(house.db, "sanne", "192.0.2.7", now)
    (mail,) = outbox.listing(house.db, house.organisation)
    found = re.search(r"/wachtwoord/kiezen/(\S+)", mail.body)
    assert found, mail.body
    assert accounts.link_of(house.db, found[1], now).username == "sanne"

    run(folder, "close", "testschool", "sanne")
    run(folder, "open", "testschool", "sanne")

    with pytest.raises(accounts.LinkEnded):
        accounts.link_of(house.db, found[1], now)
    house.db.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("list", "nergens"), "There is no organisation"),
        (("close", "testschool", "niemand"), "There is no account"),
        (
            ("invite", "testschool", "--name", "Sanne", "--email", "x@y.example", "--username", "sanne"),
            "already",
        ),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(folder: Path, words: tuple[str, ...], said: str) -> None:
    assert said in run(folder, *words, code=1)


def test_a_database_without_tables_is_said_with_what_to_do(tmp_path: Path) -> None:
    assert "meldcode migrate" in run(tmp_path, "list", "testschool", code=1)
