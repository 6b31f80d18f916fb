"""The tables, the one place that commits, and the organisation every statement stays inside."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from meldcode.messages import Text
from meldcode.store import SCOPE, Database, ScopeError, StoreError, each_in_turn, scoped
from meldcode.store.scope import plan_of
from meldcode.store.tables import OUTSIDE, cases, clock, due, metadata, people, tasks
from tests.databases import beneath
from tests.store.house import MONDAY, House

ON_SQLITE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


def test_the_migrations_make_exactly_the_tables_the_code_knows(db: Database) -> None:
    with beneath(db).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(house: House) -> None:
    house.open()
    house.db.migrate()

    with beneath(house.db).connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(cases)).scalar() == 1


@ON_SQLITE
def test_a_commit_is_on_the_disk_when_it_returns(db: Database) -> None:
    with beneath(db).connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_block_that_fails_leaves_nothing_behind(house: House) -> None:
    def fail() -> None:
        with house.db.transaction(house.organisation) as tx:
            tx.execute(sa.insert(clock), {"id": 7, "offset_seconds": 1})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with house.db.reading(None) as tx:
        assert tx.execute(sa.select(clock)).all() == []


def test_reading_never_changes_anything(house: House) -> None:
    with house.db.reading(None) as tx:
        tx.execute(sa.insert(clock), {"id": 7, "offset_seconds": 1})

    with house.db.reading(None) as tx:
        assert tx.execute(sa.select(clock)).all() == []


def test_readers_do_not_wait_for_a_writer(house: House) -> None:
    with house.db.transaction(None) as writing, house.db.reading(None) as reading:
        writing.execute(sa.insert(clock), {"id": 7, "offset_seconds": 1})
        assert reading.execute(sa.select(clock)).all() == []


def test_a_database_that_stays_locked_is_a_sentence_not_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from meldcode.store import sqlite

    monkeypatch.setattr(sqlite, "_PRAGMAS", ("PRAGMA busy_timeout = 50", "PRAGMA journal_mode = WAL"))
    database = Database(f"sqlite:///{tmp_path / 'slot.db'}", bytes(32))
    database.migrate()
    other = sqlite3.connect(tmp_path / "slot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError) as refused, database.transaction(None):
        pass
    other.execute("ROLLBACK")
    other.close()

    assert "opnieuw" in refused.value.text.nl
    with database.transaction(None) as tx:
        tx.execute(sa.insert(clock), {"id": 7, "offset_seconds": 1})
    database.close()


@ON_SQLITE
def test_a_full_disk_refuses_cleanly_and_writes_nothing_half(house: House) -> None:
    case = house.at_weighing()
    with beneath(house.db).connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    sa.event.listen(
        house.db.engine, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count = {pages}")
    )
    house.db.engine.dispose()

    def fill() -> None:
        for _ in range(200):
            house.at_weighing()

    with pytest.raises(StoreError):
        fill()
    sa.event.listen(house.db.engine, "connect", lambda raw, _: raw.execute("PRAGMA max_page_count = 1000000"))
    house.db.engine.dispose()

    from meldcode import audit

    assert not audit.verify(house.db)
    assert house.complete(case, "wegen").case.status == "open"


def test_another_kind_of_database_is_refused_with_what_to_set() -> None:
    with pytest.raises(StoreError) as refused:
        Database("mysql://localhost/meldcode", bytes(32))
    assert "MELDCODE_DATABASE_URL" in refused.value.text.nl


# --- moments ---------------------------------------------------------------------------------------


def test_moments_come_back_as_the_same_instant_in_utc(db: Database) -> None:
    amsterdam = datetime(2026, 7, 1, 12, 30, tzinfo=timezone(timedelta(hours=2)))
    organisation = uuid4()
    with db.transaction(None) as tx:
        from meldcode.store.tables import organisations

        row = {"id": organisation, "key": "k", "name": "n", "wrapped_key": b"", "created_at": amsterdam}
        tx.execute(sa.insert(organisations), row)
        stored = tx.execute(sa.select(organisations.c.created_at)).scalar_one()
    assert stored == amsterdam
    assert stored.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(db: Database) -> None:
    naive = datetime(2026, 7, 1, 12, 30)  # noqa: DTZ001
    with pytest.raises(sa.exc.StatementError, match="time zone"), db.transaction(None) as tx:
        tx.execute(sa.select(due).where(due.c.at <= naive))


# --- scope -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        sa.select(cases),
        sa.select(sa.func.count()).select_from(tasks),
        sa.select(cases.c.id).join_from(cases, tasks, tasks.c.case == cases.c.id).where(scoped(cases)),
        sa.update(cases).values(status="open"),
        sa.delete(tasks).where(tasks.c.node == "x"),
        sa.select(cases).where(cases.c.organisation == uuid4()),
        sa.select(cases.alias("stiekem")),
        sa.select(due).where(due.c.case.in_(sa.select(cases.c.id))),
    ],
)
def test_a_statement_that_is_not_kept_inside_one_organisation_is_refused(
    house: House, statement: sa.Executable
) -> None:
    with pytest.raises(ScopeError), house.db.transaction(house.organisation) as tx:
        tx.execute(statement)


def test_a_scoped_table_cannot_be_read_without_an_organisation(house: House) -> None:
    with pytest.raises(ScopeError), house.db.reading(None) as tx:
        tx.execute(sa.select(cases).where(scoped(cases)))
    with pytest.raises(ScopeError), house.db.transaction(None) as tx:
        tx.execute(sa.insert(people), {"id": uuid4(), "name": "n", "email": "e", "active": True})


def test_a_row_for_another_organisation_cannot_be_written(house: House) -> None:
    row = {"id": uuid4(), "name": "n", "email": "e", "active": True, "created_at": MONDAY}
    with pytest.raises(ScopeError), house.db.transaction(house.organisation) as tx:
        tx.execute(sa.insert(people), {**row, "organisation": uuid4()})


def test_the_organisation_is_filled_in_for_reading_and_writing(house: House) -> None:
    row = {"id": uuid4(), "name": "Nieuw", "email": "e", "active": True, "created_at": MONDAY}
    with house.db.transaction(house.organisation) as tx:
        tx.execute(sa.insert(people), row)
        found = tx.execute(sa.select(people).where(scoped(people), people.c.id == row["id"])).one()
    assert found.organisation == house.organisation

    with house.db.reading(uuid4()) as tx:
        assert tx.execute(sa.select(people).where(scoped(people))).all() == []


def test_every_table_belongs_to_an_organisation_or_is_named_as_outside() -> None:
    for table in metadata.tables.values():
        assert "organisation" in table.c or table in OUTSIDE, table.name
    known = {"key", "name", "version", "username", "password_hash", "language", "device", "purpose", "kind"}
    for table in OUTSIDE:
        texts = {column.name for column in table.c if isinstance(column.type, sa.Text | sa.String)}
        # ids, moments, a user name, a password's hash, a kind of browser: never a case's content
        assert texts <= known, table.name


def test_every_statement_of_the_software_stays_inside_one_organisation() -> None:
    """Each module constant, looked at before it is ever run."""
    from meldcode import audit, clock, incidents, outbox, people, publishing, timers
    from meldcode.cases import commands, erasure, once, reading
    from meldcode.moves import loading, saving

    modules = (audit, clock, incidents, outbox, people, publishing, timers)
    modules += (commands, erasure, once, reading, loading, saving)
    looked_at = 0
    for module in modules:
        for name, value in vars(module).items():
            if name.isupper() and isinstance(value, sa.Executable) and name not in ("_TASKS_BASE",):
                plan_of(value)
                looked_at += 1
    assert looked_at > 60
    assert SCOPE.key == "scope"


# --- processes -------------------------------------------------------------------------------------


def test_a_forked_process_uses_connections_of_its_own(house: House) -> None:
    case = house.at_weighing()
    with house.db.reading(None) as tx:
        tx.execute(sa.select(clock)).all()
    child = os.fork()
    if child == 0:
        try:
            house.complete(case, "wegen")
            os._exit(0)
        except BaseException:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0

    with beneath(house.db).connect() as connection:
        assert connection.execute(sa.select(cases.c.revision)).scalar_one() == 3


def test_what_goes_wrong_in_one_is_raised_when_the_others_had_their_turn() -> None:
    had: list[int] = []

    def work(number: int, problem: Exception | None = None) -> Callable[[], int]:
        def do() -> int:
            had.append(number)
            if problem is not None:
                raise problem
            return number

        return do

    assert each_in_turn([work(1), work(2)]) == 3
    with pytest.raises(KeyError, match="first"):
        each_in_turn([work(3, KeyError("first")), work(4), work(5, ValueError("second")), work(6)])
    assert had == [1, 2, 3, 4, 5, 6]
    # without a database there is nothing to be done for anybody
    with pytest.raises(StoreError):
        each_in_turn([work(7, StoreError(Text("weg", "away"))), work(8)])
    assert had[-1] == 7
