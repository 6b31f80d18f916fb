"""What the two databases have to offer: all of their differences are behind these names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import URL
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal

from meldcode.messages import Text
from meldcode.store.errors import StoreError

READING = "meldcode_reading"  # execution options of a connection, read when its transaction begins
ORGANISATION = "meldcode_organisation"


class Backend(Protocol):
    """A module: `meldcode.store.sqlite` or `meldcode.store.postgresql`.

    `DriverError` is what the driver raises where SQLAlchemy does not translate it (at the beginning).
    """

    DriverError: type[Exception]

    def engine(self, url: URL) -> Engine:
        """Connections that begin transactions as ours do."""

    def migrate(self, made: Engine, owner: str | None) -> None:
        """Bring the tables up to date, as the role that owns them where there are roles."""

    def enter(self, connection: Connection, organisation: UUID) -> None:
        """Let a transaction that was begun for no organisation go on for this one."""

    def write(self, connection: Connection, words: str, rows: Sequence[Any], changing: int | None) -> None:
        """Run a write for each of `rows`, now or together with what is asked next.

        `changing`: how many rows in all; `UnexpectedCountError` when it comes out otherwise.
        """

    def is_fenced(self, connection: Connection) -> bool:
        """Is every table of organisations behind the database's own fence, where it has one?"""

    def is_passing(self, error: BaseException) -> bool:
        """May the same command go through when it is sent again at once?"""

    def scrub(self, made: Engine) -> None:
        """Make deleted bytes disappear from the files, as far as the database lets us."""


def backend(url: URL) -> Backend:
    """The module for this address. Raises `StoreError` for a database we do not know."""
    name = url.get_backend_name()
    if name == "sqlite":
        from meldcode.store import sqlite

        return sqlite
    if name == "postgresql":
        # Only here, so that an embedded process does not carry a driver it never uses.
        from meldcode.store import postgresql

        return postgresql
    raise StoreError(
        Text(
            f"Deze software werkt met SQLite en PostgreSQL, niet met {name}. "
            "Zet MELDCODE_DATABASE_URL op bijvoorbeeld sqlite:///var/meldcode.db.",
            f"This software works on SQLite and PostgreSQL, not on {name}. "
            "Set MELDCODE_DATABASE_URL to, for example, sqlite:///var/meldcode.db.",
        )
    )


class row_version(sa.ColumnElement[str]):  # noqa: N801 - reads as a function in a statement
    """What is different whenever the row of `table` was changed (nothing ever, on SQLite).

    A PostgreSQL statement that had to wait for a row's lock gets that row as it is after the wait, but
    joined rows as they were before it. Selecting this of the locked row and, in a subquery, of the row as
    the statement first saw it tells the two apart; then the statement is simply run again.
    """

    # what makes two of them the same: without it every statement with one is compiled anew each time
    inherit_cache = True
    _traverse_internals = [("table_name", InternalTraversal.dp_string)]  # noqa: RUF012
    type = sa.String()

    def __init__(self, table: sa.Table) -> None:
        self.table_name = table.name


@compiles(row_version)
def _no_version(_element: row_version, _compiler: SQLCompiler, **_: Any) -> str:
    return "''"  # one writer at a time: nobody ever waited with an old look at the rows


@compiles(row_version, "postgresql")
def _version(element: row_version, compiler: SQLCompiler, **_: Any) -> str:
    return f"{compiler.preparer.quote(element.table_name)}.xmin::text"
