"""From every released version to this one, with the data in it; and the same tables on both databases."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from meldcode import audit, cases, timers
from meldcode.store import Database
from meldcode.store.migrate import MIGRATIONS, newest, upgrade
from meldcode.store.tables import metadata, people
from meldcode.store.tables import organisations as organisation_table
from tests.databases import Kind, again, beneath
from tests.store.house import MONDAY, House

RELEASED = sorted((Path(__file__).parent / "fixtures").glob("*.sql"))


def differences(db: Database) -> list[object]:
    with beneath(db).connect() as connection:
        return list(
            compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)
        )


@pytest.fixture(params=RELEASED, ids=[file.stem for file in RELEASED])
def released(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A database as a released version left it, and who is in it."""
    path = tmp_path / "oud.db"
    connection = sqlite3.connect(path)
    connection.executescript(request.param.read_text())
    connection.close()
    db = again(Database(f"sqlite:///{path}", bytes(32)))
    with db.engine.connect() as reading:
        organisation = reading.execute(sa.select(organisation_table.c.id)).scalar_one()
        found = {row.name: row.id for row in reading.execute(sa.select(people.c.id, people.c.name))}
    yield House(db, organisation, {"sanne": found["Sanne"], "henk": found["Henk"]})
    db.close()


def test_a_released_database_is_brought_up_to_date_with_all_that_is_in_it(released: House) -> None:
    released.db.migrate()

    assert released.db.is_current()
    assert differences(released.db) == []
    assert audit.verify(released.db) == []
    [mine] = cases.my_tasks(released.db, released.actor("sanne"))
    page = cases.case_page(released.db, released.actor("sanne"), mine.case, now=MONDAY)
    assert [entry.answers for entry in page.entries] == [{"feiten": "blauwe plek op de arm"}]


def test_a_case_of_a_released_database_goes_on(released: House) -> None:
    released.db.migrate()
    [mine] = cases.my_tasks(released.db, released.actor("sanne"))

    assert timers.fire_due(released.db, MONDAY + timedelta(days=4)) == 1
    released.complete(mine.case, "wegen", now=MONDAY + timedelta(days=4))
    outcome = released.complete(mine.case, "beslissen", by="henk", now=MONDAY + timedelta(days=4))
    assert outcome.case.status == "finished"
    assert audit.verify(released.db) == []


def test_an_empty_database_gets_exactly_the_tables_the_code_knows(kind: Kind) -> None:
    db = kind.fresh()
    try:
        db.migrate()
        assert differences(db) == []
        assert db.is_current()
    finally:
        kind.drop(db)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_migration_that_changes_rows_sees_those_of_every_organisation(house: House, kind: Kind) -> None:
    """The fences hold for the tables' owner too: without opening them it would change nothing, silently."""
    from meldcode.store import postgresql

    owner = sa.create_engine(house.db.engine.url.set(username="meldcode_owner"), poolclass=sa.pool.NullPool)
    count = sa.select(sa.func.count()).select_from(people)
    with owner.begin() as connection:
        assert connection.execute(count).scalar_one() == 0
        postgresql.open_fences(connection)
        upgrade(connection)
        assert connection.execute(count).scalar_one() == len(house.people)
        assert not postgresql.is_fenced(connection)
        postgresql.secure(connection, "meldcode_app")
        assert connection.execute(count).scalar_one() == 0
    assert house.db.is_current()


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_table_whose_fence_is_down_is_not_up_to_date(house: House, kind: Kind) -> None:
    with beneath(house.db).begin() as connection:
        connection.exec_driver_sql("ALTER TABLE tasks NO FORCE ROW LEVEL SECURITY")
    assert not house.db.is_current()
    house.db.migrate()
    assert house.db.is_current()


def test_migrations_are_one_row_and_the_last_number_is_its_end() -> None:
    (head,) = ScriptDirectory(str(MIGRATIONS)).get_heads()
    assert head == newest()
