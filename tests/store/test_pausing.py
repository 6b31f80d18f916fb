"""Reminders of one case wait for a while; nothing else does, and it ends by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from meldcode import audit, cases, definition, outbox, timers
from meldcode.cases import AccessDenied, AnswersRefused, CaseClosed, NotFound
from meldcode.definition import ladders
from meldcode.diagram.model import Purpose, StepKind
from meldcode.moves import mailing
from meldcode.store.tables import mails
from meldcode.store.tables import outbox as queue
from tests.databases import beneath
from tests.store.house import MONDAY, House

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
NEXT_WEEK = date(2026, 9, 15)  # a Tuesday: after both reminders and the first escalation
NINE = datetime.fromisoformat("2026-09-15T09:00:00+02:00")
FIRST, SECOND, ESCALATED = (MONDAY + timedelta(days=days) for days in (2, 4, 7))


@pytest.fixture
def case(house: House) -> UUID:
    """A case that waits at weighing, its ladder just begun."""
    return house.at_weighing()


def pause(
    house: House, case: UUID, until: date | None = NEXT_WEEK, reason: str = "talk", by: str = "fatima"
) -> None:
    actor, key = house.actor(by), house.key()
    cases.pause_reminders(house.db, actor, case, until, reason=reason, key=key, now=MONDAY)


def leaving(house: House, moment: datetime) -> list[tuple[str, int]]:
    """The mails that leave at this moment at the latest: to which role, of which level."""
    with beneath(house.db).connect() as connection:
        found = sa.select(mails.c.role, mails.c.level).join(queue, queue.c.mail == mails.c.id)
        rows = connection.execute(found.where(queue.c.at <= moment).order_by(mails.c.created_at))
        return [(row.role, row.level) for row in rows]


def statuses(house: House) -> list[str]:
    found = outbox.listing(house.db, house.organisation)
    return [one.status for one in sorted(found, key=lambda one: (one.created_at, one.level))]


def test_reminders_wait_escalations_go_and_the_latest_reminder_leaves_when_the_pause_ends(
    house: House, case: UUID
) -> None:
    pause(house, case)
    timers.fire_due(house.db, FIRST)
    timers.fire_due(house.db, SECOND)
    assert leaving(house, SECOND) == []
    assert statuses(house) == ["withdrawn", "waiting"]  # one of the two is enough
    timers.fire_due(house.db, ESCALATED)
    assert leaving(house, ESCALATED) == [("intern-begeleider", 3)]
    assert leaving(house, NINE - timedelta(seconds=1)) == [("intern-begeleider", 3)]
    assert leaving(house, NINE) == [("leerkracht", 2), ("intern-begeleider", 3)]


def test_what_waited_for_a_task_that_is_done_does_not_leave(house: House, case: UUID) -> None:
    pause(house, case)
    timers.fire_due(house.db, FIRST)
    house.complete(case, "wegen", now=FIRST)
    assert statuses(house) == ["withdrawn"]
    assert leaving(house, NINE + timedelta(days=30)) == []


def test_a_reminder_that_is_being_sent_is_not_taken_back(house: House, case: UUID) -> None:
    timers.fire_due(house.db, FIRST)
    with beneath(house.db).begin() as connection:
        connection.execute(sa.update(mails).values(attempts=1))
    pause(house, case)
    house.complete(case, "wegen", now=FIRST)
    assert statuses(house) == ["waiting"]
    assert leaving(house, FIRST) == [("leerkracht", 1)]


def test_what_waited_leaves_at_once_when_somebody_ends_the_pause_and_later_when_it_is_longer(
    house: House, case: UUID
) -> None:
    pause(house, case)
    timers.fire_due(house.db, FIRST)
    pause(house, case, NEXT_WEEK + timedelta(days=7), "vt")
    assert leaving(house, NINE + timedelta(days=6)) == []
    assert leaving(house, NINE + timedelta(days=7)) == [("leerkracht", 1)]
    fatima = house.actor("fatima")
    done = cases.resume_reminders(house.db, fatima, case, key=house.key(), now=FIRST)
    assert not done.repeated
    assert leaving(house, FIRST) == [("leerkracht", 1)]
    assert cases.resume_reminders(house.db, fatima, case, key=house.key(), now=FIRST).repeated
    timers.fire_due(house.db, SECOND)
    assert ("leerkracht", 2) in leaving(house, SECOND)
    with house.db.reading(house.organisation) as tx:
        told = [(row.action, row.reason, row.person) for row in audit.of_case(tx, case)]
    assert [one for one in told if one[0].startswith("reminders")] == [
        ("reminders_paused", "talk", fatima.person),
        ("reminders_paused", "vt", fatima.person),
        ("reminders_resumed", "vt", fatima.person),
    ]
    assert audit.verify(house.db) == []


def test_a_pause_ends_by_itself_and_is_shown_while_it_lasts(house: House, case: UUID) -> None:
    sanne, fatima = house.actor("sanne"), house.actor("fatima")
    assert cases.case_page(house.db, sanne, case, now=MONDAY).pause is None
    pause(house, case, reason="safety")
    task = house.task(case, "wegen")
    for shown in (
        cases.case_page(house.db, sanne, case, now=FIRST).pause,
        cases.task_page(house.db, sanne, case, task, now=FIRST).pause,
        cases.pause_page(house.db, fatima, case, now=FIRST).pause,
    ):
        assert shown
        assert (shown.until, shown.by_name) == (NINE, "Fatima")
        assert "veiliger" in shown.reason.nl
    assert cases.case_page(house.db, sanne, case, now=NINE).pause is None
    timers.fire_due(house.db, NINE)
    assert leaving(house, NINE)


def test_who_does_not_supervise_cannot_pause_and_trying_is_logged(house: House, case: UUID) -> None:
    for tried in (
        lambda: pause(house, case, by="sanne"),
        lambda: cases.pause_page(house.db, house.actor("joost"), case, now=MONDAY),
        lambda: cases.resume_reminders(house.db, house.actor("sanne"), case, key="x", now=MONDAY),
    ):
        with pytest.raises(AccessDenied):
            tried()
    with pytest.raises(NotFound):
        pause(house, UUID(int=1))
    with house.db.reading(house.organisation) as tx:
        refused = [row for row in audit.of_case(tx, case) if row.action == "access_refused"]
    assert len(refused) == 3
    timers.fire_due(house.db, FIRST)
    assert leaving(house, FIRST) == [("leerkracht", 1)]


@pytest.mark.parametrize("until", [None, date(2026, 9, 7), date(2026, 1, 1), date(2026, 10, 9), date.max])
def test_a_pause_takes_a_day_that_is_near_and_a_reason(house: House, case: UUID, until: date | None) -> None:
    with pytest.raises(AnswersRefused) as refused:
        pause(house, case, until, "zomaar")
    assert set(refused.value.errors) == {"until", "reason"}
    assert cases.case_page(house.db, house.actor("sanne"), case, now=MONDAY).pause is None


def test_a_closed_case_has_nothing_to_pause(house: House, case: UUID) -> None:
    house.complete(case, "wegen")
    house.complete(case, "beslissen", by="henk")
    with pytest.raises(CaseClosed):
        pause(house, case)


def test_the_same_press_pauses_once(house: House, case: UUID) -> None:
    for expected in (False, True):
        done = cases.pause_reminders(
            house.db, house.actor("fatima"), case, NEXT_WEEK, reason="talk", key="druk", now=MONDAY
        )
        assert done.repeated is expected


def test_nothing_about_acute_danger_ever_waits() -> None:
    """Also when an organisation draws a reminder on it, as a purpose that otherwise waits."""
    looked_at = 0
    for folder in sorted(path.parent for path in PROCESSES.glob("*/organisation.toml")):
        version = definition.read_folder(folder)
        for rung in ladders.rungs(version):
            acute = StepKind.ACUUT in version.nodes[rung.activity].steps
            drawn = replace(rung, purpose=Purpose.HERINNERING)
            assert mailing.may_wait(version, drawn) is not acute
            looked_at += acute
    assert looked_at >= 7
