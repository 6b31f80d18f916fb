"""The second fence: what PostgreSQL itself refuses, whatever the software would ask."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa
from psycopg.pq import PipelineStatus

from meldcode import audit, cases, people, timers
from meldcode.cases import AccessDenied
from meldcode.engine import Complete
from meldcode.moves import Changes, Entry, load, take
from meldcode.store import Database, ScopeError, StoreError, scoped
from meldcode.store.errors import UnstorableError
from meldcode.store.tables import OUTSIDE, metadata
from meldcode.store.tables import audit as log
from meldcode.store.tables import cases as case_table
from meldcode.store.tables import people as people_table
from tests.databases import MASTER_KEY, beneath
from tests.postgres import APP, OWNER, SUPERUSER, PrivatePostgres
from tests.store import house as building
from tests.store.house import MONDAY, PASSWORD, House

R = TypeVar("R")

pytestmark = [
    pytest.mark.parametrize("kind", ["postgresql"], indirect=True),
    pytest.mark.usefixtures("kind"),
]

FENCED = sorted(table.name for table in metadata.tables.values() if table not in OUTSIDE)


@pytest.fixture
def plain(house: House) -> Iterator[psycopg.Connection[Any]]:
    """A connection as the software's role, without any of the software."""
    url = house.db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def run_for(connection: psycopg.Connection[Any], organisation: object, words: str, values: list[Any]) -> int:
    """Run one statement in a transaction for `organisation`; how many rows it touched."""
    with connection.transaction():
        connection.execute("SELECT set_config('app.organisation', %s, true)", [str(organisation)])
        return connection.execute(words, values).rowcount


def rows(connection: psycopg.Connection[Any], table: str, organisation: object = None) -> int:
    """How many rows of a table show in a transaction for `organisation`."""
    with connection.transaction():
        if organisation is not None:
            connection.execute("SELECT set_config('app.organisation', %s, true)", [str(organisation)])
        found = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()
        assert found is not None
        return int(found[0])


def everything(house: House) -> None:
    """Something in every table of organisations."""
    case = house.at_weighing()
    house.complete(case, "wegen", now=MONDAY.replace(month=10))
    with pytest.raises(cases.CaseStuck):
        house.complete(house.at_weighing(), "wegen", {"advies": "iets anders"})


# --- rows of others ----------------------------------------------------------------------------------


def test_without_an_organisation_no_row_shows(house: House, plain: psycopg.Connection[Any]) -> None:
    everything(house)
    assert {table: rows(plain, table) for table in FENCED} == dict.fromkeys(FENCED, 0)
    seen = {table for table in FENCED if rows(plain, table, house.organisation)}
    assert {"cases", "tasks", "entries", "mails", "audit", "people", "incidents", "case_keys"} <= seen


def test_with_another_organisation_no_row_shows(
    house: House, plain: psycopg.Connection[Any], tmp_path: Path
) -> None:
    everything(house)
    other = building.build(house.db, tmp_path / "ander", key="andere-school", prefix="b-")
    assert rows(plain, "cases", other.organisation) == 0
    assert rows(plain, "people", other.organisation) == len(other.people)
    assert {rows(plain, table, uuid4()) for table in FENCED} == {0}


@pytest.mark.parametrize("nonsense", ["", "niets", "' OR true --"])
def test_a_setting_that_names_no_organisation_shows_nothing(
    house: House, plain: psycopg.Connection[Any], nonsense: str
) -> None:
    everything(house)
    try:
        assert rows(plain, "cases", nonsense) == 0
    except psycopg.errors.InvalidTextRepresentation:
        return


def test_a_row_of_another_organisation_cannot_be_written_changed_or_removed(
    house: House, plain: psycopg.Connection[Any]
) -> None:
    case = house.at_weighing()
    mine, other = house.organisation, uuid4()
    holder = [mine, house.people["sanne"]]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run_for(plain, other, "INSERT INTO role_holders VALUES (%s, 'directeur', %s)", holder)
    assert run_for(plain, other, "UPDATE cases SET status = 'erased'", []) == 0
    assert run_for(plain, other, "DELETE FROM tasks", []) == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run_for(plain, mine, "UPDATE tasks SET organisation = %s", [other])
    assert house.complete(case, "wegen").case.status == "open"


def test_the_organisation_does_not_stay_behind_on_a_pooled_connection(house: House) -> None:
    house.at_weighing()
    count = sa.select(sa.func.count()).select_from(case_table)
    process = sa.func.pg_backend_pid()
    for begin in (house.db.transaction, house.db.reading):
        with begin(house.organisation) as tx:
            assert tx.connection.execute(count).scalar_one() == 1
            used = tx.connection.execute(sa.select(process)).scalar_one()
        with begin(None) as tx:
            assert tx.connection.execute(sa.select(process)).scalar_one() == used
            assert tx.connection.execute(count).scalar_one() == 0


def test_a_transaction_that_failed_leaves_no_organisation_behind(house: House) -> None:
    house.at_weighing()
    with pytest.raises(ZeroDivisionError), house.db.transaction(house.organisation):
        raise ZeroDivisionError
    with house.db.transaction(None) as tx:
        setting = sa.select(sa.func.current_setting("app.organisation", True))
        assert not tx.connection.execute(setting).scalar_one()
        assert tx.connection.execute(sa.select(sa.func.count()).select_from(case_table)).scalar_one() == 0


def test_a_session_wide_setting_is_overruled_by_each_transaction(house: House, tmp_path: Path) -> None:
    """Even when somebody set it for the whole session, a transaction is for its own organisation only."""
    other = building.build(house.db, tmp_path / "ander", key="andere-school", prefix="b-")
    house.at_weighing()
    with house.db.engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.execute(f"SET app.organisation = '{house.organisation}'")
    for organisation in (other.organisation, None):
        with house.db.transaction(organisation) as tx:
            count = sa.select(sa.func.count()).select_from(case_table)
            assert tx.connection.execute(count).scalar_one() == 0


# --- what the software's role may ------------------------------------------------------------------


def test_the_softwares_role_owns_nothing_and_has_no_power(house: House) -> None:
    with beneath(house.db).connect() as connection:
        run = connection.exec_driver_sql
        role = run(f"SELECT * FROM pg_roles WHERE rolname = '{APP}'").mappings().one()
        owned = run(f"SELECT count(*) FROM pg_class WHERE relowner = '{APP}'::regrole").scalar_one()
        member = run(f"SELECT count(*) FROM pg_auth_members WHERE member = '{APP}'::regrole").scalar_one()
    powers = ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication")
    assert [role[power] for power in powers] == [False] * 5
    assert (owned, member) == (0, 0)


@pytest.mark.parametrize(
    "words",
    [
        "UPDATE audit SET action = 'x'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "DELETE FROM audit_heads",
        "UPDATE versions SET published_by = NULL",
        "DELETE FROM version_files",
        "DELETE FROM organisations",
        "UPDATE alembic_version SET version_num = 'x'",
    ],
)
def test_what_must_not_change_cannot_be_changed(plain: psycopg.Connection[Any], words: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
        plain.execute(words)


@pytest.mark.parametrize(
    "words",
    [
        "ALTER TABLE cases DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE cases NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY of_one_organisation ON cases",
        "CREATE POLICY mine ON cases USING (true)",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "DROP TABLE audit",
        "CREATE TABLE mine (id int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SET ROLE meldcode_owner",
        "SET SESSION AUTHORIZATION postgres",
        "ALTER ROLE meldcode_app BYPASSRLS",
        "COPY cases TO '/tmp/zaken'",
    ],
)
def test_the_fences_cannot_be_taken_down_by_the_software(plain: psycopg.Connection[Any], words: str) -> None:
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported)):
        plain.execute(words)


def test_asking_to_go_around_row_level_security_is_an_error_not_a_leak(
    house: House, plain: psycopg.Connection[Any]
) -> None:
    house.at_weighing()
    plain.execute("SET row_security = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        plain.execute("SELECT * FROM cases")


def test_the_software_refuses_to_work_as_somebody_powerful(house: House, postgres: PrivatePostgres) -> None:
    database = house.db.engine.url.database or ""
    for user in (SUPERUSER, OWNER):
        db = Database(postgres.url(database, user), MASTER_KEY)
        with pytest.raises(StoreError) as refused, db.reading(None):
            pass
        assert "MELDCODE_DATABASE_URL" in refused.value.text.nl
        db.close()


# --- the one command that sets it up ----------------------------------------------------------------


def test_migrating_makes_the_softwares_role_with_its_password_encrypted(postgres: PrivatePostgres) -> None:
    place = postgres.create()
    app = f"postgresql://nieuwe_rol:een%20geheim@/{place}?host={postgres.folder}"
    db = Database(app, MASTER_KEY, owner_url=postgres.url(place, OWNER))
    try:
        db.migrate()
        assert db.is_current()
        [[stored]] = postgres.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'nieuwe_rol'")
        assert str(stored).startswith("SCRAM-SHA-256$")
    finally:
        db.close()
        postgres.drop(place)
        postgres.execute("DROP ROLE nieuwe_rol")


def test_an_owner_who_may_not_make_roles_says_what_to_do(postgres: PrivatePostgres) -> None:
    postgres.execute("CREATE ROLE kleine_eigenaar LOGIN")
    place = postgres.create()
    postgres.execute(f"ALTER DATABASE {place} OWNER TO kleine_eigenaar")
    db = Database(
        postgres.url(place, "bestaat_nog_niet"), MASTER_KEY, owner_url=postgres.url(place, "kleine_eigenaar")
    )
    with pytest.raises(StoreError) as refused:
        db.migrate()
    assert "CREATE ROLE bestaat_nog_niet" in refused.value.text.en
    known = Database(postgres.url(place), MASTER_KEY, owner_url=postgres.url(place, "kleine_eigenaar"))
    known.migrate()
    assert known.is_current()
    known.close()
    postgres.drop(place)
    postgres.execute("DROP ROLE kleine_eigenaar")


def test_migrating_needs_an_owner_who_is_somebody_else(house: House) -> None:
    url = house.db.engine.url.render_as_string(hide_password=False)
    for owner_url in (None, url):
        db = Database(url, MASTER_KEY, owner_url=owner_url)
        with pytest.raises(StoreError) as refused:
            db.migrate()
        assert "MELDCODE_MIGRATION_URL" in refused.value.text.en
        db.close()


# --- several at once ----------------------------------------------------------------------------------


def until_somebody_waits(house: House, *, at_most: float = 60) -> None:
    """Come back when a connection of this database waits for a lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    words = f"{waiting} AND datname = current_database()"
    deadline = time.monotonic() + at_most
    while time.monotonic() < deadline:
        with beneath(house.db).connect() as connection:
            if connection.exec_driver_sql(words).scalar_one():
                return
        time.sleep(0.02)
    raise AssertionError("nobody waited")


def until_a_deadlock_is_counted(house: House, *, at_most: float = 60) -> None:
    """Come back when the database says that a deadlock was broken: it counts a while after it does."""
    ended = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    deadline = time.monotonic() + at_most
    while time.monotonic() < deadline:
        with beneath(house.db).connect() as connection:
            if connection.exec_driver_sql(ended).scalar_one():
                return
        time.sleep(0.05)
    raise AssertionError("no deadlock was counted")


def patient(house: House) -> None:
    """Who waits for a lock looks for a circle after three seconds: the first to wait is the one who finds it,
    also on a slow computer."""
    with beneath(house.db).begin() as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET deadlock_timeout = '3s'")
    house.db.engine.dispose()


def lock_in_the_wrong_order(house: House, rude: sa.Connection, work: Callable[[], R]) -> R:
    """`work`, while somebody who has the log wants its cases; it looks for a circle first, so it is ended."""
    with ThreadPoolExecutor(1) as pool:
        rude.exec_driver_sql("SET LOCAL deadlock_timeout = '30s'")
        rude.exec_driver_sql("SELECT * FROM audit_heads FOR UPDATE")
        working = pool.submit(work)
        until_somebody_waits(house)
        rude.exec_driver_sql("SELECT * FROM cases FOR UPDATE")
        rude.rollback()
        return working.result(60)


def test_a_case_that_was_waited_for_is_seen_as_it_is_after_the_wait(house: House) -> None:
    """Not its row of now with the tasks and the moment of before."""
    case = house.open().case.id

    def look() -> tuple[int, list[str], object]:
        with house.db.transaction(house.organisation) as tx:
            found = load(tx, case)
            assert found is not None
            return found.revision, [task.node for task in found.tasks], found.due_at

    with ThreadPoolExecutor(1) as pool:
        with house.db.transaction(house.organisation) as tx:
            mine = load(tx, case)
            assert mine is not None
            task = mine.tasks[0]
            step = take(mine, Complete(str(task.id), {"feiten": "x"}), MONDAY)
            changes = Changes(tx, MONDAY)
            entry = Entry(task.id, task.node, {"feiten": "x"})
            changes.add(mine, step, action="task_completed", by=house.actor("sanne"), entry=entry)
            changes.save()
            waiting = pool.submit(look)
            until_somebody_waits(house)
        revision, nodes, due_at = waiting.result(10)
    assert (revision, nodes) == (2, ["wegen"])
    assert due_at is not None


def test_a_claim_takes_what_is_free_and_leaves_what_somebody_holds(house: House) -> None:
    held, free = house.at_weighing(), house.at_weighing()
    late = MONDAY.replace(day=30)
    with house.db.transaction(house.organisation) as tx:
        assert load(tx, held) is not None
        assert timers.fire_due(house.db, late) == 1
    with beneath(house.db).connect() as connection:
        found = connection.execute(sa.select(case_table.c.id, case_table.c.revision))
        revisions = {row.id: row.revision for row in found}
    assert revisions == {held: 2, free: 3}
    assert timers.fire_due(house.db, late) == 1


def test_commands_that_would_wait_for_each_other_for_ever_both_happen(house: House) -> None:
    """Somebody locks in the wrong order. The server ends one of the two, and that one is tried again."""
    case = house.open().case.id
    patient(house)
    with beneath(house.db).begin() as rude:
        outcome = lock_in_the_wrong_order(house, rude, lambda: house.complete(case, "signalen"))
    assert [task.node for task in outcome.next_tasks] == ["wegen"]
    assert audit.verify(house.db) == []
    with beneath(house.db).connect() as connection:
        assert connection.execute(sa.select(case_table.c.revision)).scalar_one() == 2


def test_a_tick_whose_batch_was_ended_by_a_deadlock_goes_on(house: House) -> None:
    """The batch has its cases and waits for the log; whoever has the log wants those cases, and gets them.
    What she still has when the batch is tried again is left to the next tick, as always."""
    made = [house.at_weighing() for _ in range(3)]
    patient(house)
    late = MONDAY.replace(day=30)
    with beneath(house.db).begin() as rude:
        done = lock_in_the_wrong_order(house, rude, lambda: timers.fire_due(house.db, late))
    assert done + timers.fire_due(house.db, late) == len(made)
    until_a_deadlock_is_counted(house)
    with beneath(house.db).connect() as connection:
        assert set(connection.execute(sa.select(case_table.c.revision)).scalars()) == {3}
    assert audit.verify(house.db) == []


def test_a_batch_that_keeps_being_ended_stops_after_a_few_attempts(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.at_weighing()
    begun: list[int] = []

    def ended(*_: object) -> int:
        begun.append(1)
        with house.db.transaction(None) as tx:
            tx.connection.exec_driver_sql(
                "DO $$ BEGIN RAISE EXCEPTION 'ended' USING ERRCODE = 'deadlock_detected'; END $$"
            )
        return 0

    monkeypatch.setattr(timers, "_fire", ended)
    with pytest.raises(StoreError) as refused:
        timers.fire_due(house.db, MONDAY.replace(day=30))
    assert refused.value.passing
    assert len(begun) == 3


def test_a_reader_sees_one_moment_however_long_it_looks(house: House) -> None:
    house.at_weighing()
    count = sa.select(sa.func.count()).select_from(log).where(log.c.organisation == house.organisation)
    with house.db.reading(house.organisation) as tx:
        before = tx.connection.execute(count).scalar_one()
        house.at_weighing()
        assert tx.connection.execute(count).scalar_one() == before


def test_nobody_waits_for_ever(house: House) -> None:
    with house.db.reading(None) as tx:
        settings = {
            name: tx.connection.exec_driver_sql(f"SHOW {name}").scalar_one()
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        }
    assert settings == {
        "statement_timeout": "30s",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "1min",
    }


def test_a_lock_that_is_not_given_is_a_sentence_and_nothing_is_half_done(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from meldcode.store import postgresql

    monkeypatch.setattr(postgresql, "_SESSION", "SET lock_timeout = '200ms'")
    house.db.engine.dispose()
    case = house.open().case.id
    with beneath(house.db).begin() as rude:
        rude.exec_driver_sql("SELECT * FROM audit_heads FOR UPDATE")
        with pytest.raises(StoreError) as refused:
            house.complete(case, "signalen")
    assert not refused.value.passing
    assert "opnieuw" in refused.value.text.nl
    assert house.complete(case, "signalen").case.status == "open"


# --- odds and ends ------------------------------------------------------------------------------------


def test_a_completion_crosses_the_line_three_times(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted where the driver sends: beginning and loading; writing and asking for the log's head; the log
    and the commit."""
    house.at_weighing()
    case = house.open().case.id
    task, sanne = house.task(case, "signalen"), house.actor("sanne")
    sent: list[str] = []
    crossed: list[int] = []
    execute, leave_pipeline = psycopg.Cursor.execute, psycopg.Pipeline.__exit__

    def note(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        sent.append(str(query).strip())
        if cursor.connection.pgconn.pipeline_status == PipelineStatus.OFF:
            crossed.append(1)
        return execute(cursor, query, *args, **kwargs)

    def leave(pipeline: Any, *args: Any) -> None:
        crossed.append(1)
        leave_pipeline(pipeline, *args)

    monkeypatch.setattr(psycopg.Cursor, "execute", note)
    monkeypatch.setattr(psycopg.Pipeline, "__exit__", leave)
    cases.complete(house.db, sanne, case, task, {"feiten": "x"}, key="k", now=MONDAY)

    assert len(crossed) == 3
    assert [sent[0], sent[-1]] == ["BEGIN", "COMMIT"]
    assert sent.count("BEGIN") == sent.count("COMMIT") == 1
    assert len(sent) <= 12 + 3  # with the beginning, its organisation, and the end


def test_the_server_plans_what_is_asked_again_and_again_once(house: House) -> None:
    """Also when it is asked in looks at the data, each of which ends in a rollback."""
    case = house.at_weighing()
    task, sanne = house.task(case, "wegen"), house.actor("sanne")
    for _ in range(12):
        cases.my_tasks(house.db, sanne)
        with pytest.raises(AccessDenied):
            cases.complete(house.db, house.actor("buiten"), case, task, {}, key="k", now=MONDAY)
        assert cases.task_form(house.db, sanne, case, task).form
    words = "SELECT statement, generic_plans + custom_plans AS used FROM pg_prepared_statements"
    with house.db.reading(None) as tx:
        known = tx.connection.exec_driver_sql(words).all()
    assert max(used for statement, used in known if "UNION ALL" in statement) >= 5
    assert max(used for statement, used in known if "FOR NO KEY UPDATE" in statement) >= 5


def test_a_connection_that_the_server_ended_meanwhile_is_not_used(house: House) -> None:
    house.open()
    with beneath(house.db).connect() as connection:
        words = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'meldcode_app'"
        ended = connection.exec_driver_sql(f"{words} AND datname = current_database()").scalars().all()
    assert ended
    assert all(ended)
    # a reading is not tried again by anybody, so it got a connection that lives
    assert len(cases.overview(house.db, house.actor("sanne"), now=MONDAY, size=500).cases) == 1


def test_a_write_that_fails_comes_out_where_it_is_sent_and_nothing_after_it_is_done(house: House) -> None:
    row = {"id": uuid4(), "name": "N", "email": "e", "active": True, "created_at": MONDAY}
    with pytest.raises(sa.exc.IntegrityError), house.db.transaction(house.organisation) as tx:  # noqa: PT012
        tx.write(sa.insert(people_table), row)
        tx.write(sa.insert(people_table), row)
        tx.write(sa.insert(people_table), {**row, "id": uuid4()})
    with house.db.reading(house.organisation) as tx:
        names = tx.execute(sa.select(people_table.c.name).where(scoped(people_table))).scalars().all()
    assert "N" not in names


def test_a_transaction_for_nobody_sees_an_organisation_only_after_entering_it(house: House) -> None:
    count = sa.select(sa.func.count()).select_from(people_table)
    with house.db.reading(None) as tx:
        assert tx.connection.execute(count).scalar_one() == 0
        tx.enter(house.organisation)
        assert tx.connection.execute(count).scalar_one() == len(house.people)
        with pytest.raises(ScopeError):
            tx.enter(uuid4())
    with house.db.reading(None) as tx:
        assert tx.connection.execute(count).scalar_one() == 0


def test_a_text_that_cannot_be_kept_is_a_sentence(house: House) -> None:
    named = sa.select(people_table.c.id).where(
        scoped(people_table), people_table.c.name == sa.bindparam("who")
    )
    with pytest.raises(UnstorableError, match="cannot be kept"), house.db.reading(house.organisation) as tx:
        tx.execute(named, {"who": "san\0ne"})
    row = {"id": uuid4(), "name": "san\0ne", "email": "s@school.example", "active": True, "weekdays": None}
    with pytest.raises(UnstorableError), house.db.transaction(house.organisation) as tx:
        tx.execute(sa.insert(people_table), row)


def test_a_name_with_a_null_in_it_is_nobodys(house: House) -> None:
    with pytest.raises(people.SignInError):
        people.sign_in(house.db, "san\0ne", PASSWORD, MONDAY)
