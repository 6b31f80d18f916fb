"""The clock is real, and in a demonstration it can be moved."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from meldcode import clock, people
from meldcode.clock import ClockError
from meldcode.store import Database
from meldcode.workdays import Calendar
from tests.databases import again
from tests.store.house import MONDAY, PASSWORD, House


@pytest.fixture
def friday(monkeypatch: pytest.MonkeyPatch) -> datetime:
    moment = datetime(2026, 10, 23, 14, 30, tzinfo=UTC)  # a Friday, two days before winter time
    monkeypatch.setattr(clock, "real", lambda: moment)
    return moment


def test_without_a_demonstration_the_clock_is_real_and_stays(db: Database) -> None:
    clock.move(db)
    plain = again(db, demo=False)

    assert abs(clock.now(plain) - datetime.now(UTC)) < timedelta(seconds=5)
    with pytest.raises(ClockError):
        clock.move(plain)
    plain.close()


def test_a_move_goes_to_the_next_working_day_at_the_same_time(db: Database, friday: datetime) -> None:
    assert clock.now(db) == friday
    assert clock.move(db) == datetime(2026, 10, 26, 15, 30, tzinfo=UTC)  # 16.30 in Amsterdam, both
    assert clock.now(db) == datetime(2026, 10, 26, 15, 30, tzinfo=UTC)
    assert clock.move(db, 2) == datetime(2026, 10, 28, 15, 30, tzinfo=UTC)


def test_an_organisations_free_days_are_skipped(db: Database, friday: datetime) -> None:
    assert friday
    closed = Calendar(free_days=frozenset({date(2026, 10, 26)}))
    assert clock.move(db, calendar=closed).date() == date(2026, 10, 27)


def test_every_process_lives_at_the_same_moment(db: Database, friday: datetime) -> None:
    other = again(db)
    moved = clock.move(db)

    assert moved > friday
    assert clock.now(other) == moved
    other.close()


def test_moving_the_clock_signs_nobody_out(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "real", lambda: MONDAY)
    session = people.sign_in(house.db, "sanne", PASSWORD, clock.now(house.db))
    later = clock.move(house.db, 5)

    assert people.actor_of(house.db, session.token, later) is not None
    assert people.actor_of(house.db, session.token, later + people.IDLE) is None


@pytest.mark.parametrize("days", [0, -1, 101])
def test_a_move_is_forward_and_not_too_far(db: Database, days: int) -> None:
    with pytest.raises(ClockError):
        clock.move(db, days)


def test_the_clock_stops_five_years_ahead(db: Database) -> None:
    def keep_moving() -> None:
        for _ in range(20):
            clock.move(db, 100)

    with pytest.raises(ClockError):
        keep_moving()
    assert clock.now(db) < datetime.now(UTC) + timedelta(days=366 * 5)
