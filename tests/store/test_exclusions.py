"""Who is shut out of a case: it is not there for her, whatever she does or is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from meldcode import audit, cases, incidents, people, timers
from meldcode.cases import AccessDenied, LastToWatch, NotFound
from meldcode.messages import MeldcodeError
from meldcode.store.tables import audit as log
from meldcode.store.tables import mails, outbox
from tests.databases import beneath
from tests.store.house import MONDAY, House


def shut_out(house: House, case: UUID, who: str, by: str = "sanne") -> cases.Outcome:
    return cases.shut_out(
        house.db,
        house.actor(by),
        case,
        house.people[who],
        reason="concerned",
        key=house.key(),
        now=MONDAY,
    )


def mailed(house: House) -> list[str]:
    names = {person: name for name, person in house.people.items()}
    with beneath(house.db).connect() as connection:
        return sorted(names[person] for person in connection.execute(sa.select(mails.c.person)).scalars())


def of_her(house: House, who: str) -> list[tuple[str, object]]:
    """The mails to somebody: what became of each, and when it leaves if it waits."""
    found = sa.select(mails.c.status, outbox.c.at).outerjoin(outbox, outbox.c.mail == mails.c.id)
    with beneath(house.db).connect() as connection:
        rows = connection.execute(found.where(mails.c.person == house.people[who]))
        return [(row.status, row.at) for row in rows]


def test_everything_about_the_case_is_as_if_it_did_not_exist(house: House) -> None:
    """Henk supervises and decides: he would see it, be mailed, and join the team."""
    case = house.at_weighing()
    task = house.task(case, "wegen")
    shut_out(house, case, "henk")
    henk, db = house.actor("henk"), house.db
    asked: list[Callable[[], object]] = [
        lambda: cases.case_page(db, henk, case, now=MONDAY),
        lambda: cases.case_map(db, henk, case, now=MONDAY),
        lambda: cases.case_log(db, henk, case, now=MONDAY),
        lambda: cases.task_page(db, henk, case, task, now=MONDAY),
        lambda: cases.task_form(db, henk, case, task),
        lambda: cases.claim(db, henk, case, task, key="a", now=MONDAY),
        lambda: cases.give_back(db, henk, case, task, key="b", now=MONDAY),
        lambda: cases.handover(db, henk, case, task, now=MONDAY),
        lambda: cases.reassign(
            db, henk, case, task, house.people["joost"], reason="absent", key="c", now=MONDAY
        ),
        lambda: cases.complete(db, henk, case, task, {}, key="d", now=MONDAY),
        lambda: cases.raise_acute(db, henk, case, key="e", now=MONDAY),
        lambda: cases.keep_draft(db, henk, case, task, {}, now=MONDAY),
        lambda: cases.add_note(
            db, henk, case, kind="signal", text="x", on=None, today=MONDAY.date(), key="f", now=MONDAY
        ),
        lambda: cases.shut_out_page(db, henk, case, now=MONDAY),
        lambda: cases.shut_out(db, henk, case, house.people["joost"], reason="close", key="g", now=MONDAY),
        lambda: cases.readmit(db, henk, case, henk.person, reason="mistake", key="h", now=MONDAY),
    ]
    for ask in asked:
        with pytest.raises(NotFound) as refused:
            ask()
        assert refused.value.text == NotFound().text
    assert cases.overview(db, henk, now=MONDAY, size=500).cases == ()
    assert cases.my_tasks(db, henk) == ()
    with beneath(db).connect() as connection:
        refusals = log.c.action == "access_refused"
        noted = connection.execute(sa.select(log.c.person).where(refusals)).scalars().all()
    assert set(noted) == {henk.person}
    assert audit.verify(db) == []


def test_who_is_shut_out_gets_no_mail_and_neither_does_her_standin_for_her(house: House) -> None:
    case = house.at_weighing()
    shut_out(house, case, "fatima")
    with house.db.transaction(house.organisation) as tx:
        people.add_absence(
            tx,
            house.people["fatima"],
            standin=house.people["joost"],
            from_at=MONDAY,
            until_at=None,
            now=MONDAY,
        )
    timers.fire_due(house.db, MONDAY + timedelta(days=7))
    assert mailed(house) == ["henk"]


def test_who_is_shut_out_is_nobodys_standin_there(house: House) -> None:
    case = house.at_weighing()
    shut_out(house, case, "joost")
    with house.db.transaction(house.organisation) as tx:
        people.add_absence(
            tx,
            house.people["sanne"],
            standin=house.people["joost"],
            from_at=MONDAY,
            until_at=None,
            now=MONDAY,
        )
    assert cases.my_tasks(house.db, house.actor("joost")) == ()
    timers.fire_due(house.db, MONDAY + timedelta(days=2))
    assert mailed(house) == ["fatima"]


def test_who_opened_the_case_loses_it_and_her_task_goes_to_the_others(house: House) -> None:
    case = house.at_weighing()
    shut_out(house, case, "sanne", by="fatima")
    assert cases.my_tasks(house.db, house.actor("sanne")) == ()
    [free] = cases.my_tasks(house.db, house.actor("joost"))
    assert free.pool
    house.complete(case, "wegen", {"advies": "twijfel"}, by="joost")  # the next task is not hers again
    assert cases.my_tasks(house.db, house.actor("sanne")) == ()


def test_mails_that_still_wait_for_her_are_withdrawn(house: House) -> None:
    case = house.at_weighing()
    timers.fire_due(house.db, MONDAY + timedelta(days=2))
    shut_out(house, case, "sanne", by="fatima")
    assert of_her(house, "sanne") == [("withdrawn", None)]
    assert mailed(house) == ["joost", "sanne"]  # her task is in his pool now, and so is the reminder of it


def test_only_somebody_of_the_organisation_can_be_shut_out(house: House) -> None:
    case = house.at_weighing()
    before = cases.shut_out_page(house.db, house.actor("sanne"), case, now=MONDAY)
    with pytest.raises(MeldcodeError, match="Choose somebody"):
        cases.shut_out(
            house.db, house.actor("sanne"), case, uuid4(), reason="concerned", key=house.key(), now=MONDAY
        )
    assert cases.shut_out_page(house.db, house.actor("sanne"), case, now=MONDAY) == before


@pytest.mark.parametrize("status", ["waiting", "failed"])
def test_a_mail_to_her_that_did_not_arrive_is_not_sent_by_trying_again(house: House, status: str) -> None:
    """The mail server was down or refused it; then she was shut out; then somebody solves the incident."""
    case = house.at_weighing()
    timers.fire_due(house.db, MONDAY + timedelta(days=2))
    below = beneath(house.db)
    with below.begin() as connection:
        mail = connection.execute(sa.select(mails.c.id)).scalar_one()
        if status == "failed":
            connection.execute(sa.delete(outbox))
            connection.execute(sa.update(mails).values(status="failed", error="550"))
    with house.db.transaction(house.organisation) as tx:
        incidents.record(tx, kind="mail", text=NotFound().text, now=MONDAY, case=case, mail=mail)
    shut_out(house, case, "sanne", by="fatima")

    [found] = incidents.listing(house.db, house.organisation)
    incidents.retry(house.db, house.organisation, found.id, now=MONDAY)

    assert incidents.listing(house.db, house.organisation) == []
    assert of_her(house, "sanne") == [("withdrawn", None)]


def test_a_case_that_is_stuck_is_not_told_to_who_is_shut_out(house: House) -> None:
    case = house.at_weighing()
    shut_out(house, case, "henk")
    with house.db.transaction(house.organisation) as tx:
        incidents.record(tx, kind="stuck", text=NotFound().text, now=MONDAY, case=case)
    [found] = incidents.listing(house.db, house.organisation)
    assert found.excluded == {house.people["henk"]}
    assert incidents.listing(house.db, house.organisation, unseen_by=house.people["henk"]) == []


def test_a_task_cannot_be_given_to_who_is_shut_out(house: House) -> None:
    case = house.at_weighing()
    task = house.task(case, "wegen")
    shut_out(house, case, "joost")
    henk = house.actor("henk")
    assert cases.handover(house.db, henk, case, task, now=MONDAY).holders == ()
    with pytest.raises(cases.CannotHold):
        cases.reassign(
            house.db, henk, case, task, house.people["joost"], reason="absent", key="k", now=MONDAY
        )


def test_somebody_who_watches_over_cases_is_always_left(house: House) -> None:
    case = house.at_weighing()
    shut_out(house, case, "henk")
    with pytest.raises(LastToWatch):
        shut_out(house, case, "fatima")
    assert cases.case_page(house.db, house.actor("fatima"), case, now=MONDAY).knows_status


def test_only_who_holds_the_case_or_supervises_may_shut_somebody_out(house: House) -> None:
    case = house.at_weighing()
    with pytest.raises(AccessDenied):
        shut_out(house, case, "henk", by="joost")
    with pytest.raises(AccessDenied):
        cases.shut_out_page(house.db, house.actor("joost"), case, now=MONDAY)
    assert [one.name for one in cases.shut_out_page(house.db, house.actor("sanne"), case, now=MONDAY).others]


def test_only_a_supervisor_lets_somebody_in_again(house: House) -> None:
    case = house.at_weighing()
    shut_out(house, case, "joost")
    joost = house.people["joost"]
    with pytest.raises(AccessDenied):
        cases.readmit(house.db, house.actor("sanne"), case, joost, reason="over", key="k", now=MONDAY)
    cases.readmit(house.db, house.actor("henk"), case, joost, reason="over", key="k", now=MONDAY)
    assert cases.shut_out_page(house.db, house.actor("henk"), case, now=MONDAY).excluded == ()
    lines = cases.case_log(house.db, house.actor("sanne"), case, now=MONDAY)
    told = [(line.action, line.reason) for line in lines if line.action.startswith("person_")]
    assert told == [("person_shut_out", "concerned"), ("person_readmitted", "over")]


def test_shutting_out_asks_for_a_reason_and_happens_once(house: House) -> None:
    case = house.at_weighing()
    sanne, joost = house.actor("sanne"), house.people["joost"]
    with pytest.raises(MeldcodeError):
        cases.shut_out(house.db, sanne, case, joost, reason="zomaar", key="k", now=MONDAY)
    first = cases.shut_out(house.db, sanne, case, joost, reason="close", key="k", now=MONDAY)
    again = cases.shut_out(house.db, sanne, case, joost, reason="close", key="k", now=MONDAY)
    assert (first.repeated, again.repeated) == (False, True)
