"""A mail that waited leaves only while it is still true, and only to who should have it by then.

It waits for a part-timer's next working day, for a server that put it off, or for somebody who tries again
a week later; meanwhile its task may be done, somebody else's, or its receiver gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from meldcode import accounts, adjustments, audit, cases, incidents, mails, people, timers
from meldcode.cases.moved import REASONS
from meldcode.outbox import SmtpSettings
from meldcode.store.tables import mails as written
from meldcode.store.tables import outbox as queue
from tests.databases import beneath
from tests.store.house import MONDAY, House
from tests.store.smtp import Script, serving

LATER, SOON = timedelta(minutes=5), timedelta(seconds=30)
WAITS = MONDAY + timedelta(days=2)  # a Wednesday, on which Sanne does not work
FRIDAY = MONDAY + timedelta(days=4)  # on which she does: the second reminder falls due as well


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def smtp(script: Script) -> Iterator[SmtpSettings]:
    with serving(script) as settings:
        yield settings


@pytest.fixture
def case(house: House) -> UUID:
    """A case at weighing whose first reminder waits until Friday for Sanne, who holds the task."""
    case = house.at_weighing()
    with house.db.transaction(house.organisation) as tx:
        people.set_weekdays(tx, house.people["sanne"], (0, 4))
    timers.fire_due(house.db, WAITS)
    [row] = rows(house)
    assert (row.status, row.person) == ("waiting", house.people["sanne"])
    return case


def rows(house: House) -> list[Any]:
    with beneath(house.db).connect() as connection:
        return list(connection.execute(sa.select(written).order_by(written.c.created_at, written.c.level)))


def send(house: House, smtp: SmtpSettings, moment: datetime) -> int:
    """As a worker does at two ticks: what was written down again at the first leaves at the second."""
    return sum(mails.send_pending(house.db, smtp, moment + n * SOON) for n in range(2))


def statuses(house: House) -> list[tuple[str, str]]:
    names = {person: name for name, person in house.people.items()}
    return sorted((names[row.person], row.status) for row in rows(house))


def nothing_waits(house: House) -> bool:
    with beneath(house.db).connect() as connection:
        return connection.execute(sa.select(queue)).all() == []


def put_off(house: House, smtp: SmtpSettings, script: Script, moment: datetime) -> None:
    """The mails that leave now are not taken, for the time being."""
    script.data = ["451 later"] * 9
    assert mails.send_pending(house.db, smtp, moment) == 0
    script.data = []


def away(house: House, who: str, standin: str | None = None) -> None:
    with house.db.transaction(house.organisation) as tx:
        instead = house.people[standin] if standin else None
        people.add_absence(tx, house.people[who], standin=instead, from_at=MONDAY, until_at=None, now=MONDAY)


def hand_to(house: House, case: UUID, who: str) -> None:
    cases.reassign(
        house.db,
        house.actor("henk"),
        case,
        house.task(case, "wegen"),
        house.people[who],
        reason="absent",
        key=house.key(),
        now=WAITS,
    )


# --- what it is about is over --------------------------------------------------------------------


def complete(house: House, case: UUID) -> None:
    house.complete(case, "wegen", now=WAITS)


def close(house: House, case: UUID) -> None:
    house.complete(case, "wegen", now=WAITS)
    house.complete(case, "beslissen", by="henk", now=WAITS)


def alarm(house: House, case: UUID) -> None:
    """It interrupts what was under way."""
    cases.raise_acute(house.db, house.actor("sanne"), case, key=house.key(), now=WAITS)


def doubt(house: House, case: UUID) -> None:
    """The same question comes again: another task, with a ladder of its own."""
    house.complete(case, "wegen", {"advies": "twijfel"}, now=WAITS)


def erase(house: House, case: UUID) -> None:
    close(house, case)
    cases.erase_case(house.db, house.organisation, case, now=WAITS, by=None, reason="term_over")


@pytest.mark.parametrize("ends", [complete, close, alarm, doubt, erase])
def test_a_reminder_of_a_task_that_is_done_meanwhile_does_not_leave(
    house: House, case: UUID, smtp: SmtpSettings, script: Script, ends: Callable[[House, UUID], None]
) -> None:
    ends(house, case)
    assert send(house, smtp, FRIDAY) == 0
    assert script.taken == []
    assert statuses(house) == sorted([("sanne", "withdrawn")])
    assert nothing_waits(house)
    assert audit.verify(house.db) == []


def test_a_reminder_of_a_deadline_that_was_moved_meanwhile_does_not_leave(
    house: House, case: UUID, smtp: SmtpSettings, script: Script
) -> None:
    """It says that the task should have been done by now."""
    task, henk, key = house.task(case, "wegen"), house.actor("henk"), house.key()
    to = (MONDAY + timedelta(days=8)).date()
    cases.move_deadline(
        house.db, henk, case, task, "wegen_t2", to, reason=next(iter(REASONS)), key=key, now=WAITS
    )
    assert send(house, smtp, FRIDAY) == 0
    assert statuses(house) == [("sanne", "withdrawn")]


def test_it_leaves_when_the_task_is_still_hers(
    house: House, case: UUID, smtp: SmtpSettings, script: Script
) -> None:
    assert send(house, smtp, FRIDAY - LATER) == 0
    assert send(house, smtp, FRIDAY) == 1
    assert script.receivers == ["sanne@school.example"]
    left = parsedate_to_datetime(script.taken[0]["Date"])
    assert FRIDAY <= left < FRIDAY + LATER  # else it would lie under the mail of two days


def test_a_reminder_of_a_task_that_is_somebody_elses_by_then_does_not_leave(
    house: House, case: UUID, smtp: SmtpSettings, script: Script
) -> None:
    hand_to(house, case, "joost")
    send(house, smtp, FRIDAY)
    assert script.receivers == ["joost@school.example"]  # that the task is his now
    assert statuses(house) == sorted([("sanne", "withdrawn"), ("joost", "sent")])


def test_that_a_task_was_given_is_not_told_when_it_is_somebody_elses_again(
    house: House, case: UUID, smtp: SmtpSettings, script: Script
) -> None:
    hand_to(house, case, "joost")
    put_off(house, smtp, script, WAITS)
    hand_to(house, case, "sanne")
    send(house, smtp, WAITS + LATER)
    assert script.receivers == ["sanne@school.example"]
    assert ("joost", "withdrawn") in statuses(house)


def test_a_question_for_advice_that_was_taken_back_is_not_told(
    house: House, case: UUID, smtp: SmtpSettings, script: Script
) -> None:
    sanne, task, db = house.actor("sanne"), house.task(case, "wegen"), house.db
    cases.ask_advice(
        db, sanne, case, task, house.people["fatima"], reason="doubt", question="Wat vindt u?",
        key=house.key(), now=WAITS,
    )  # fmt: skip
    put_off(house, smtp, script, WAITS)
    cases.end_advice(db, sanne, case, task, reason="settled", key=house.key(), now=WAITS)
    send(house, smtp, WAITS + LATER)
    assert script.receivers == []
    assert ("fatima", "withdrawn") in statuses(house)


@pytest.mark.parametrize(
    ("days", "who"), [(2, "sanne"), (7, "fatima"), (9, "henk")], ids=["reminder", "escalation", "last"]
)
@pytest.mark.parametrize("over", [True, False])
def test_what_the_server_put_off_leaves_only_while_the_task_is_open(
    house: House, smtp: SmtpSettings, script: Script, days: int, who: str, over: bool
) -> None:
    case, moment = house.at_weighing(), MONDAY + timedelta(days=days)
    timers.fire_due(house.db, moment)
    put_off(house, smtp, script, moment)
    if over:
        house.complete(case, "wegen", now=moment)
    send(house, smtp, moment + LATER)
    assert statuses(house) == sorted([(who, "withdrawn" if over else "sent")])
    assert script.receivers == ([] if over else [f"{who}@school.example"])
    assert nothing_waits(house)


@pytest.mark.parametrize("over", [True, False])
def test_trying_again_after_a_week_sends_only_what_is_still_true(
    house: House, smtp: SmtpSettings, script: Script, over: bool
) -> None:
    case, moment = house.at_weighing(), MONDAY + timedelta(days=7)
    timers.fire_due(house.db, moment)
    script.data = ["550 no"]
    send(house, smtp, moment)
    [incident] = incidents.listing(house.db, house.organisation)
    if over:
        house.complete(case, "wegen", now=moment)
    incidents.retry(house.db, house.organisation, incident.id, now=moment + timedelta(days=7))
    send(house, smtp, moment + timedelta(days=7))
    assert statuses(house) == sorted([("fatima", "withdrawn" if over else "sent")])
    assert incidents.listing(house.db, house.organisation) == []
    assert nothing_waits(house)


def test_an_incident_about_a_mail_ends_when_the_mail_is_not_needed_any_more(
    house: House, smtp: SmtpSettings, script: Script
) -> None:
    case, moment = house.at_weighing(), WAITS
    timers.fire_due(house.db, moment)
    for _ in range(6):
        put_off(house, smtp, script, moment)
        moment += timedelta(hours=1)
    assert [one.kind for one in incidents.listing(house.db, house.organisation)] == ["mail_delayed"]
    house.complete(case, "wegen", now=moment)
    send(house, smtp, moment)
    assert incidents.listing(house.db, house.organisation) == []


def test_after_days_without_a_server_somebody_gets_one_reminder_of_a_task_not_all_of_them(
    house: House, smtp: SmtpSettings, script: Script
) -> None:
    house.at_weighing()
    timers.fire_due(house.db, WAITS)
    timers.fire_due(house.db, FRIDAY)
    timers.fire_due(house.db, MONDAY + timedelta(days=7))
    assert send(house, smtp, MONDAY + timedelta(days=7)) == 2
    assert sorted(script.receivers) == ["fatima@school.example", "sanne@school.example"]
    assert statuses(house) == sorted([("sanne", "withdrawn"), ("sanne", "sent"), ("fatima", "sent")])


# --- who should have it by then ------------------------------------------------------------------


def test_who_fell_ill_meanwhile_is_replaced_as_if_it_were_written_now(
    house: House, case: UUID, smtp: SmtpSettings, script: Script
) -> None:
    away(house, "sanne", "joost")
    assert send(house, smtp, FRIDAY) == 1
    assert script.receivers == ["joost@school.example"]
    assert "Goedendag Joost," in script.taken[0].get_content()
    assert statuses(house) == sorted([("sanne", "withdrawn"), ("joost", "sent")])
    assert nothing_waits(house)


def test_a_closed_account_gets_no_mail_and_who_stands_in_gets_the_escalation(
    house: House, smtp: SmtpSettings, script: Script
) -> None:
    house.at_weighing()
    moment = MONDAY + timedelta(days=7)
    timers.fire_due(house.db, moment)
    put_off(house, smtp, script, moment)
    adjustments.switch_as_operator(house.db, house.organisation, house.people["fatima"], False, now=moment)
    send(house, smtp, moment + LATER)
    assert script.receivers == ["henk@school.example"]
    assert statuses(house) == sorted([("fatima", "withdrawn"), ("henk", "sent")])


def test_when_nobody_is_left_for_it_somebody_is_told(
    house: House, smtp: SmtpSettings, script: Script
) -> None:
    case, moment = house.at_weighing(), MONDAY + timedelta(days=9)
    timers.fire_due(house.db, moment)
    put_off(house, smtp, script, moment)
    away(house, "henk")
    send(house, smtp, moment + LATER)
    assert script.receivers == []
    [incident] = incidents.listing(house.db, house.organisation)
    assert (incident.kind, incident.case) == ("mail_without_receiver", case)
    assert audit.verify(house.db) == []


def test_an_escalation_goes_on_to_the_next_when_its_receiver_is_shut_out(
    house: House, smtp: SmtpSettings, script: Script
) -> None:
    case, moment = house.at_weighing(), MONDAY + timedelta(days=7)
    timers.fire_due(house.db, moment)
    put_off(house, smtp, script, moment)
    cases.shut_out(
        house.db, house.actor("sanne"), case, house.people["fatima"], reason="concerned",
        key=house.key(), now=moment,
    )  # fmt: skip
    send(house, smtp, moment + LATER)
    assert script.receivers == ["henk@school.example"]
    assert statuses(house) == sorted([("fatima", "withdrawn"), ("henk", "sent")])


def test_a_reminder_of_a_task_that_lies_in_the_pool_again_goes_to_who_can_take_it(
    house: House, case: UUID, smtp: SmtpSettings, script: Script
) -> None:
    """Sanne was shut out since: her reminder is for her colleagues now."""
    cases.shut_out(
        house.db, house.actor("fatima"), case, house.people["sanne"], reason="close",
        key=house.key(), now=WAITS,
    )  # fmt: skip
    send(house, smtp, FRIDAY)
    assert script.receivers == ["joost@school.example"]


def test_who_gave_the_task_back_and_may_still_take_it_is_reminded(
    house: House, case: UUID, smtp: SmtpSettings, script: Script
) -> None:
    task = house.task(case, "wegen")
    cases.give_back(house.db, house.actor("sanne"), case, task, key=house.key(), now=WAITS)
    send(house, smtp, FRIDAY)
    assert script.receivers == ["sanne@school.example"]
    assert statuses(house) == sorted([("sanne", "sent")])


def test_a_closed_account_gets_no_mail_about_itself(house: House, smtp: SmtpSettings, script: Script) -> None:
    accounts.ask_reset(house.db, "joost", "192.0.2.7", MONDAY)
    adjustments.switch_as_operator(house.db, house.organisation, house.people["joost"], False, now=MONDAY)
    assert send(house, smtp, MONDAY + LATER) == 0
    assert script.receivers == []
    assert nothing_waits(house)
