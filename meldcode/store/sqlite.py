"""SQLite as the embedded database: durable, one writer at a time, readers never blocked."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import URL, event
from sqlalchemy.engine import Connection, Engine

from meldcode.store.backend import READING
from meldcode.store.errors import UnexpectedCountError
from meldcode.store.migrate import upgrade

# What a refused BEGIN raises: it does not pass SQLAlchemy.
DriverError: type[Exception] = sqlite3.OperationalError
_WAIT_SECONDS = 20  # how long a writer queues before it gives up

_PRAGMAS = (
    f"PRAGMA busy_timeout = {_WAIT_SECONDS * 1000}",
    "PRAGMA journal_mode = WAL",
    # FULL: a commit is on the disk when it returns, also when the power fails right after (0.3 ms).
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # An erased key must not stay behind in a free page of the file.
    "PRAGMA secure_delete = FAST",
    "PRAGMA cache_size = -16000",
    "PRAGMA temp_store = MEMORY",
)


def engine(url: URL) -> Engine:
    """An engine whose transactions begin as ours do, with the folder for the file made if needed."""
    if url.database and url.database != ":memory:":
        Path(url.database).absolute().parent.mkdir(parents=True, exist_ok=True)
    made = sa.create_engine(url, pool_size=20, max_overflow=20, connect_args={"timeout": _WAIT_SECONDS})
    event.listen(made, "connect", _set_up)
    event.listen(made, "begin", _begin)
    return made


def _set_up(connection: Any, _record: Any) -> None:
    # The driver's own habit of opening transactions late would let two writers deadlock: off.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get(READING, False)
    driver: Any = connection.connection.dbapi_connection
    driver.execute("BEGIN" if reading else "BEGIN IMMEDIATE")


def enter(connection: Connection, organisation: UUID) -> None:
    """Nothing to say: SQLite knows no organisations."""
    del connection, organisation


def write(connection: Connection, words: str, rows: Sequence[Any], changing: int | None) -> None:
    """Run a write, at once: there is no way to the database that could be saved."""
    done = connection.exec_driver_sql(words, list(rows) if len(rows) > 1 else rows[0])
    if changing is not None and done.rowcount != changing:
        raise UnexpectedCountError(f"{done.rowcount} rows were changed instead of {changing}")


def migrate(made: Engine, owner: str | None) -> None:
    """Run the migrations in one transaction. A file has no owner other than whoever may write it."""
    del owner
    with made.begin() as connection:
        upgrade(connection)


def is_fenced(connection: Connection) -> bool:
    """SQLite has no fence of its own: `Transaction.execute` is the only one."""
    del connection
    return True


def is_passing(error: BaseException) -> bool:
    """Never: a writer that waited its turn in vain would only wait as long again."""
    del error
    return False


def scrub(made: Engine) -> None:
    """Copy the write-ahead log into the file and empty it, so that deleted bytes are in neither."""
    with made.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
