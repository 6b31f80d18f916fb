"""Signing in, sessions that end, and roles as they are now."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from meldcode import adjustments, audit, people
from meldcode.passwords import PasswordRefused
from meldcode.people import PeopleError, SignInError, signing
from meldcode.store.tables import accounts, sessions
from meldcode.store.tables import audit as log
from tests.databases import beneath
from tests.store.house import MONDAY, PASSWORD, House


def logged(house: House) -> list[str]:
    with beneath(house.db).connect() as connection:
        return list(connection.execute(sa.select(log.c.action).order_by(log.c.sequence)).scalars())


def test_a_person_signs_in_with_her_roles(house: House) -> None:
    session = people.sign_in(house.db, " Sanne ", PASSWORD, MONDAY)
    actor = people.actor_of(house.db, session.token, MONDAY)

    assert actor == session.actor
    assert actor is not None
    assert (actor.name, actor.roles) == ("Sanne", {"leerkracht"})
    assert logged(house)[-1] == "signed_in"


def test_the_token_is_stored_nowhere(house: House) -> None:
    session = people.sign_in(house.db, "sanne", PASSWORD, MONDAY)
    with beneath(house.db).connect() as connection:
        row = connection.execute(sa.select(sessions)).one()
    assert session.token.encode() not in bytes(row.token_hash)
    assert len(session.token) >= 43


@pytest.mark.parametrize(
    ("username", "password"),
    [("sanne", "fout wachtwoord"), ("niemand", PASSWORD), ("", ""), ("sanne", PASSWORD + "x" * 500)],
)
def test_every_refusal_says_the_same(house: House, username: str, password: str) -> None:
    with pytest.raises(SignInError) as refused:
        people.sign_in(house.db, username, password, MONDAY)
    assert refused.value.text == SignInError().text
    with beneath(house.db).connect() as connection:
        assert connection.execute(sa.select(sessions)).all() == []


def test_an_unknown_name_takes_as_long_as_a_wrong_password(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "REFUSED_AFTER", 0.05)

    def seconds(username: str) -> float:
        began = time.perf_counter()
        with pytest.raises(SignInError):
            people.sign_in(house.db, username, "fout wachtwoord", MONDAY)
        return time.perf_counter() - began

    for _ in range(5):  # another process may disturb one measurement
        taken = [(seconds("sanne"), seconds("niemand")) for _ in range(5)]
        known, unknown = (min(times) for times in zip(*taken, strict=True))
        assert min(known, unknown) >= 0.05
        if abs(known - unknown) < 0.02:
            break
    assert abs(known - unknown) < 0.02


def test_an_unknown_name_is_compared_with_a_hash_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    real = signing._matches

    def matches(stored: str, password: str) -> bool:
        compared.append(stored)
        return real(stored, password)

    monkeypatch.setattr(signing, "_matches", matches)
    with pytest.raises(SignInError):
        people.sign_in(house.db, "niemand", "fout wachtwoord", MONDAY)
    assert compared[0].startswith("$argon2id$")


def test_passwords_are_kept_as_argon2id_and_renewed_when_the_settings_grow(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stored() -> str:
        with beneath(house.db).connect() as connection:
            hashes = sa.select(accounts.c.password_hash).where(accounts.c.username == "sanne")
            return str(connection.execute(hashes).scalar_one())

    before = stored()
    assert before.startswith("$argon2id$")
    monkeypatch.setattr(signing, "hasher", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    people.sign_in(house.db, "sanne", PASSWORD, MONDAY)

    assert "m=16,t=2" in stored()
    assert people.sign_in(house.db, "sanne", PASSWORD, MONDAY).actor.name == "Sanne"


def test_the_products_own_hash_settings_follow_owasp() -> None:
    assert PasswordHasher(**people.HASHING).hash("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_session_ends_when_nothing_happens_and_after_a_day_at_the_latest(house: House) -> None:
    session = people.sign_in(house.db, "sanne", PASSWORD, MONDAY)
    moment = MONDAY
    while moment + timedelta(minutes=50) < session.ends_at:
        moment += timedelta(minutes=50)
        assert people.actor_of(house.db, session.token, moment) is not None
    assert people.actor_of(house.db, session.token, session.ends_at) is None

    idle = people.sign_in(house.db, "sanne", PASSWORD, MONDAY)
    assert people.actor_of(house.db, idle.token, MONDAY + people.IDLE) is None


def test_signing_out_ends_the_session_everywhere(house: House) -> None:
    session = people.sign_in(house.db, "sanne", PASSWORD, MONDAY)
    people.sign_out(house.db, session.token, MONDAY)
    people.sign_out(house.db, session.token, MONDAY)

    assert people.actor_of(house.db, session.token, MONDAY) is None
    assert logged(house).count("signed_out") == 1


def test_sessions_can_be_ended_at_will(house: House) -> None:
    tokens = [people.sign_in(house.db, "sanne", PASSWORD, MONDAY).token for _ in range(2)]
    other = people.sign_in(house.db, "henk", PASSWORD, MONDAY).token

    assert people.end_sessions(house.db, house.organisation, house.people["sanne"], now=MONDAY) == 2
    assert [people.actor_of(house.db, token, MONDAY) for token in tokens] == [None, None]
    assert people.actor_of(house.db, other, MONDAY) is not None


def test_a_closed_account_is_out_at_once_and_cannot_come_back(house: House) -> None:
    session = people.sign_in(house.db, "sanne", PASSWORD, MONDAY)
    adjustments.switch_as_operator(house.db, house.organisation, house.people["sanne"], False, now=MONDAY)

    assert people.actor_of(house.db, session.token, MONDAY) is None
    with pytest.raises(SignInError):
        people.sign_in(house.db, "sanne", PASSWORD, MONDAY)
    adjustments.switch_as_operator(house.db, house.organisation, house.people["sanne"], True, now=MONDAY)
    assert people.sign_in(house.db, "sanne", PASSWORD, MONDAY).actor.name == "Sanne"


def test_somebody_elses_account_cannot_be_closed_from_another_organisation(house: House) -> None:
    elsewhere = people.create_organisation(house.db, "elders", "Elders", now=MONDAY)
    with pytest.raises(PeopleError):
        adjustments.switch_as_operator(house.db, elsewhere, house.people["sanne"], False, now=MONDAY)

    assert people.sign_in(house.db, "sanne", PASSWORD, MONDAY)


def test_old_sessions_are_swept_away(house: House) -> None:
    people.sign_in(house.db, "sanne", PASSWORD, MONDAY)
    people.sign_in(house.db, "henk", PASSWORD, MONDAY + timedelta(days=2))

    with beneath(house.db).connect() as connection:
        assert len(connection.execute(sa.select(sessions)).all()) == 1


def test_a_page_writes_a_session_at_most_once_a_minute(house: House) -> None:
    session = people.sign_in(house.db, "sanne", PASSWORD, MONDAY)
    for second in range(0, 50, 10):
        people.actor_of(house.db, session.token, MONDAY + timedelta(seconds=second))
    with beneath(house.db).connect() as connection:
        assert connection.execute(sa.select(sessions.c.seen_at)).scalar_one() == MONDAY


@pytest.mark.parametrize(
    "changed",
    [
        {"username": "sanne"},
        {"username": "met spatie"},
        {"username": ""},
        {"username": "sanne\u200b"},
        {"email": "n@school\u202e.example"},
        {"name": "Sanne\u2066"},
        {"password": "kort"},
        {"password": "x" * 201},
        {"email": "geen adres"},
        {"email": "a@b\r\nBcc: c@d"},
        {"email": "a b@c"},
        {"name": ""},
        {"name": "x" * 201},
    ],
)
def test_a_person_who_cannot_be_stored_is_refused_with_a_sentence(
    house: House, changed: dict[str, str]
) -> None:
    given = {"username": "nieuw", "name": "Nieuw", "email": "n@school.example", "password": PASSWORD}
    with pytest.raises((PeopleError, PasswordRefused)) as refused:
        people.create_person(
            house.db,
            house.organisation,
            roles=["leerkracht"],
            now=MONDAY,
            **{**given, **changed},  # type: ignore[arg-type]
        )
    assert refused.value.text.nl
    assert len(people.everybody(house.db, house.organisation)) == len(house.people)
    assert not audit.verify(house.db)


def test_two_organisations_cannot_have_one_key(house: House) -> None:
    with pytest.raises(PeopleError):
        people.create_organisation(house.db, "testschool", "Nog een", now=MONDAY)


def test_everybody_is_listed_by_name_with_roles(house: House) -> None:
    listed = people.everybody(house.db, house.organisation)
    assert [person.name for person in listed] == ["Buitenstaander", "Fatima", "Henk", "Joost", "Sanne"]
    assert [sorted(person.roles) for person in listed][2] == ["directeur"]
