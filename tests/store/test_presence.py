"""Who is there: absences, stand-ins, own working days, and who gets a mail because of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from meldcode import adjustments, cases, incidents, outbox, people, timers
from meldcode.cases import AccessDenied, TaskUnclaimed
from meldcode.people import PeopleError
from meldcode.store.tables import absences, mails
from meldcode.store.tables import audit as log
from meldcode.store.tables import outbox as queue
from tests.databases import beneath
from tests.store.house import MONDAY, House

DAY = timedelta(days=1)


def away(
    house: House,
    who: str,
    standin: str | None = None,
    *,
    from_at: datetime = MONDAY,
    until_at: datetime | None = None,
) -> UUID:
    with house.db.transaction(house.organisation) as tx:
        return people.add_absence(
            tx,
            house.people[who],
            standin=house.people[standin] if standin else None,
            from_at=from_at,
            until_at=until_at,
            now=MONDAY,
        ).id


def mailed(house: House, on: datetime) -> list[str]:
    """Who got a mail written at this moment, by user name."""
    names = {person: name for name, person in house.people.items()}
    with beneath(house.db).connect() as connection:
        rows = connection.execute(sa.select(mails.c.person).where(mails.c.created_at == on)).scalars()
        return sorted(names[person] for person in rows)


def after(days: int) -> datetime:
    """So many days after Monday; the ladder of `wegen` comes after 2, 4, 7 (a weekend) and 9."""
    return MONDAY + days * DAY


def test_a_reminder_for_somebody_away_goes_to_her_standin(house: House) -> None:
    house.at_weighing()
    away(house, "sanne", "joost", until_at=after(3))
    timers.fire_due(house.db, after(2))
    assert mailed(house, after(2)) == ["joost"]
    timers.fire_due(house.db, after(4))  # she is back
    assert mailed(house, after(4)) == ["sanne"]


def test_an_escalation_for_somebody_away_goes_to_her_own_standin_before_the_roles(house: House) -> None:
    house.at_weighing()
    away(house, "fatima", "joost")
    timers.fire_due(house.db, after(7))
    assert mailed(house, after(7)) == ["joost"]


def test_without_a_standin_of_her_own_the_role_that_stands_in_is_asked(house: House) -> None:
    house.at_weighing()
    away(house, "fatima")
    timers.fire_due(house.db, after(7))
    assert mailed(house, after(7)) == ["henk"]


def test_with_nobody_there_the_next_level_is_asked(house: House) -> None:
    """Teachers have no role that stands in for them: the reminder goes up the ladder."""
    house.at_weighing()
    away(house, "sanne")
    timers.fire_due(house.db, after(2))
    assert mailed(house, after(2)) == ["fatima"]


def test_a_standin_who_is_away_herself_takes_nobodys_place(house: House) -> None:
    house.at_weighing()
    away(house, "fatima", "joost")
    away(house, "joost", "sanne")
    timers.fire_due(house.db, after(7))
    assert mailed(house, after(7)) == ["henk"]


def test_a_standin_with_a_closed_account_takes_nobodys_place(house: House) -> None:
    house.at_weighing()
    away(house, "fatima", "joost")
    adjustments.switch_as_operator(house.db, house.organisation, house.people["joost"], False, now=MONDAY)
    timers.fire_due(house.db, after(7))
    assert mailed(house, after(7)) == ["henk"]


def test_when_everybody_is_away_an_incident_says_so(house: House) -> None:
    house.at_weighing()
    for who in ("sanne", "joost", "fatima", "henk"):
        away(house, who)
    timers.fire_due(house.db, after(7))
    assert mailed(house, after(7)) == []
    assert [one.kind for one in incidents.listing(house.db)] == ["mail_without_receiver"]


def own_days(house: House, who: str, *weekdays: int) -> None:
    with house.db.transaction(house.organisation) as tx:
        people.set_weekdays(tx, house.people[who], weekdays)


def test_a_reminder_waits_for_a_part_timers_next_working_day(house: House) -> None:
    house.at_weighing()
    own_days(house, "sanne", 0, 4)  # Monday and Friday
    timers.fire_due(house.db, after(2))  # a Wednesday
    with beneath(house.db).connect() as connection:
        assert connection.execute(sa.select(queue.c.at)).scalars().all() == [after(4)]
    assert outbox.oldest_waiting(house.db) == after(4)


def test_an_escalation_does_not_wait_for_a_day_off(house: House) -> None:
    house.at_weighing()
    own_days(house, "fatima", 1, 2)
    timers.fire_due(house.db, after(7))  # a Monday
    assert mailed(house, after(7)) == ["henk"]
    with beneath(house.db).connect() as connection:
        assert connection.execute(sa.select(queue.c.at)).scalars().all() == [after(7)]


def test_with_nobody_else_an_escalation_goes_to_who_has_a_day_off(house: House) -> None:
    house.at_weighing()
    own_days(house, "henk", 1)
    timers.fire_due(house.db, after(9))  # a Wednesday: the last level, the director's own
    assert mailed(house, after(9)) == ["henk"]


@pytest.mark.parametrize("weekdays", [(), (7,), (-1, 2)])
def test_own_days_are_days_of_the_week(house: House, weekdays: tuple[int, ...]) -> None:
    with pytest.raises(PeopleError):
        own_days(house, "sanne", *weekdays)


def test_a_standin_holds_the_roles_of_who_is_away_while_it_lasts(house: House) -> None:
    away(house, "henk", "joost", from_at=after(1), until_at=after(3))
    roles = [house.actor("joost", after(day)).roles for day in (0, 1, 2, 3)]
    assert ["directeur" in one for one in roles] == [False, True, True, False]


def test_a_closed_account_lends_nobody_its_roles(house: House) -> None:
    away(house, "henk", "joost")
    adjustments.switch_as_operator(house.db, house.organisation, house.people["henk"], False, now=MONDAY)
    assert "directeur" not in house.actor("joost").roles


def test_a_standin_sees_that_a_task_waits_and_its_content_after_taking_it(house: House) -> None:
    case = house.at_weighing()
    task = house.task(case, "wegen")
    away(house, "sanne", "fatima")
    fatima = house.actor("fatima")
    [seen] = cases.my_tasks(house.db, fatima)
    assert (seen.pool, seen.mine, seen.assignee_name) == (True, False, "Sanne")
    with pytest.raises(TaskUnclaimed):
        cases.task_page(house.db, fatima, case, task, now=MONDAY)
    cases.claim(house.db, fatima, case, task, key="k", now=MONDAY)
    assert cases.task_page(house.db, fatima, case, task, now=MONDAY).task.mine
    with beneath(house.db).connect() as connection:
        claimed = sa.select(log.c.person, log.c.behalf).where(log.c.action == "task_claimed")
        assert connection.execute(claimed).one() == (house.people["fatima"], house.people["sanne"])


def test_who_stands_in_for_nobody_cannot_take_a_colleagues_task(house: House) -> None:
    case = house.at_weighing()
    task = house.task(case, "wegen")
    away(house, "sanne", "fatima", until_at=after(1))
    with pytest.raises(AccessDenied):
        cases.claim(house.db, house.actor("fatima", after(2)), case, task, key="k", now=after(2))


def test_an_absence_ends_after_it_begins_and_has_another_person_as_standin(house: House) -> None:
    with pytest.raises(PeopleError):
        away(house, "sanne", until_at=MONDAY - DAY)
    with pytest.raises(PeopleError):
        away(house, "sanne", "sanne")
    with beneath(house.db).connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(absences)).scalar() == 0
