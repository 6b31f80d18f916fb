"""Open cases to the version that holds now: tried on copies, moved one by one, their clocks running on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from meldcode import audit, cases, chores, migration, outbox, publishing
from meldcode.migration import MigrationError
from meldcode.moves import Case, look
from meldcode.store import scoped
from meldcode.store.tables import cases as case_table
from meldcode.store.tables import due, tasks
from tests.store.house import LADDER, MONDAY, House, diagram, folder

HOUR = timedelta(hours=1)
TUESDAY = MONDAY + timedelta(days=1)


def publish(house: House, path: Path, change: Callable[[bytes], bytes]) -> str:
    """Publish the house's diagram, changed."""
    made = folder(path, meldcode_bpmn=change(diagram()))
    return publishing.publish(house.db, "testschool", made, now=MONDAY)


def shorter(xml: bytes) -> bytes:
    for old, new in (("P2D", "P1D"), ("P4D", "P2D"), ("P5D", "P3D"), ("P7D", "P5D")):
        xml = xml.replace(f">{old}<".encode(), f">{new} <".encode(), 1)
    return xml.replace(b" <", b"<")


def for_another(xml: bytes) -> bytes:
    return xml.replace(
        b'id="wegen" name="Wegen" meldcode:role="leerkracht"',
        b'id="wegen" name="Wegen" meldcode:role="intern-begeleider"',
    )


def without_weighing_by_that_name(xml: bytes) -> bytes:
    for attribute in (b"id", b"attachedToRef", b"sourceRef", b"targetRef"):
        xml = xml.replace(attribute + b'="wegen"', attribute + b'="afwegen"')
    return xml


def case_of(house: House, case: UUID) -> Case:
    with house.db.reading(house.organisation) as tx:
        found = look(tx, case)
        assert found is not None
        return found


def moments(house: House) -> list[object]:
    """Everything that says when something happens, of every case."""
    with house.db.reading(house.organisation) as tx:
        dues = sa.select(due.c.case, due.c.at).where(scoped(due)).order_by(due.c.case)
        rows = sa.select(tasks.c.id, tasks.c.since, tasks.c.due_at).where(scoped(tasks)).order_by(tasks.c.id)
        return [*map(tuple, tx.execute(dues)), *map(tuple, tx.execute(rows))]


def run(house: House, now: object = TUESDAY) -> int:
    done = 0
    while some := chores.do_due(house.db, now, part=2):  # type: ignore[arg-type]
        done += some
    return done


def test_cases_move_with_their_deadlines_unchanged_and_new_ones_follow_the_new_terms(
    house: House, tmp_path: Path
) -> None:
    old = [house.at_weighing() for _ in range(5)]
    version = publish(house, tmp_path, shorter)
    before = moments(house)
    designer = house.actor("henk")
    preview = migration.preview(house.db, designer, MONDAY + HOUR)
    assert (len(preview.go), preview.stay, preview.version) == (5, (), version)
    assert {seen.tasks for seen in preview.cases} == {("Wegen",)}
    assert all(not seen.mails and not seen.armed and not seen.dropped for seen in preview.cases)
    assert moments(house) == before

    begun = migration.begin(house.db, designer, MONDAY + HOUR)
    assert (begun.running, begun.moved, begun.total) == (True, 0, 5)
    run(house, MONDAY + HOUR)
    (ended,) = migration.listed(house.db, house.organisation)
    assert (ended.running, ended.moved, ended.stayed, ended.total) == (False, 5, (), 5)
    assert moments(house) == before
    assert {case_of(house, case).version_id for case in old} == {version}

    fresh = case_of(house, house.at_weighing())
    assert fresh.due_at == MONDAY + timedelta(days=1)
    assert case_of(house, old[0]).due_at == MONDAY + timedelta(days=2)
    house.complete(old[0], "wegen", now=TUESDAY)
    assert audit.verify(house.db, house.organisation) == []


def test_a_case_that_stands_where_nothing_is_any_more_stays_and_says_why(
    house: House, tmp_path: Path
) -> None:
    first, stuck = house.open().case.id, house.at_weighing()
    version = publish(house, tmp_path, without_weighing_by_that_name)
    preview = migration.preview(house.db, house.actor("henk"), MONDAY)
    assert [seen.case for seen in preview.go] == [first]
    (stays,) = preview.stay
    assert (stays.case, stays.node, stays.tasks) == (stuck, "wegen", ("Wegen",))
    assert stays.why is not None
    assert "De zaak staat bij 'Wegen'" in stays.why.nl
    migration.begin(house.db, house.actor("henk"), MONDAY)
    run(house)
    (ended,) = migration.listed(house.db, house.organisation)
    assert (ended.running, ended.moved, len(ended.stayed)) == (False, 1, 1)
    assert ended.stayed[0].why == stays.why
    assert case_of(house, stuck).version_id != version
    house.complete(stuck, "wegen")  # on its own version it goes on
    assert case_of(house, first).version_id == version


def test_a_case_she_is_shut_out_of_is_not_there_for_who_moves_cases(house: House, tmp_path: Path) -> None:
    stuck = house.at_weighing()
    publish(house, tmp_path, without_weighing_by_that_name)
    henk = house.actor("henk")
    assert migration.behind(house.db, henk) == 1
    change = {"reason": "close", "key": "weg", "now": MONDAY}
    cases.shut_out(house.db, house.actor("fatima"), stuck, house.people["henk"], **change)  # type: ignore[arg-type]
    assert migration.behind(house.db, henk) == 0
    assert migration.preview(house.db, henk, MONDAY).cases == ()
    migration.begin(house.db, henk, MONDAY)
    run(house)
    (hers,) = migration.listed(house.db, house.organisation, henk.person)
    (others,) = migration.listed(house.db, house.organisation, house.people["fatima"])
    assert (len(hers.stayed), len(others.stayed)) == (0, 1)
    assert migration.behind(house.db, house.actor("fatima")) == 1


def test_a_task_that_is_for_another_role_now_goes_to_that_pool(house: House, tmp_path: Path) -> None:
    case = house.at_weighing()
    publish(house, tmp_path, for_another)
    migration.begin(house.db, house.actor("henk"), MONDAY)
    run(house)
    (task,) = case_of(house, case).tasks
    assert (task.role, task.assignee) == ("intern-begeleider", None)
    with pytest.raises(cases.AccessDenied):
        cases.complete(
            house.db, house.actor("joost"), case, task.id, {"advies": "melden"}, key="k", now=MONDAY
        )
    house.complete(case, "wegen", by="fatima")


def test_what_a_new_term_makes_due_is_mailed_once_at_the_highest_level(house: House, tmp_path: Path) -> None:
    case = house.at_weighing()
    bare = folder(tmp_path / "kaal", meldcode_bpmn=without_ladder(diagram()))
    publishing.publish(house.db, "testschool", bare, now=MONDAY)
    migration.begin(house.db, house.actor("henk"), MONDAY)
    run(house, MONDAY)
    assert case_of(house, case).due_at is None
    publish(house, tmp_path / "terug", lambda xml: xml)
    late = MONDAY + timedelta(days=9)
    (seen,) = migration.preview(house.db, house.actor("henk"), late).cases
    assert seen.mails == 1
    migration.begin(house.db, house.actor("henk"), late)
    run(house, late)
    sent = outbox.listing(house.db, house.organisation)
    assert [(mail.address, mail.level) for mail in sent] == [("henk@school.example", 4)]


def without_ladder(xml: bytes) -> bytes:
    text = xml.decode()
    for number in range(1, len(LADDER) + 1):
        for kind, key in (
            ("boundaryEvent", f"wegen_t{number}"),
            ("sendTask", f"wegen_m{number}"),
            ("endEvent", f"wegen_e{number}"),
        ):
            begin = text.index(f'<bpmn:{kind} id="{key}"')
            text = text[:begin] + text[text.index(f"</bpmn:{kind}>", begin) + len(f"</bpmn:{kind}>") :]
        for source, target in (
            (f"wegen_t{number}", f"wegen_m{number}"),
            (f"wegen_m{number}", f"wegen_e{number}"),
        ):
            place = text.index(f'sourceRef="{source}" targetRef="{target}"')
            begin = text.rindex("<bpmn:sequenceFlow", 0, place)
            text = (
                text[:begin] + text[text.index("</bpmn:sequenceFlow>", place) + len("</bpmn:sequenceFlow>") :]
            )
    return text.encode()


def test_a_migration_can_be_stopped_and_what_moved_has_moved(house: House, tmp_path: Path) -> None:
    old = [house.at_weighing() for _ in range(5)]
    version = publish(house, tmp_path, shorter)
    begun = migration.begin(house.db, house.actor("henk"), MONDAY)
    assert chores.do_due(house.db, MONDAY, part=2)
    stopped = migration.stop(house.db, house.actor("fatima"), begun.id, MONDAY)
    assert (stopped.stopped, stopped.running, stopped.moved) == (True, False, 2)
    run(house)
    assert sum(case_of(house, case).version_id == version for case in old) == 2
    with pytest.raises(MigrationError):
        migration.stop(house.db, house.actor("henk"), begun.id, MONDAY)
    again = migration.begin(house.db, house.actor("henk"), MONDAY + HOUR)
    assert again.total == 3
    run(house)
    assert {case_of(house, case).version_id for case in old} == {version}


def test_a_worker_that_dies_between_two_cases_loses_and_repeats_nothing(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = [house.at_weighing() for _ in range(5)]
    version = publish(house, tmp_path, shorter)
    before = moments(house)
    migration.begin(house.db, house.actor("henk"), MONDAY)
    real, done = migration._move, []

    class Killed(BaseException):
        pass

    def dies(*arguments: object, **named: object) -> bool:
        if len(done) == 2:
            raise Killed
        done.append(1)
        return real(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(migration, "_move", dies)
    with pytest.raises(Killed):
        chores.do_due(house.db, MONDAY, part=4)
    monkeypatch.setattr(migration, "_move", real)
    assert sum(case_of(house, case).version_id == version for case in old) == 2
    run(house, MONDAY + timedelta(minutes=5))  # after the lease of the part that was lost
    assert {case_of(house, case).version_id for case in old} == {version}
    assert moments(house) == before
    with house.db.reading(house.organisation) as tx:
        revisions = tx.execute(sa.select(case_table.c.revision).where(scoped(case_table))).scalars().all()
    assert set(revisions) == {3}  # opened, completed, moved: each once


def test_two_migrations_do_not_run_together_and_none_runs_for_nothing(house: House, tmp_path: Path) -> None:
    designer = house.actor("henk")
    with pytest.raises(MigrationError, match="follow the version"):
        migration.begin(house.db, designer, MONDAY)
    house.at_weighing()
    publish(house, tmp_path, shorter)
    migration.begin(house.db, designer, MONDAY)
    with pytest.raises(MigrationError, match="already"):
        migration.begin(house.db, designer, MONDAY)


def test_a_closed_case_keeps_the_version_it_ended_on(house: House, tmp_path: Path) -> None:
    closed, still = house.at_weighing(), house.at_weighing()
    house.complete(closed, "wegen")
    house.complete(closed, "beslissen", by="henk")
    version = publish(house, tmp_path, shorter)
    preview = migration.preview(house.db, house.actor("henk"), MONDAY)
    assert [seen.case for seen in preview.cases] == [still]
    migration.begin(house.db, house.actor("henk"), MONDAY)
    run(house)
    assert case_of(house, closed).version_id != version
