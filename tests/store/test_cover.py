"""The daily look for rungs that lead to nobody, and the computing of deadlines when free days change."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from meldcode import adjustments, audit, cases, chores, cover, days, incidents, people, publishing, timers
from meldcode.adjustments import ChangedSince, LastAdministrator
from meldcode.cases import telling
from meldcode.cover import Gap
from meldcode.days import OwnDay
from meldcode.definition.mails import MailTemplate, forbidden_words
from meldcode.people import NameTaken, PeopleError
from meldcode.store.tables import accounts, mails, password_links
from meldcode.store.tables import audit as log
from meldcode.store.tables import sessions as session_table
from tests.databases import beneath
from tests.store import house as building
from tests.store.house import MONDAY, PASSWORD, House

DAY = timedelta(days=1)
TODAY = MONDAY.date()
WITH_ADMINISTRATOR = building.ORGANISATION.replace(
    'supervises = ["intern-begeleider", "directeur"]',
    'supervises = ["intern-begeleider", "directeur"]\nadministers = ["beheer"]',
).replace("[mail]", '[roles.beheer]\nname = "Beheer"\n\n[mail]')


@pytest.fixture
def school(house: House, tmp_path: Path) -> House:
    """The house with an administrator, Marit."""
    published(house, tmp_path, WITH_ADMINISTRATOR)
    house.people["marit"] = people.create_person(
        house.db,
        house.organisation,
        username="marit",
        name="Marit",
        email="marit@school.example",
        roles=["beheer"],
        password=PASSWORD,
        now=MONDAY,
    )
    return house


def published(house: House, path: Path, toml: str) -> None:
    folder = building.folder(path / str(len(list(path.iterdir()))), organisation_toml=toml.encode())
    publishing.publish(house.db, "testschool", folder, now=MONDAY)


def away(house: House, who: str, standin: str | None, *, first: int, last: int | None) -> None:
    """Away from day `first` up to and with day `last`, counted from today."""
    adjustments.add_absence(
        house.db,
        house.actor("marit"),
        house.people[who],
        standin=house.people[standin] if standin else None,
        from_at=datetime(2026, 9, 6, 22, tzinfo=UTC) + first * DAY,
        until_at=None if last is None else datetime(2026, 9, 6, 22, tzinfo=UTC) + (last + 1) * DAY,
        now=MONDAY,
    )


def gaps(house: House) -> list[Gap]:
    with house.db.reading(house.organisation) as tx:
        return cover.gaps(tx, MONDAY)


def mailed(house: House) -> list[tuple[str, str]]:
    names = {person: name for name, person in house.people.items()}
    with beneath(house.db).connect() as connection:
        rows = connection.execute(sa.select(mails.c.person, mails.c.subject)).all()
        return [(names[row.person], row.subject) for row in rows]


def test_everybody_there_is_no_finding(school: House) -> None:
    assert gaps(school) == []
    chores.do_due(school.db, MONDAY)
    assert incidents.listing(school.db) == []
    assert mailed(school) == []


def test_the_days_on_which_a_rung_leads_to_nobody_are_found(school: House) -> None:
    away(school, "fatima", None, first=0, last=9)
    away(school, "henk", None, first=3, last=5)
    found = {(gap.role, gap.first - TODAY, gap.last - TODAY) for gap in gaps(school)}
    # Henk stands in for Fatima, as long as he is there
    assert found == {("intern-begeleider", 3 * DAY, 5 * DAY), ("directeur", 3 * DAY, 5 * DAY)}


def test_an_absence_without_an_end_lasts(school: House) -> None:
    away(school, "henk", None, first=10, last=None)
    assert gaps(school) == [Gap("directeur", TODAY + 10 * DAY, TODAY + 13 * DAY)]


def test_a_standin_closes_the_gap(school: House) -> None:
    away(school, "henk", "joost", first=0, last=None)
    assert gaps(school) == []


def test_administrators_are_told_once_a_day_and_the_incident_closes_by_itself(school: House) -> None:
    away(school, "henk", None, first=0, last=None)
    assert chores.do_due(school.db, MONDAY) == 1
    assert chores.do_due(school.db, MONDAY + timedelta(hours=1)) == 0
    [incident] = incidents.listing(school.db)
    assert (incident.kind, incident.node, incident.times) == ("nobody_there", "directeur", 1)
    chores.do_due(school.db, MONDAY + DAY)
    assert mailed(school) == [("marit", "Controleer wie er is")] * 2
    assert [one.times for one in incidents.listing(school.db)] == [2]

    [last, *_] = adjustments.latest(school.db, school.organisation)
    adjustments.undo(school.db, school.actor("marit"), last.id, now=MONDAY + DAY)
    assert incidents.listing(school.db) == []
    chores.do_due(school.db, MONDAY + 2 * DAY)
    assert len(mailed(school)) == 2
    assert audit.verify(school.db) == []


def test_every_period_in_which_nobody_is_there_is_told(school: House) -> None:
    away(school, "henk", None, first=1, last=2)
    away(school, "henk", None, first=6, last=6)
    chores.do_due(school.db, MONDAY)
    [incident] = incidents.listing(school.db)
    assert incident.times == 1
    days = ("08-09-2026", "09-09-2026", "13-09-2026")
    for text in (incident.text.nl, incident.text.en):
        assert all(day in text for day in days), text


def test_several_workers_look_once(school: House) -> None:
    away(school, "henk", None, first=0, last=None)
    done: list[int] = []
    workers = [
        threading.Thread(target=lambda: done.append(chores.do_due(school.db, MONDAY))) for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(done) == 1
    assert [one.times for one in incidents.listing(school.db)] == [1]


def test_our_own_mails_carry_no_word_that_no_mail_may_carry() -> None:
    for subject, body in ((cover._SUBJECT, cover._BODY), (telling._SUBJECT.nl, telling._BODY.nl)):
        assert forbidden_words(MailTemplate("eigen", subject, body)) == []


# --- free days -----------------------------------------------------------------------------------------


def due_of(house: House, case: UUID) -> datetime:
    [view] = [one for one in cases.my_tasks(house.db, house.actor("sanne")) if one.case == case]
    assert view.due_at is not None
    return view.due_at


def free(*ahead: int) -> dict[date, OwnDay | None]:
    return {TODAY + n * DAY: OwnDay(TODAY + n * DAY, True, "vrij") for n in ahead}


def test_new_free_days_move_open_deadlines_in_the_background(school: House) -> None:
    case = school.at_weighing()
    assert due_of(school, case) == MONDAY + 2 * DAY
    adjustments.change_days(school.db, school.actor("marit"), free(1, 2), now=MONDAY)
    assert due_of(school, case) == MONDAY + 2 * DAY
    while chores.do_due(school.db, MONDAY):
        pass
    assert due_of(school, case) == MONDAY + 4 * DAY
    assert timers.fire_due(school.db, MONDAY + 3 * DAY) == 0
    assert timers.fire_due(school.db, MONDAY + 4 * DAY) == 1
    assert audit.verify(school.db) == []


def test_a_new_case_counts_with_the_organisations_own_days(school: House) -> None:
    adjustments.change_days(school.db, school.actor("marit"), free(1), now=MONDAY)
    assert due_of(school, school.at_weighing()) == MONDAY + 3 * DAY


def test_the_work_goes_on_where_it_was_and_says_how_far_it_is(school: House) -> None:
    opened = [school.at_weighing() for _ in range(5)]
    adjustments.change_days(school.db, school.actor("marit"), free(1), now=MONDAY)
    chores.do_due(school.db, MONDAY, part=2)
    with school.db.reading(school.organisation) as tx:
        progress = chores.recalculation(tx)
    assert progress is not None
    assert (progress.done, progress.total, progress.running) == (2, 5, True)
    moved = [due_of(school, case) for case in opened].count(MONDAY + 3 * DAY)
    assert moved == 2
    while chores.do_due(school.db, MONDAY, part=2):
        pass
    with school.db.reading(school.organisation) as tx:
        progress = chores.recalculation(tx)
    assert progress is not None
    assert (progress.done, progress.running) == (5, False)


def test_days_that_change_meanwhile_begin_the_work_anew(school: House) -> None:
    opened = [school.at_weighing() for _ in range(3)]
    marit = school.actor("marit")
    adjustments.change_days(school.db, marit, free(1), now=MONDAY)
    chores.do_due(school.db, MONDAY, part=2)
    adjustments.change_days(school.db, marit, free(2), now=MONDAY + timedelta(minutes=1))
    while chores.do_due(school.db, MONDAY + timedelta(minutes=1), part=2):
        pass
    assert {due_of(school, case) for case in opened} == {MONDAY + 4 * DAY}


def test_a_worker_that_died_in_the_middle_is_taken_over(
    school: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = school.at_weighing()
    adjustments.change_days(school.db, school.actor("marit"), free(1), now=MONDAY)
    with monkeypatch.context() as broken:

        def killed(*_: object, **__: object) -> list[UUID]:
            raise KeyboardInterrupt

        broken.setattr(timers, "recalculate_some", killed)
        with pytest.raises(KeyboardInterrupt):
            chores.do_due(school.db, MONDAY)
    assert chores.do_due(school.db, MONDAY) <= 1  # only the daily look: somebody else has the cases
    assert due_of(school, case) == MONDAY + 2 * DAY
    while chores.do_due(school.db, MONDAY + timedelta(minutes=3)):
        pass
    assert due_of(school, case) == MONDAY + 3 * DAY


def test_publishing_another_calendar_moves_open_deadlines_too(school: House, tmp_path: Path) -> None:
    case = school.at_weighing()
    toml = WITH_ADMINISTRATOR + f"\n[calendar]\nfree_days = [{TODAY + DAY}]\n"
    published(school, tmp_path, toml)
    while chores.do_due(school.db, MONDAY):
        pass
    assert due_of(school, case) == MONDAY + 3 * DAY


def test_publishing_other_texts_asks_for_nothing(school: House, tmp_path: Path) -> None:
    published(school, tmp_path, WITH_ADMINISTRATOR.replace('"Beheer"', '"Beheerder"'))
    with school.db.reading(school.organisation) as tx:
        assert chores.recalculation(tx) is None


def test_a_day_of_the_folder_can_be_worked_all_the_same(school: House, tmp_path: Path) -> None:
    published(school, tmp_path, WITH_ADMINISTRATOR + f"\n[calendar]\nfree_days = [{TODAY + DAY}]\n")
    worked: Mapping[date, OwnDay | None] = {TODAY + DAY: OwnDay(TODAY + DAY, False)}
    adjustments.change_days(school.db, school.actor("marit"), worked, now=MONDAY)
    assert due_of(school, school.at_weighing()) == MONDAY + 2 * DAY


def test_a_preview_says_what_would_move_and_changes_nothing(school: House) -> None:
    case = school.at_weighing()
    seen = adjustments.preview(school.db, school.organisation, free(1, 5), now=MONDAY)
    assert seen.comes == (TODAY + DAY,)  # the other one is a Saturday
    assert (seen.goes, seen.cases, seen.looked_at, seen.later, seen.earlier) == ((), 1, 1, 4, 0)
    assert (TODAY + 2 * DAY, TODAY + 3 * DAY, 1) in [
        (one.before, one.after, one.count) for one in seen.shifts
    ]
    assert due_of(school, case) == MONDAY + 2 * DAY
    with school.db.reading(school.organisation) as tx:
        assert days.listed(tx) == []


# --- undoing -------------------------------------------------------------------------------------------


def person(house: House, who: str) -> people.Person:
    with house.db.reading(house.organisation) as tx:
        return people.person(tx, house.people[who])


def test_each_change_of_a_person_can_be_undone(school: House) -> None:
    db, marit, sanne = school.db, school.actor("marit"), school.people["sanne"]
    before = person(school, "sanne")
    adjustments.change_details(db, marit, sanne, name="Sanne B.", email="sb@school.example", now=MONDAY)
    adjustments.change_roles(db, marit, sanne, ["intern-begeleider"], now=MONDAY)
    adjustments.change_weekdays(db, marit, sanne, {0, 1}, now=MONDAY)
    adjustments.switch_account(db, marit, sanne, False, now=MONDAY)
    assert person(school, "sanne") != before
    made = adjustments.latest(db, school.organisation)
    assert {one.kind for one in made} == {"details", "roles", "weekdays", "account"}
    for one in made:
        adjustments.undo(db, marit, one.id, now=MONDAY)
    assert person(school, "sanne") == before
    assert all(one.undone_at for one in adjustments.latest(db, school.organisation))
    assert audit.verify(db) == []


def test_the_log_keeps_who_got_which_role_and_by_whom(school: House) -> None:
    db, marit, sanne = school.db, school.actor("marit"), school.people["sanne"]
    adjustments.change_roles(db, marit, sanne, ["directeur"], now=MONDAY)
    [made] = adjustments.latest(db, school.organisation)
    adjustments.undo(db, marit, made.id, now=MONDAY)
    with beneath(db).connect() as connection:
        kept = sa.select(log.c.action, log.c.person, log.c.detail).where(log.c.action.like("adjust%"))
        rows = connection.execute(kept.order_by(log.c.sequence)).all()
    assert [(row.action, row.person) for row in rows] == [
        ("adjusted", marit.person),
        ("adjustment_undone", marit.person),
    ]
    assert [row.detail["after"]["roles"] for row in rows] == [["directeur"], ["leerkracht"]]


def test_what_was_changed_again_is_not_undone(school: House) -> None:
    db, marit, sanne = school.db, school.actor("marit"), school.people["sanne"]
    adjustments.change_weekdays(db, marit, sanne, {0, 1}, now=MONDAY)
    [first] = adjustments.latest(db, school.organisation)
    adjustments.change_weekdays(db, marit, sanne, {2}, now=MONDAY + DAY)
    with pytest.raises(ChangedSince):
        adjustments.undo(db, marit, first.id, now=MONDAY + DAY)
    assert person(school, "sanne").weekdays == {2}
    assert all(one.undone_at is None for one in adjustments.latest(db, school.organisation))


def test_undoing_free_days_moves_the_deadlines_back(school: House) -> None:
    case = school.at_weighing()
    marit = school.actor("marit")
    adjustments.change_days(school.db, marit, free(1), now=MONDAY)
    while chores.do_due(school.db, MONDAY):
        pass
    [made] = adjustments.latest(school.db, school.organisation)
    adjustments.undo(school.db, marit, made.id, now=MONDAY)
    adjustments.undo(school.db, marit, made.id, now=MONDAY)  # twice is once
    while chores.do_due(school.db, MONDAY):
        pass
    assert due_of(school, case) == MONDAY + 2 * DAY


def test_an_invitation_can_be_withdrawn(school: House) -> None:
    db, marit = school.db, school.actor("marit")
    given = {"username": "noor", "name": "Noor", "email": "noor@school.example", "roles": ["leerkracht"]}
    noor = adjustments.invite(db, marit, **given, now=MONDAY)
    with pytest.raises(NameTaken):
        adjustments.invite(db, marit, **given, now=MONDAY)
    [made] = adjustments.latest(db, school.organisation)
    adjustments.undo(db, marit, made.id, now=MONDAY)
    with beneath(db).connect() as connection:
        assert connection.execute(sa.select(password_links)).all() == []
        active = sa.select(accounts.c.active).where(accounts.c.person == noor)
        assert connection.execute(active).scalar() is False


def test_somebody_always_administers_the_organisation(school: House) -> None:
    marit = school.actor("marit")
    with pytest.raises(LastAdministrator):
        adjustments.change_roles(school.db, marit, marit.person, ["leerkracht"], now=MONDAY)
    with pytest.raises(LastAdministrator):
        adjustments.switch_account(school.db, marit, marit.person, False, now=MONDAY)
    assert person(school, "marit").roles == {"beheer"}
    assert adjustments.latest(school.db, school.organisation) == []


def test_the_tasks_of_a_closed_account_go_back_to_their_roles(school: House) -> None:
    case = school.at_weighing()
    adjustments.switch_account(school.db, school.actor("marit"), school.people["sanne"], False, now=MONDAY)
    [free] = cases.my_tasks(school.db, school.actor("joost"))
    assert (free.case, free.pool) == (case, True)
    cases.claim(school.db, school.actor("joost"), case, free.id, key="k", now=MONDAY)
    told = [line.action for line in cases.case_log(school.db, school.actor("joost"), case, now=MONDAY)]
    assert "task_released" in told
    assert audit.verify(school.db) == []


def test_closing_signs_out_and_what_is_wrong_is_refused(school: House) -> None:
    db, marit, sanne = school.db, school.actor("marit"), school.people["sanne"]
    people.sign_in(db, "sanne", PASSWORD, MONDAY)
    adjustments.switch_account(db, marit, sanne, False, now=MONDAY)
    with beneath(db).connect() as connection:
        assert connection.execute(sa.select(session_table)).all() == []
    with pytest.raises(PeopleError):
        adjustments.change_details(db, marit, sanne, name="", email="sanne@school.example", now=MONDAY)
    with pytest.raises(PeopleError):
        adjustments.undo(db, marit, UUID(int=7), now=MONDAY)
    with pytest.raises(PeopleError):
        adjustments.remove_absence(db, marit, UUID(int=7), now=MONDAY)
