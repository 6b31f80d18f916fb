"""Who may see and do what with a case, and what nobody can read in the database."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from meldcode import audit, cases
from meldcode.cases import AccessDenied, CaseStuck, NotFound, TaskGone
from meldcode.crypto import UnreadableError
from meldcode.store.tables import metadata
from tests.databases import Kind, beneath
from tests.store import house as building
from tests.store.house import MONDAY, House
from tests.store.looking import actions

# --- who may ---------------------------------------------------------------------------------------


def test_a_colleague_with_the_same_role_cannot_do_somebody_elses_task(house: House) -> None:
    case = house.open().case.id
    task = house.task(case, "signalen")

    with pytest.raises(AccessDenied):
        cases.complete(house.db, house.actor("joost"), case, task, {"feiten": "x"}, key="j", now=MONDAY)

    assert actions(house, case) == ["case_opened", "access_refused"]


def test_who_decides_joins_when_the_deciding_step_begins_and_stays(house: House) -> None:
    case = house.at_weighing()
    henk = house.actor("henk")
    assert not cases.case_page(house.db, henk, case, now=MONDAY).content

    house.complete(case, "wegen")
    assert cases.case_page(house.db, henk, case, now=MONDAY).content

    house.complete(case, "beslissen", by="henk")
    assert cases.case_page(house.db, henk, case, now=MONDAY).content
    with house.db.reading(house.organisation) as tx:
        joined = [row.detail["joined"] for row in audit.of_case(tx, case) if "joined" in row.detail]
    assert joined == [["directeur"]]


def test_a_supervisor_sees_status_without_content(house: House) -> None:
    case = house.at_weighing()
    page = cases.case_page(house.db, house.actor("fatima"), case, now=MONDAY)

    assert not page.content
    assert page.entries == ()
    assert page.document == {}
    assert page.outcome is None
    assert page.marks == {"wegen": "current"}
    assert [task.node for task in page.tasks] == ["wegen"]
    assert not page.can_raise_acute


def test_a_supervisor_learns_neither_which_way_a_case_went_nor_how_it_ended(house: House) -> None:
    case = house.at_weighing()
    fatima, sanne = house.actor("fatima"), house.actor("sanne")
    assert cases.case_map(house.db, sanne, case, now=MONDAY).marks == {"signalen": "done", "wegen": "current"}
    assert cases.case_map(house.db, fatima, case, now=MONDAY).marks == {"wegen": "current"}
    house.complete(case, "wegen")
    house.complete(case, "beslissen", by="henk")

    page = cases.case_page(house.db, fatima, case, now=MONDAY)
    assert (page.status, page.outcome, page.marks) == ("finished", None, {})
    assert cases.case_map(house.db, fatima, case, now=MONDAY).marks == {}


def test_somebody_not_involved_sees_nothing_and_that_is_logged(house: House) -> None:
    case = house.open().case.id

    for username in ("joost", "buiten"):
        with pytest.raises(AccessDenied):
            cases.case_page(house.db, house.actor(username), case, now=MONDAY)
        with pytest.raises(AccessDenied):
            cases.task_page(house.db, house.actor(username), case, house.task(case, "signalen"), now=MONDAY)
        with pytest.raises(AccessDenied):
            cases.case_log(house.db, house.actor(username), case, now=MONDAY)
        with pytest.raises(AccessDenied):
            cases.raise_acute(house.db, house.actor(username), case, key="a", now=MONDAY)
        assert cases.overview(house.db, house.actor(username), now=MONDAY, size=500).cases == ()
    assert actions(house, case) == ["case_opened"] + ["access_refused"] * 8


def test_a_task_that_is_gone_tells_strangers_nothing(house: House) -> None:
    case = house.open().case.id
    gone = house.task(case, "signalen")
    house.complete(case, "signalen")

    with pytest.raises(TaskGone):
        cases.complete(house.db, house.actor("sanne"), case, gone, {"feiten": "x"}, key="s", now=MONDAY)
    with pytest.raises(AccessDenied):
        cases.complete(house.db, house.actor("joost"), case, gone, {"feiten": "x"}, key="j", now=MONDAY)


def test_lists_show_supervisors_every_open_case_and_others_their_own(house: House) -> None:
    first = house.at_weighing()
    second = house.open("joost").case.id

    assert {
        case.id for case in cases.overview(house.db, house.actor("fatima"), now=MONDAY, size=500).cases
    } == {first, second}
    assert [
        case.id for case in cases.overview(house.db, house.actor("joost"), now=MONDAY, size=500).cases
    ] == [second]
    shown = cases.overview(house.db, house.actor("henk"), now=MONDAY, size=500).cases
    assert [case.involved for case in shown] == [False, False]
    assert {case.steps for case in shown} == {("wegen",), ("signaleren",)}


def test_reading_a_case_and_its_log_is_logged(house: House) -> None:
    case = house.open().case.id
    sanne = house.actor("sanne")
    cases.case_page(house.db, sanne, case, now=MONDAY)
    cases.task_page(house.db, sanne, case, house.task(case, "signalen"), now=MONDAY)
    lines = cases.case_log(house.db, sanne, case, now=MONDAY)

    assert [line.action for line in lines] == ["case_opened", "case_read", "task_read", "log_read"]
    assert {line.person_name for line in lines} == {"Sanne"}
    assert [line.role for line in lines[1:]] == ["leerkracht"] * 3


def test_another_organisation_cannot_tell_that_a_case_exists(house: House, tmp_path: Path) -> None:
    db = house.db
    other = building.build(db, tmp_path / "ander", key="andere-school", prefix="b-")
    case = house.open().case.id
    task = house.task(case, "signalen")
    stranger = other.actor("henk")

    for call in (
        lambda: cases.case_page(db, stranger, case, now=MONDAY),
        lambda: cases.task_page(db, stranger, case, task, now=MONDAY),
        lambda: cases.case_log(db, stranger, case, now=MONDAY),
        lambda: cases.complete(db, stranger, case, task, {"feiten": "x"}, key="1", now=MONDAY),
        lambda: cases.raise_acute(db, stranger, case, key="2", now=MONDAY),
        lambda: cases.case_page(db, stranger, uuid4(), now=MONDAY),
    ):
        with pytest.raises(NotFound):
            call()
    assert cases.overview(db, stranger, now=MONDAY, size=500).cases == ()
    assert cases.my_tasks(db, stranger) == ()


# --- content ---------------------------------------------------------------------------------------


def test_no_word_of_content_is_in_the_database_files(house: House, kind: Kind) -> None:
    secret = "de-buurman-heeft-gezien"
    case = house.open().case.id
    house.complete(case, "signalen", {"feiten": secret})
    with pytest.raises(CaseStuck):
        house.complete(case, "wegen", {"advies": secret})
    cases.case_page(house.db, house.actor("sanne"), case, now=MONDAY)

    found = list(kind.files(house.db))
    assert found
    assert any(b"testschool" in file.read_bytes() for file in found)  # what is in clear is found like this
    for file in found:
        assert secret.encode() not in file.read_bytes()


def test_a_state_put_back_or_moved_to_another_case_does_not_open(house: House) -> None:
    first, second = house.at_weighing(), house.at_weighing()
    cases_table = metadata.tables["cases"]
    with beneath(house.db).begin() as connection:
        old = connection.execute(cases_table.select().where(cases_table.c.id == first)).one().state
    house.complete(first, "wegen")
    for case in (first, second):
        with beneath(house.db).begin() as connection:
            connection.execute(cases_table.update().where(cases_table.c.id == case).values(state=old))
        with pytest.raises(UnreadableError):
            cases.case_page(house.db, house.actor("sanne"), case, now=MONDAY)


def test_an_erased_case_cannot_be_read_by_anybody(house: House, kind: Kind) -> None:
    case, other = house.at_weighing(), house.at_weighing()
    keys = metadata.tables["case_keys"]
    with beneath(house.db).begin() as connection:
        wrapped = connection.execute(keys.select().where(keys.c.case == case)).one().wrapped

    cases.erase_case(house.db, house.organisation, case, now=MONDAY, by=None, reason="bewaartermijn")

    with pytest.raises(NotFound):
        cases.case_page(house.db, house.actor("sanne"), case, now=MONDAY)
    assert [task.case for task in cases.my_tasks(house.db, house.actor("sanne"))] == [other]
    with beneath(house.db).connect() as connection:
        assert case not in set(connection.execute(sa.select(keys.c.case)).scalars())
    if kind.name == "sqlite":  # PostgreSQL clears deleted rows away later, by itself
        for file in kind.files(house.db):
            assert wrapped not in file.read_bytes(), file.name
    assert actions(house, case)[-1] == "case_erased"
    assert not audit.verify(house.db)


def test_a_person_sees_only_what_her_present_roles_allow(house: House) -> None:
    case = house.at_weighing()
    house.complete(case, "wegen")
    assert [task.node for task in cases.my_tasks(house.db, house.actor("henk"))] == ["beslissen"]

    holders = metadata.tables["role_holders"]
    with beneath(house.db).begin() as connection:
        connection.execute(holders.delete().where(holders.c.person == house.people["henk"]))

    assert cases.my_tasks(house.db, house.actor("henk")) == ()
    with pytest.raises(AccessDenied):
        cases.case_page(house.db, house.actor("henk"), case, now=MONDAY)
