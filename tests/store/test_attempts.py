"""Guessing is slowed down, in the database and so for all web processes together; nobody is locked out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from meldcode import attempts, people
from meldcode.attempts import RESET, SIGN_IN, Limit, TooManyAttempts
from meldcode.people import SignInError
from meldcode.store import Database
from tests.databases import again, beneath
from tests.store.house import MONDAY, PASSWORD, House

HOME, FAR = "192.0.2.7", "203.0.113.9"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def guess(house: House, address: str = FAR, name: str = "sanne", now=MONDAY, password: str = "fout") -> None:
    with pytest.raises(SignInError):
        people.sign_in(house.db, name, password, now, address=address)


def wait(house: House, address: str = FAR, name: str = "sanne", now=MONDAY) -> timedelta:
    with pytest.raises(TooManyAttempts) as refused:
        people.sign_in(house.db, name, PASSWORD, now, address=address)
    return refused.value.wait


def test_each_further_wrong_password_doubles_the_wait(house: House) -> None:
    now, waits = MONDAY, []
    for _ in range(SIGN_IN.pair.free):
        guess(house, now=now)
    for _ in range(7):
        waits.append(wait(house, now=now))
        now += waits[-1]
        guess(house, now=now)
    assert waits[:5] == [SECOND * seconds for seconds in (30, 60, 120, 240, 480)]
    assert waits[5:] == [15 * MINUTE, 15 * MINUTE]


def test_after_the_wait_the_right_password_works_and_the_count_begins_again(house: House) -> None:
    for _ in range(SIGN_IN.pair.free):
        guess(house)
    later = MONDAY + wait(house)

    assert people.sign_in(house.db, "sanne", PASSWORD, later, address=FAR).token
    for _ in range(SIGN_IN.pair.free):
        guess(house, now=later)


def test_a_clock_that_was_ahead_for_a_while_keeps_nobody_out_once_it_is_right_again(house: House) -> None:
    for _ in range(SIGN_IN.pair.free):
        guess(house, now=MONDAY + timedelta(days=1))
    assert people.sign_in(house.db, "sanne", PASSWORD, MONDAY, address=FAR).token


def test_a_try_that_has_to_wait_does_not_make_the_wait_longer(house: House) -> None:
    for _ in range(SIGN_IN.pair.free):
        guess(house)
    first = wait(house)
    assert [wait(house) for _ in range(5)] == [first] * 5


def test_a_stranger_elsewhere_keeps_nobody_out(house: House) -> None:
    people.sign_in(house.db, "sanne", PASSWORD, MONDAY, address=HOME)
    # from anywhere, each time from another address: far beyond what a name may have
    for number in range(SIGN_IN.anywhere.free):
        guess(house, address=f"198.51.100.{number}")
    assert wait(house, address=FAR) > timedelta(0)

    assert people.sign_in(house.db, "sanne", PASSWORD, MONDAY, address=HOME).token


def test_who_comes_from_a_new_address_waits_minutes_at_most_whatever_others_do(house: House) -> None:
    now = MONDAY
    for number in range(60):
        try:
            people.sign_in(house.db, "sanne", "fout", now, address=f"198.51.100.{number}")
        except TooManyAttempts as refused:
            now += refused.wait
        except SignInError:
            pass
    assert wait(house, address=HOME, now=now) <= 2 * MINUTE


def test_one_address_cannot_try_every_name(house: House) -> None:
    for number in range(SIGN_IN.address.free):
        guess(house, name=f"naam{number}")
    assert wait(house, name="henk") > timedelta(0)
    assert people.sign_in(house.db, "henk", PASSWORD, MONDAY, address=HOME).token


def test_people_who_sign_in_well_use_nothing_up(house: House) -> None:
    for _ in range(SIGN_IN.address.free + 20):
        people.sign_in(house.db, "sanne", PASSWORD, MONDAY, address=HOME)


def test_every_web_process_counts_along(house: House) -> None:
    other = again(house.db)
    try:
        for _ in range(SIGN_IN.pair.free):
            guess(house)
        with pytest.raises(TooManyAttempts):
            people.sign_in(other, "sanne", PASSWORD, MONDAY, address=FAR)
    finally:
        other.close()


def test_many_guesses_at_once_do_not_slip_through(house: House) -> None:
    def one(_: int) -> str:
        try:
            attempts.count(house.db, SIGN_IN, "sanne", FAR, MONDAY)
        except TooManyAttempts:
            return "wait"
        return "may"

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(one, range(24)))
    assert answers.count("may") == SIGN_IN.pair.free


def test_no_name_and_no_address_is_stored(house: House) -> None:
    guess(house)
    with beneath(house.db).connect() as connection:
        rows = connection.execute(sa.text("SELECT * FROM attempts")).all()
    assert len(rows) == 3
    for word in ("sanne", FAR):
        assert word not in repr(rows)


def test_old_counts_are_swept_away_and_known_addresses_kept(house: House) -> None:
    people.sign_in(house.db, "sanne", PASSWORD, MONDAY, address=HOME)
    guess(house, name="henk")
    people.sign_in(house.db, "fatima", PASSWORD, MONDAY + timedelta(days=2), address="192.0.2.99")
    with beneath(house.db).connect() as connection:
        kept = connection.execute(sa.text("SELECT count(*) FROM attempts WHERE good_at IS NOT NULL")).scalar()
        old = connection.execute(sa.text("SELECT count(*) FROM attempts WHERE good_at IS NULL")).scalar()
    assert (kept, old) == (2, 2)


def test_an_unknown_name_waits_just_as_long(house: House) -> None:
    for _ in range(SIGN_IN.pair.free):
        guess(house, name="niemand")
    assert wait(house, name="niemand") == SECOND * 30


def test_two_purposes_do_not_count_each_others_tries(db: Database) -> None:
    for _ in range(RESET.pair.free):
        attempts.count(db, RESET, "sanne", HOME, MONDAY)
    with pytest.raises(TooManyAttempts):
        attempts.count(db, RESET, "sanne", HOME, MONDAY)
    attempts.count(db, SIGN_IN, "sanne", HOME, MONDAY)


@given(st.integers(0, 10_000))
def test_a_wait_never_shrinks_and_never_exceeds_its_longest(failures: int) -> None:
    limit = Limit(3, SECOND, 10 * MINUTE, 60 * MINUTE)
    nothing = timedelta(0)
    here, further = limit.wait(failures) or nothing, limit.wait(failures + 1) or nothing
    assert nothing <= here <= further <= 10 * MINUTE


@pytest.mark.parametrize(
    ("wait", "nl", "en"),
    [
        (SECOND * 30, "30 seconden", "30 seconds"),
        (SECOND * 60, "1 minuut", "1 minute"),
        (SECOND * 61, "2 minuten", "2 minutes"),
        (MINUTE * 15, "15 minuten", "15 minutes"),
    ],
)
def test_the_wait_is_told_in_words(wait: timedelta, nl: str, en: str) -> None:
    said = TooManyAttempts(wait).text
    assert f"Wacht {nl} en" in said.nl
    assert f"Wait {en}, then" in said.en
