"""PostgreSQL for a deployment: many writers, and a second fence around every organisation.

Two roles. The *owner* owns the tables and is used by `meldcode migrate` only. The software itself signs
in as a role that owns nothing, is no superuser and does not bypass row-level security; a connection as
anybody more powerful is refused. Each table of organisations shows and takes only rows of the organisation
that the transaction was begun for: a transaction without one sees nothing.

Order of locks: cases (a batch never waits for one: it takes what is free), then what belongs to them,
the organisation's audit head last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy import URL, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool

from meldcode.messages import Text
from meldcode.store.backend import ORGANISATION, READING
from meldcode.store.errors import StoreError
from meldcode.store.line import Line
from meldcode.store.migrate import upgrade
from meldcode.store.tables import OUTSIDE, metadata

# What a refused BEGIN raises: it does not pass SQLAlchemy.
DriverError: type[Exception] = psycopg.OperationalError
DRIVER = "postgresql+psycopg"
OLDEST = 150000  # PostgreSQL 15: from there on nobody but its owner may create things in `public`

_CONNECT: dict[str, Any] = {
    "connect_timeout": 5,
    "application_name": "meldcode",
    # a server that vanished without a word is noticed within a minute, also by a waiting worker
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
_SESSION = """
    SET statement_timeout = '30s';
    SET lock_timeout = '10s';
    SET idle_in_transaction_session_timeout = '60s';
    SET timezone = 'UTC'
"""
_TOO_POWERFUL = """
    SELECT rolsuper OR rolbypassrls OR EXISTS (
        SELECT FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND pg_has_role(relowner, 'MEMBER'))
    FROM pg_roles WHERE rolname = current_user
"""
# The begin of a transaction was cut off, a deadlock was broken, the server went away or comes up again.
_PASSING = {"40001", "40P01", "57P01", "57P02", "57P03", "08000", "08003", "08006"}

_FOR = "SELECT set_config('app.organisation', %s, true)"
_ORGANISATION = "nullif(current_setting('app.organisation', true), '')::uuid"
_POLICY = "of_one_organisation"
_EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"
# What the software may do, where that is less than everything.
_LESS = {
    "alembic_version": "SELECT",
    "audit": "SELECT, INSERT",  # a log is only ever added to
    "audit_heads": "SELECT, INSERT, UPDATE",
    "desk_revisions": "SELECT, INSERT",  # nothing that was saved is ever lost
    "organisations": "SELECT, INSERT, UPDATE",
    "versions": "SELECT, INSERT",  # immutable
    "version_files": "SELECT, INSERT",
}
_SEALED = (("cases", "state"), ("entries", "answers"), ("drafts", "answers"), ("notes", "content"))
_ONE_AT_A_TIME = 7_232_017  # any number, the same for everybody who migrates


# --- connections -------------------------------------------------------------------------------------


def engine(url: URL) -> Engine:
    """An engine whose transactions begin as ours do: in one organisation, on a connection that lives."""
    made = sa.create_engine(
        url.set(drivername=DRIVER),
        pool_size=5,
        max_overflow=15,
        pool_timeout=20,
        connect_args=_CONNECT,
    )
    event.listen(made, "do_connect", lambda _dialect, _record, args, given: Line.connect(*args, **given))
    event.listen(made, "connect", _set_up)
    event.listen(made, "checkout", _check)
    event.listen(made, "begin", _begin)
    return made


def _check(connection: Line, _record: Any, _proxy: Any) -> None:
    """After a restart of the server nobody sees the broken connections: they are made anew."""
    if not connection.is_alive():
        raise sa.exc.DisconnectionError


def _set_up(connection: Line, _record: Any) -> None:
    # The driver's own habit of beginning transactions is off: `_begin` does it, with the organisation.
    connection.autocommit = True
    if connection.info.server_version < OLDEST:
        raise StoreError(
            Text("Deze software heeft PostgreSQL 15 of nieuwer nodig.", "PostgreSQL 15 or newer is needed.")
        )
    connection.execute(_SESSION, prepare=False)
    row = connection.execute(_TOO_POWERFUL, prepare=False).fetchone()
    if row is None or row[0]:
        raise StoreError(
            Text(
                "MELDCODE_DATABASE_URL noemt een rol die te veel mag: zij is beheerder of eigenaar van de "
                "tabellen. Noem er een rol die niets bezit; `meldcode migrate` maakt haar aan.",
                "MELDCODE_DATABASE_URL names a role that may do too much: it is a superuser or owns the "
                "tables. Name a role there that owns nothing; `meldcode migrate` creates it.",
            )
        )


def _begin(connection: Connection) -> None:
    """Begin, and say for which organisation, in one message to the server with what is asked first.

    Local to the transaction: a setting of the session would still be there for the connection's next user.
    Said also when it is none, so that nothing that was ever set for a session can show a row.
    A reader gets one snapshot for all its statements; a writer sees what was committed before each one,
    because it locks what it is going to change.
    """
    options = connection.get_execution_options()
    words = "BEGIN ISOLATION LEVEL REPEATABLE READ" if options.get(READING) else "BEGIN"
    _line(connection).begin(words, (_FOR, (_setting(options.get(ORGANISATION)),)))


def enter(connection: Connection, organisation: UUID) -> None:
    """Go on for this organisation, in a transaction that was begun for none."""
    _line(connection).later(_FOR, ((_setting(organisation),),))


def write(connection: Connection, words: str, rows: Sequence[Any], changing: int | None) -> None:
    """Run a write without waiting for its answer: it is sent with what is asked next, or with the commit."""
    dispatch: Any = connection.dispatch
    for note in dispatch.before_cursor_execute:
        note(connection, None, words, rows[0], None, len(rows) > 1)
    _line(connection).later(words, rows, changing)


def _setting(organisation: UUID | None) -> str:
    return "" if organisation is None else str(UUID(bytes=organisation.bytes))  # nothing but a UUID gets in


def _line(connection: Connection) -> Line:
    return cast(Line, connection.connection.dbapi_connection)


def is_passing(error: BaseException) -> bool:
    """A deadlock was broken or a connection cut; not: a lock or a statement took too long."""
    raw = getattr(error, "orig", error)
    state = getattr(raw, "sqlstate", None)
    return state in _PASSING or (state is None and isinstance(raw, psycopg.OperationalError))


def scrub(made: Engine) -> None:
    """Nothing we may do: the server clears deleted rows away by itself, `case_keys` within minutes."""
    del made


# --- migrations, as the owner ------------------------------------------------------------------------


def migrate(made: Engine, owner: str | None) -> None:
    """Run the migrations as `owner`, then see to who may do what: see `secure`.

    Creates the software's role, with its password, when it is not there yet.
    """
    role, password = made.url.username, made.url.password
    if owner is None or not role:
        raise StoreError(
            Text(
                "Zet MELDCODE_MIGRATION_URL op het adres van de eigenaar van de tabellen, en in "
                "MELDCODE_DATABASE_URL de naam van de rol waarmee de software werkt, bijvoorbeeld "
                "postgresql://meldcode_owner:…@localhost/meldcode en postgresql://meldcode_app:…@localhost/meldcode.",
                "Set MELDCODE_MIGRATION_URL to the address of the tables' owner, and name in "
                "MELDCODE_DATABASE_URL the role the software works as, for example "
                "postgresql://meldcode_owner:…@localhost/meldcode and postgresql://meldcode_app:…@localhost/meldcode.",
            )
        )
    url = sa.make_url(owner).set(drivername=DRIVER)
    if url.username == role:
        raise StoreError(
            Text(
                "MELDCODE_MIGRATION_URL en MELDCODE_DATABASE_URL noemen dezelfde rol. De software mag geen "
                "eigenaar van de tabellen zijn: noem twee rollen.",
                "MELDCODE_MIGRATION_URL and MELDCODE_DATABASE_URL name the same role. The software must not "
                "own the tables: name two roles.",
            )
        )
    owning = sa.create_engine(url, poolclass=NullPool, connect_args=_CONNECT)
    with owning.begin() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
        _create_role(connection, role, password)
        open_fences(connection)
        upgrade(connection)
        secure(connection, role)


def _create_role(connection: Connection, role: str, password: str | None) -> None:
    if connection.execute(sa.text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).scalar():
        return
    words = f"CREATE ROLE {_quoted(connection, role)} LOGIN"
    if password:
        raw: Any = connection.connection.dbapi_connection
        # Encrypted here: the statement, and so the password in it, may end up in the server's log.
        sealed = raw.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
        words += f" PASSWORD '{sealed}'"
    try:
        connection.exec_driver_sql(words.replace("%", "%%"))
    except sa.exc.ProgrammingError as error:
        raise StoreError(
            Text(
                f"De rol {role} is er niet, en de eigenaar mag geen rollen maken. "
                f"Laat een beheerder van de database dit doen: CREATE ROLE {role} LOGIN PASSWORD '…';",
                f"There is no role {role}, and the owner may not create roles. "
                f"Have an administrator of the database do this: CREATE ROLE {role} LOGIN PASSWORD '…';",
            )
        ) from error


def open_fences(connection: Connection) -> None:
    """Let the owner see all rows for the length of this transaction.

    The fences hold for the owner too, so a migration that changes rows would silently change none.
    """
    for table in _present(connection):
        connection.exec_driver_sql(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')


def secure(connection: Connection, role: str) -> None:
    """Who may do what, said anew after every migration so that no new table is forgotten.

    Row-level security on each table of organisations, for its owner too; `role` gets the rights it needs
    on each table and none on anything else.
    """
    known = {table.name for table in metadata.tables.values()} | {"alembic_version"}
    fenced = {table.name for table in _scoped()}
    who = _quoted(connection, role)
    run = connection.exec_driver_sql
    run(f"GRANT USAGE ON SCHEMA public TO {who}")
    for table in sorted(known):
        run(f'REVOKE ALL ON "{table}" FROM PUBLIC, {who}')
        run(f'GRANT {_LESS.get(table, _EVERYTHING)} ON "{table}" TO {who}')
    for table in sorted(fenced):
        run(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY')
        run(f'DROP POLICY IF EXISTS {_POLICY} ON "{table}"')
        run(f'CREATE POLICY {_POLICY} ON "{table}" USING (organisation = {_ORGANISATION})')
    # What is sealed cannot be made smaller: the server need not try.
    for table, column in _SEALED:
        run(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")
    # An erased key is cleared away soon, and not when a tenth of all keys has been erased.
    run("ALTER TABLE case_keys SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0)")


def is_fenced(connection: Connection) -> bool:
    """Has every table of organisations its policy, and is it in force for everybody?"""
    found = connection.execute(
        sa.text(
            "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid "
            "WHERE relrowsecurity AND relforcerowsecurity AND polname = :policy"
            " AND relnamespace = current_schema()::regnamespace"
        ),
        {"policy": _POLICY},
    )
    return {table.name for table in _scoped()} <= set(found.scalars())


def _scoped() -> list[sa.Table]:
    return [table for table in metadata.tables.values() if table not in OUTSIDE]


def _present(connection: Connection) -> list[str]:
    found = set(sa.inspect(connection).get_table_names())
    return sorted(table.name for table in _scoped() if table.name in found)


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
