"""Time moves cases: each level once, nothing early, nothing lost, none in the way of another."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from meldcode import audit, cases, chores, engine, incidents, outbox, publishing, timers
from meldcode.moves import loading
from meldcode.store.tables import cases as case_table
from meldcode.store.tables import due, mails
from tests.databases import Kind, beneath
from tests.store import house as building
from tests.store.house import MONDAY, House


def sent_to(house: House, case: UUID | None = None) -> list[tuple[int, str]]:
    """Level and role of each mail written down, oldest first."""
    with beneath(house.db).connect() as connection:
        rows = connection.execute(mails.select().order_by(mails.c.created_at, mails.c.level)).all()
    return [(row.level, row.role) for row in rows if case in (None, row.case)]


def day(number: int, hour: int = 8) -> datetime:
    return MONDAY + timedelta(days=number, hours=hour - 8)


# --- the ladder ------------------------------------------------------------------------------------


def test_a_stalled_step_is_reminded_and_escalated_in_working_days(house: House) -> None:
    case = house.at_weighing()
    for number in range(12):
        timers.fire_due(house.db, day(number))

    with beneath(house.db).connect() as connection:
        rows = connection.execute(mails.select().order_by(mails.c.created_at)).all()
    people_of = {person: username for username, person in house.people.items()}
    assert [((row.created_at - MONDAY).days, row.level, people_of[row.person]) for row in rows] == [
        (2, 1, "sanne"),
        (4, 2, "sanne"),
        (7, 3, "fatima"),  # the fifth working day: a weekend lies between
        (9, 4, "henk"),
    ]
    assert {row.case for row in rows} == {case}
    assert not audit.verify(house.db)


def test_nothing_fires_early_and_at_the_moment_itself_it_does(house: House) -> None:
    house.at_weighing()
    assert timers.fire_due(house.db, day(2) - timedelta(microseconds=1)) == 0
    assert timers.fire_due(house.db, day(2)) == 1
    assert timers.fire_due(house.db, day(2)) == 0


def test_levels_overdue_together_mail_only_the_highest(house: House) -> None:
    house.at_weighing()
    timers.fire_due(house.db, day(30))

    assert sent_to(house) == [(4, "directeur")]


def test_completing_a_late_task_still_escalates(house: House) -> None:
    case = house.at_weighing()
    house.complete(case, "wegen", now=day(30))

    assert sent_to(house) == [(4, "directeur")]


def test_a_finished_case_is_never_woken(house: House) -> None:
    case = house.at_weighing()
    house.complete(case, "wegen")
    house.complete(case, "beslissen", by="henk")

    assert timers.fire_due(house.db, day(100)) == 0
    assert sent_to(house) == []


def test_a_second_round_has_a_ladder_of_its_own(house: House) -> None:
    case = house.at_weighing()
    timers.fire_due(house.db, day(2))
    house.complete(case, "wegen", {"advies": "twijfel"}, now=day(2))
    for number in range(2, 9):
        timers.fire_due(house.db, day(number))

    assert sent_to(house) == [(1, "leerkracht"), (1, "leerkracht"), (2, "leerkracht")]


def test_due_rows_hold_a_moment_and_nothing_else(house: House) -> None:
    house.at_weighing()

    assert set(due.c.keys()) == {"case", "organisation", "at"}
    with beneath(house.db).connect() as connection:
        assert connection.execute(due.select()).one().at == day(2)


# --- who gets the mail -----------------------------------------------------------------------------


def without_holders(house: House, *usernames: str) -> None:
    from meldcode.store.tables import role_holders

    with beneath(house.db).begin() as connection:
        for username in usernames:
            connection.execute(role_holders.delete().where(role_holders.c.person == house.people[username]))


def test_a_stand_in_is_mailed_when_nobody_holds_the_role(house: House) -> None:
    house.at_weighing()
    without_holders(house, "fatima")
    timers.fire_due(house.db, day(7))

    with beneath(house.db).connect() as connection:
        [row] = connection.execute(mails.select()).all()
    assert row.role == "intern-begeleider"
    assert row.person == house.people["henk"]


def test_a_mail_nobody_can_get_becomes_an_incident_and_the_case_goes_on(house: House) -> None:
    case = house.at_weighing()
    without_holders(house, "fatima", "henk")
    timers.fire_due(house.db, day(7))

    [incident] = incidents.listing(house.db, house.organisation)
    assert (incident.kind, incident.case) == ("mail_without_receiver", case)
    assert sent_to(house) == []
    assert house.complete(case, "wegen", now=day(7)).case.status == "open"


def test_every_holder_of_a_pool_is_mailed(house: House) -> None:
    """Joost opened the case and gave up his role: the step is the pool's, so the pool is reminded."""
    case = house.open("joost").case.id
    house.complete(case, "signalen", by="joost")
    without_holders(house, "joost")
    timers.fire_due(house.db, day(2))

    with beneath(house.db).connect() as connection:
        assert [row.person for row in connection.execute(mails.select())] == [house.people["sanne"]]


def test_a_mail_says_when_and_nothing_of_what(house: House) -> None:
    case = house.at_weighing()
    timers.fire_due(house.db, day(7))

    [mail] = outbox.listing(house.db, house.organisation)
    assert mail.subject.startswith("Taak wacht op uw reactie (")
    assert "op woensdag 9 september" in mail.body
    assert "voor woensdag 16 september om 10.00 uur" in mail.body
    assert f"https://school.example/zaken/{case}" in mail.body
    assert "Goedendag Fatima," in mail.body
    for word in ("blauwe plek", "wegen", "escalatie", "meldcode"):
        assert word not in (mail.subject + mail.body).lower()


# --- many at once ----------------------------------------------------------------------------------


def test_two_ticks_at_once_fire_each_timer_once(house: House) -> None:
    waiting = {house.at_weighing() for _ in range(12)}
    gate = threading.Barrier(4)
    fired: list[int] = []

    def tick() -> None:
        gate.wait()
        fired.append(timers.fire_due(house.db, day(2)))

    threads = [threading.Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(fired) == 12
    assert len(sent_to(house)) == 12
    assert all(len(sent_to(house, case)) == 1 for case in waiting)
    assert not audit.verify(house.db)


def test_an_idle_tick_is_one_statement(house: House, kind: Kind) -> None:
    house.at_weighing()
    seen: list[str] = []

    def statement(_c: Any, _cursor: Any, text: str, *_: Any) -> None:
        seen.append(text)

    event.listen(house.db.engine, "before_cursor_execute", statement)
    timers.fire_due(house.db, MONDAY)
    event.remove(house.db.engine, "before_cursor_execute", statement)

    assert len(seen) == 1
    with beneath(house.db).connect() as connection:
        if kind.name == "sqlite":
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {seen[0]}", (str(MONDAY), 100, 0)).all()
        else:
            connection.exec_driver_sql("SET enable_seqscan = off")  # so few rows would be read at once
            values = dict.fromkeys(re.findall(r"%\((\w+)\)s", seen[0]), 100) | {"now": MONDAY}
            plan = connection.exec_driver_sql(f"EXPLAIN {seen[0]}", values).all()
    assert any("ix_due_at" in str(line) for line in plan)


def test_a_batch_costs_as_many_statements_as_one_case(house: House) -> None:
    for _ in range(20):
        house.at_weighing()
    counted = 0

    def statement(*_: Any) -> None:
        nonlocal counted
        counted += 1

    event.listen(house.db.engine, "before_cursor_execute", statement)
    assert timers.fire_due(house.db, day(2)) == 20
    event.remove(house.db.engine, "before_cursor_execute", statement)
    assert counted <= 13


def test_a_limit_leaves_the_rest_for_the_next_call(house: House) -> None:
    for _ in range(5):
        house.at_weighing()

    assert [timers.fire_due(house.db, day(2), limit=2) for _ in range(4)] == [2, 2, 1, 0]


# --- stuck -----------------------------------------------------------------------------------------


def trapped(house: House) -> UUID:
    """A case whose timer leads to a gateway without a way out."""
    case = house.at_weighing()
    house.complete(case, "wegen", {"advies": "wachten"})
    house.complete(case, "verdwaald", {})
    return case


def test_a_case_that_cannot_go_on_becomes_an_incident_after_three_attempts(house: House) -> None:
    case = trapped(house)
    others = [house.at_weighing() for _ in range(3)]
    moment = day(2)
    for _ in range(6):
        timers.fire_due(house.db, moment)
        moment += timedelta(minutes=10)

    [incident] = incidents.listing(house.db)
    assert (incident.case, incident.node, incident.times) == (case, "hoe_nu", 1)
    assert [sent_to(house, other) for other in others] == [[(1, "leerkracht")]] * 3
    with beneath(house.db).connect() as connection:
        assert connection.execute(due.select().where(due.c.case == case)).one().at is None
        assert connection.execute(case_table.select().where(case_table.c.id == case)).one().failures == 3
    assert cases.case_page(house.db, house.actor("sanne"), case, now=moment).status == "open"
    assert not audit.verify(house.db)


def test_failed_attempts_are_spread_over_time(house: House) -> None:
    case = trapped(house)
    timers.fire_due(house.db, day(2))
    timers.fire_due(house.db, day(2) + timedelta(seconds=30))

    with beneath(house.db).connect() as connection:
        assert connection.execute(case_table.select().where(case_table.c.id == case)).one().failures == 1
    assert not incidents.listing(house.db)


def test_an_incident_can_be_retried_and_comes_back_while_the_cause_is_there(house: House) -> None:
    trapped(house)
    for minutes in (0, 10, 20):
        timers.fire_due(house.db, day(2) + timedelta(minutes=minutes))
    [incident] = incidents.listing(house.db, house.organisation)

    incidents.retry(house.db, house.organisation, incident.id, now=day(3), by=house.people["henk"])
    assert not incidents.listing(house.db, house.organisation)
    for minutes in (0, 10, 20):
        timers.fire_due(house.db, day(3) + timedelta(minutes=minutes))
    [again] = incidents.listing(house.db, house.organisation)
    assert again.id != incident.id
    assert not audit.verify(house.db)


def test_a_fault_of_the_engine_itself_is_an_incident_too_and_a_retry_repairs(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, fine = sorted([house.at_weighing(), house.at_weighing()])
    real = engine.step

    def step(version: Any, calendar: Any, state: Any, command: Any, now: Any) -> engine.Step:
        if UUID(state["seed"]) == broken:
            raise ZeroDivisionError("a word of content")
        return real(version, calendar, state, command, now)

    monkeypatch.setattr(loading.engine, "step", step)
    for minutes in (0, 10, 20):
        timers.fire_due(house.db, day(2) + timedelta(minutes=minutes))
    [incident] = incidents.listing(house.db, house.organisation)
    assert (incident.case, incident.kind) == (broken, "unexpected")
    assert "content" not in incident.text.en
    assert sent_to(house, fine) == [(1, "leerkracht")]

    monkeypatch.setattr(loading.engine, "step", real)
    incidents.retry(house.db, house.organisation, incident.id, now=day(2))
    assert timers.fire_due(house.db, day(2)) == 1
    assert sent_to(house, broken) == [(1, "leerkracht")]


def test_a_person_who_moves_a_failing_case_on_ends_its_incident(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = house.at_weighing()
    real = engine.step

    def step(*_: Any) -> engine.Step:
        raise ZeroDivisionError

    monkeypatch.setattr(loading.engine, "step", step)
    for minutes in (0, 10, 20):
        timers.fire_due(house.db, day(2) + timedelta(minutes=minutes))
    assert len(incidents.listing(house.db)) == 1
    monkeypatch.setattr(loading.engine, "step", real)

    house.complete(case, "wegen", now=day(3))

    assert not incidents.listing(house.db)
    [resolved] = incidents.listing(house.db, house.organisation, resolved=True)
    assert resolved.resolved_at == day(3)


# --- time itself -----------------------------------------------------------------------------------


def test_a_deadline_keeps_its_local_hour_over_the_change_of_the_clock(house: House) -> None:
    thursday = datetime(2026, 10, 22, 8, 0, tzinfo=UTC)  # 10.00 summer time; winter time from the 25th
    house.at_weighing(now=thursday)

    with beneath(house.db).connect() as connection:
        assert connection.execute(due.select()).one().at == datetime(2026, 10, 26, 9, 0, tzinfo=UTC)


def test_a_clock_set_back_fires_nothing_twice(house: House) -> None:
    house.at_weighing()
    timers.fire_due(house.db, day(2))
    for hours in (-24, -1, 0, 1):
        timers.fire_due(house.db, day(2) + timedelta(hours=hours))

    assert sent_to(house) == [(1, "leerkracht")]


def free_on_tuesday(house: House, tmp_path: Path) -> None:
    """Publish the same code with one free day, the day after the cases here begin."""
    free = building.ORGANISATION + "\n[calendar]\nfree_days = [2026-09-08]\n"
    made = building.folder(tmp_path / "vrij", organisation_toml=free.encode())
    publishing.publish(house.db, "testschool", made, now=MONDAY)


def next_due(house: House) -> datetime | None:
    with beneath(house.db).connect() as connection:
        moment: datetime | None = connection.execute(due.select()).one().at
        return moment


def test_free_days_that_change_move_the_deadlines_of_open_cases(house: House, tmp_path: Path) -> None:
    house.at_weighing()
    free_on_tuesday(house, tmp_path)
    while chores.do_due(house.db, MONDAY):
        pass

    assert next_due(house) == day(3)


def test_deadlines_that_could_not_be_computed_again_are_computed_after_a_retry(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.at_weighing()
    real = engine.step

    def step(*_: Any) -> engine.Step:
        raise ZeroDivisionError("a word of content")

    monkeypatch.setattr(loading.engine, "step", step)
    free_on_tuesday(house, tmp_path)
    while chores.do_due(house.db, MONDAY):
        pass
    [incident] = incidents.listing(house.db, house.organisation)
    assert incident.kind == incidents.NOT_RECALCULATED
    assert "content" not in incident.text.en

    monkeypatch.setattr(loading.engine, "step", real)
    incidents.retry(house.db, house.organisation, incident.id, now=MONDAY, by=house.people["henk"])
    while chores.do_due(house.db, MONDAY):
        pass
    assert next_due(house) == day(3)
    assert not incidents.listing(house.db, house.organisation)
    assert not audit.verify(house.db)


def test_waking_a_case_with_nothing_to_do_changes_and_logs_nothing(house: House) -> None:
    case = house.at_weighing()
    first = next_due(house)
    with beneath(house.db).begin() as connection:
        connection.execute(due.update().values(at=MONDAY))  # as when somebody tries again what was stuck
    assert timers.fire_due(house.db, MONDAY + timedelta(hours=1)) == 1

    assert next_due(house) == first
    with beneath(house.db).connect() as connection:
        assert connection.execute(case_table.select()).one().revision == 2
    with house.db.reading(house.organisation) as tx:
        assert [row.action for row in audit.of_case(tx, case)] == ["case_opened", "task_completed"]
