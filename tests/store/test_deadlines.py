"""One deadline moved by hand: who may, what goes along, what is logged, and how it is put back."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from meldcode import audit, cases, engine, migration, outbox, publishing
from meldcode.cases import AccessDenied, AnswersRefused, CaseClosed, KeyReused, NotFound, TaskGone
from meldcode.diagram.model import Purpose
from meldcode.store.tables import audit as log
from meldcode.store.tables import due, tasks
from meldcode.store.tables import outbox as queue
from meldcode.timers import fire_due, recalculate_some
from tests.databases import beneath
from tests.store.house import MONDAY, House, folder

DAY = timedelta(days=1)
TUESDAY = date(2026, 9, 15)
AT = datetime.fromisoformat("2026-09-15T10:00:00+02:00")
FIRST, SECOND, ESCALATED, LAST = (MONDAY + days * DAY for days in (2, 4, 7, 9))
ALONG = [AT, *(datetime.fromisoformat(f"2026-09-{day}T10:00:00+02:00") for day in (17, 18, 22))]


@pytest.fixture
def case(house: House) -> UUID:
    """A case that waits at weighing, its ladder just begun."""
    return house.at_weighing()


def move(
    house: House,
    case: UUID,
    to: date | None = TUESDAY,
    reason: str = "talk",
    by: str = "fatima",
    timer: str = "wegen_t1",
    key: str | None = None,
    now: datetime = MONDAY,
    node: str = "wegen",
) -> cases.Outcome:
    task, key = house.task(case, node), key or house.key()
    actor = house.actor(by, now)
    return cases.move_deadline(house.db, actor, case, task, timer, to, reason=reason, key=key, now=now)


def restore(house: House, case: UUID, timer: str = "wegen_t1", now: datetime = MONDAY) -> cases.Outcome:
    task, actor = house.task(case, "wegen"), house.actor("fatima", now)
    return cases.restore_deadline(house.db, actor, case, task, timer, key=house.key(), now=now)


def moments(house: House, case: UUID) -> tuple[datetime | None, datetime | None]:
    """When its task should be done, and when the case wakes by itself."""
    with beneath(house.db).connect() as connection:
        ready = connection.execute(sa.select(tasks.c.due_at).where(tasks.c.case == case)).scalar_one()
        woken = connection.execute(sa.select(due.c.at).where(due.c.case == case)).scalar_one()
        return ready, woken


def records(house: House, case: UUID, action: str) -> list[sa.Row[tuple[object, ...]]]:
    with beneath(house.db).connect() as connection:
        found = sa.select(log).where(log.c.case == case, log.c.action == action).order_by(log.c.sequence)
        return list(connection.execute(found))


def sent(house: House) -> list[tuple[str, int]]:
    found = sorted(outbox.listing(house.db, house.organisation), key=lambda one: one.created_at)
    return [(one.role, one.level) for one in found]


def shown(house: House, case: UUID, who: str, now: datetime = MONDAY) -> cases.MoveView | None:
    found = cases.case_page(house.db, house.actor(who, now), case, now=now).moves
    return found[0] if found else None


def test_the_next_reminder_goes_to_another_day_and_the_rest_of_the_ladder_along(
    house: House, case: UUID
) -> None:
    assert moments(house, case) == (FIRST, FIRST)
    assert not move(house, case).repeated
    assert moments(house, case) == (AT, AT)
    told = []
    for number in range(20):
        fire_due(house.db, MONDAY + number * DAY)
        told.append(len(sent(house)))
    assert [told.index(count) for count in (1, 2, 3, 4)] == [8, 10, 11, 15]
    assert sent(house)[2:] == [("intern-begeleider", 3), ("directeur", 4)]


def test_the_log_says_who_from_when_and_to_when(house: House, case: UUID) -> None:
    move(house, case)
    (record,) = records(house, case, "deadline_moved")
    assert (record.person, record.role) == (house.people["fatima"], "intern-begeleider")
    assert (record.reason, record.detail["node"]) == ("talk", "wegen")
    assert [node for node, _, _ in record.detail["moved"]] == [f"wegen_t{number}" for number in range(1, 5)]
    assert record.detail["moved"][0][1:] == [FIRST.isoformat(), AT.astimezone(FIRST.tzinfo).isoformat()]
    assert not audit.verify(house.db, house.organisation)


def test_who_has_the_case_and_who_supervises_see_it_and_whose_turn_it_is_too(
    house: House, case: UUID
) -> None:
    move(house, case)
    for who in ("sanne", "fatima", "henk"):
        found = shown(house, case, who)
        assert found is not None
        assert (found.purpose, found.at, found.drawn) == (Purpose.HERINNERING, AT, FIRST)
        assert (found.by_name, found.reason.nl) == ("Fatima", "er is een gesprek afgesproken")
    task = house.task(case, "wegen")
    assert len(cases.task_page(house.db, house.actor("sanne"), case, task, now=MONDAY).moves) == 1
    house.complete(case, "wegen")
    assert shown(house, case, "sanne") is None


def test_a_case_of_which_nothing_was_moved_costs_no_step_of_the_engine(
    house: House, case: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("the engine was asked")

    monkeypatch.setattr(engine, "open_tasks", never)
    assert shown(house, case, "sanne") is None


def test_what_will_happen_is_said_before_and_nothing_is_done(house: House, case: UUID) -> None:
    task, actor = house.task(case, "wegen"), house.actor("fatima")
    (found,) = cases.deadline_page(house.db, actor, case, task, now=MONDAY).deadlines
    assert (found.timer, found.at, found.moved) == ("wegen_t1", FIRST, None)
    assert (found.days[0], found.days[-1]) == (date(2026, 9, 10), date(2026, 9, 18))
    told = cases.foresee(house.db, actor, case, task, "wegen_t1", TUESDAY, now=MONDAY)
    assert [(one.roles, one.after) for one in told] == [
        (("leerkracht",), ALONG[0]),
        (("leerkracht",), ALONG[1]),
        (("intern-begeleider",), ALONG[2]),
        (("directeur",), ALONG[3]),
    ]
    assert moments(house, case) == (FIRST, FIRST)
    assert records(house, case, "deadline_moved") == []


def test_back_to_where_it_was_before_its_day(house: House, case: UUID) -> None:
    move(house, case)
    assert not restore(house, case).repeated
    assert moments(house, case) == (FIRST, FIRST)
    assert shown(house, case, "sanne") is None
    (record,) = records(house, case, "deadline_restored")
    assert record.detail["moved"][0][2] == FIRST.isoformat()
    assert restore(house, case).repeated
    assert len(records(house, case, "deadline_restored")) == 1


def test_back_after_its_day_reminds_at_once_and_the_task_is_late_again(house: House, case: UUID) -> None:
    fire_due(house.db, FIRST)
    move(house, case, timer="wegen_t2", now=FIRST)
    assert moments(house, case)[0] == AT  # agreed: not late until then
    friday = SECOND + timedelta(hours=1)
    task, actor = house.task(case, "wegen"), house.actor("fatima")
    told = cases.foresee(house.db, actor, case, task, "wegen_t2", None, now=friday)
    assert [one.after for one in told] == [None, ESCALATED, LAST]
    restore(house, case, "wegen_t2", friday)
    assert sent(house) == [("leerkracht", 1), ("leerkracht", 2)]
    assert moments(house, case) == (FIRST, ESCALATED)


@pytest.mark.parametrize(
    ("to", "reason", "wrong"),
    [
        (None, "talk", {"to"}),
        (date(2026, 9, 13), "talk", {"to"}),
        (date(2026, 9, 8), "talk", {"to"}),
        (date(2026, 9, 21), "talk", {"to"}),
        (TUESDAY, "blauwe plek", {"reason"}),
        (None, "", {"to", "reason"}),
    ],
)
def test_another_day_or_reason_is_refused_and_nothing_changes(
    house: House, case: UUID, to: date | None, reason: str, wrong: set[str]
) -> None:
    with pytest.raises(AnswersRefused) as refused:
        move(house, case, to, reason)
    assert set(refused.value.errors) == wrong
    assert moments(house, case) == (FIRST, FIRST)


def test_moving_again_and_again_gains_nothing(house: House, case: UUID) -> None:
    latest = date(2026, 9, 18)
    move(house, case, latest)
    with pytest.raises(AnswersRefused):
        move(house, case, date(2026, 9, 21), now=MONDAY + 5 * DAY)
    for number in range(12):
        fire_due(house.db, MONDAY + number * DAY)
    assert sent(house) == [("leerkracht", 1)]
    for number in range(12, 20):
        fire_due(house.db, MONDAY + number * DAY)
    # seven working days and seven more: nobody can keep it from the director any longer
    assert ("directeur", 4) in sent(house)


@pytest.mark.parametrize("who", ["sanne", "joost", "buiten"])
def test_who_does_not_supervise_moves_nothing_and_it_is_logged(house: House, case: UUID, who: str) -> None:
    with pytest.raises(AccessDenied):
        move(house, case, by=who)
    with pytest.raises(AccessDenied):
        cases.deadline_page(house.db, house.actor(who), case, house.task(case, "wegen"), now=MONDAY)
    refused = records(house, case, "access_refused")
    assert [(one.person, one.detail["asked"]) for one in refused] == [
        (house.people[who], "deadline_moved"),
        (house.people[who], "deadline_moved"),
    ]


def test_nobody_moves_the_deadline_of_her_own_turn(house: House, case: UUID) -> None:
    with beneath(house.db).begin() as connection:
        connection.execute(sa.update(tasks).values(assignee=house.people["fatima"]))
    assert cases.case_page(house.db, house.actor("fatima"), case, now=MONDAY).movable == frozenset()
    with pytest.raises(AccessDenied):
        move(house, case)
    assert not move(house, case, by="henk").repeated
    with beneath(house.db).begin() as connection:  # of her role's pool is her turn too
        connection.execute(sa.update(tasks).values(assignee=None, role="intern-begeleider"))
    with pytest.raises(AccessDenied):
        move(house, case)


def test_who_is_shut_out_is_told_there_is_no_such_case(house: House, case: UUID) -> None:
    henk, fatima = house.actor("henk"), house.people["fatima"]
    cases.shut_out(house.db, henk, case, fatima, reason="close", key=house.key(), now=MONDAY)
    with pytest.raises(NotFound):
        move(house, case)


def test_nothing_moves_while_acute_danger_is_being_dealt_with(house: House, case: UUID) -> None:
    cases.raise_acute(house.db, house.actor("sanne"), case, key=house.key(), now=MONDAY)
    task = house.task(case, "bellen")
    page = cases.case_page(house.db, house.actor("fatima"), case, now=MONDAY)
    assert page.movable == frozenset()
    assert cases.deadline_page(house.db, house.actor("fatima"), case, task, now=MONDAY).deadlines == ()
    with pytest.raises(AnswersRefused):
        move(house, case, node="bellen")


def test_a_task_that_is_done_and_a_closed_case_have_nothing_to_move(house: House, case: UUID) -> None:
    task, actor = house.task(case, "wegen"), house.actor("fatima")
    given = {"reason": "talk", "now": MONDAY}
    house.complete(case, "wegen")
    with pytest.raises(TaskGone):
        cases.move_deadline(house.db, actor, case, task, "wegen_t1", TUESDAY, key="een", **given)  # type: ignore[arg-type]
    house.complete(case, "beslissen", by="henk")
    with pytest.raises(CaseClosed):
        cases.move_deadline(house.db, actor, case, task, "wegen_t1", TUESDAY, key="twee", **given)  # type: ignore[arg-type]


def test_sent_twice_it_is_done_once(house: House, case: UUID) -> None:
    move(house, case, key="dezelfde")
    again = move(house, case, key="dezelfde")
    assert again.repeated
    assert len(records(house, case, "deadline_moved")) == 1
    # another day on the same page is another command
    assert not move(house, case, date(2026, 9, 16), key="dezelfde").repeated
    assert len(records(house, case, "deadline_moved")) == 2
    other = house.at_weighing()
    with pytest.raises(KeyReused):
        move(house, other, key="dezelfde")


def test_a_pause_holds_a_moved_reminder_back_on_its_new_day(house: House, case: UUID) -> None:
    move(house, case)
    actor = house.actor("fatima")
    until = date(2026, 9, 21)
    cases.pause_reminders(house.db, actor, case, until, reason="vt", key=house.key(), now=MONDAY)
    fire_due(house.db, AT)
    (mail,) = outbox.listing(house.db, house.organisation)
    assert (mail.level, mail.status) == (1, "waiting")
    with beneath(house.db).connect() as connection:
        waits = connection.execute(sa.select(queue.c.at)).scalar_one()
    assert waits == datetime.fromisoformat("2026-09-21T09:00:00+02:00")


def test_free_days_and_another_version_leave_it_where_it_was_agreed(
    house: House, case: UUID, tmp_path: object
) -> None:
    move(house, case)
    assert recalculate_some(house.db, house.organisation, None, 10, now=MONDAY)
    assert moments(house, case) == (AT, AT)
    other = folder(tmp_path, README_md=b"# Anders\n")  # type: ignore[arg-type]
    publishing.publish(house.db, "testschool", other, now=MONDAY)
    migration.begin(house.db, house.actor("henk"), MONDAY)
    migration.move_some(house.db, house.organisation, None, 10, now=MONDAY)
    assert moments(house, case) == (AT, AT)
    found = shown(house, case, "sanne")
    assert found is not None
    assert (found.at, found.by_name) == (AT, "Fatima")
    restore(house, case)
    assert moments(house, case) == (FIRST, FIRST)


def test_no_mail_and_no_row_in_clear_holds_the_reason_as_a_story(house: House, case: UUID) -> None:
    move(house, case)
    for number in range(20):
        fire_due(house.db, MONDAY + number * DAY)
    for one in outbox.listing(house.db, house.organisation):
        assert "gesprek" not in one.subject
    (record,) = records(house, case, "deadline_moved")
    assert "gesprek" not in json.dumps(record.detail)
