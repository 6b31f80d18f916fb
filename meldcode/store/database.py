"""`Database` and `Transaction`: the only place that begins, commits and rolls back.

The rest of the core writes portable SQLAlchemy Core statements. Whatever differs between databases
stays in this package: how a connection is set up, how a writer takes its lock, how rows are claimed
(`FOR UPDATE SKIP LOCKED`; SQLite leaves the clause out, because `BEGIN IMMEDIATE` admits one writer
at a time anyway). On PostgreSQL the beginning of a transaction tells the database its organisation, for
row-level security; see `meldcode.store.postgresql`.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.sql import Executable

from meldcode.crypto import Key, Keyring
from meldcode.messages import Text
from meldcode.store.backend import ORGANISATION, READING, backend
from meldcode.store.errors import ScopeError, StoreError, UnstorableError
from meldcode.store.prepared import Prepared
from meldcode.store.scope import SCOPE, Plan, plan_of, scoped
from meldcode.store.tables import organisations

__all__ = ["SCOPE", "Database", "Transaction", "scoped"]

Params = Mapping[str, Any]

_ORGANISATION_KEY = sa.select(organisations.c.wrapped_key).where(organisations.c.id == SCOPE)


class Transaction:
    """Statements for one organisation (or, with `None`, on the few tables outside any organisation).

    `execute` fills in the organisation and refuses statements that do not filter on it.
    """

    __slots__ = ("connection", "database", "organisation")

    def __init__(self, database: Database, connection: Connection, organisation: UUID | None) -> None:
        self.database = database
        self.connection = connection
        self.organisation = organisation

    @property
    def scope(self) -> UUID:
        """The organisation; a `ScopeError` when the transaction was opened without one."""
        if self.organisation is None:
            raise ScopeError("this transaction was opened without an organisation")
        return self.organisation

    def execute(
        self, statement: Executable, params: Params | Sequence[Params] | None = None
    ) -> CursorResult[Any]:
        """Run `statement` with one set of parameters, or once for each of several.

        Raises `ScopeError` when the statement reaches beyond this transaction's organisation.
        """
        plan = plan_of(statement)
        if params is None or isinstance(params, Mapping):
            row = self._complete(plan, params or {})
            if plan.is_plain_write:
                prepared = self._prepared(plan, row)
                return self.connection.exec_driver_sql(prepared.sql, prepared.fill(row))
            return self.connection.execute(statement, row)
        rows = [self._complete(plan, row) for row in params]
        if plan.is_plain_write:
            prepared = self._prepared(plan, rows[0])
            filled = [prepared.fill(row) for row in rows]
            return self.connection.exec_driver_sql(prepared.sql, filled if len(filled) > 1 else filled[0])
        return self.connection.execute(statement, rows)

    def write(
        self, statement: Executable, params: Params | Sequence[Params], *, changing: int | None = None
    ) -> None:
        """Run an INSERT, UPDATE or DELETE of which nobody needs the answer, for one or several rows.

        It may reach the database together with the next statement, at the latest when the transaction ends,
        and what goes wrong comes out there. `changing` is how many rows it has to change in all;
        otherwise `UnexpectedCountError`. Raises `ScopeError` at once, as `execute` does.
        """
        plan = plan_of(statement)
        if not plan.is_plain_write:
            raise ScopeError("only what gives no rows back can be written without waiting")
        rows = [self._complete(plan, row) for row in ([params] if isinstance(params, Mapping) else params)]
        prepared = self._prepared(plan, rows[0])
        self.database.backend.write(
            self.connection, prepared.sql, [prepared.fill(row) for row in rows], changing
        )

    def enter(self, organisation: UUID) -> None:
        """Go on for this organisation, in a transaction that was opened without one."""
        if self.organisation is not None:
            raise ScopeError("this transaction belongs to an organisation already")
        self.organisation = organisation
        self.database.backend.enter(self.connection, organisation)

    def _prepared(self, plan: Plan, row: Params) -> Prepared:
        names = frozenset(row)
        dialect = self.connection.dialect
        found = plan.prepared.get((dialect.name, names))
        if found is None:
            found = Prepared(plan.statement, sorted(names), dialect)
            plan.prepared[dialect.name, names] = found
        return found

    def _complete(self, plan: Plan, row: Params) -> dict[str, Any]:
        if self.organisation is None:
            if plan.scoped_tables:
                raise ScopeError(f"{plan.scoped_tables} read without an organisation")
            return dict(row)
        filled = dict(row)
        if plan.takes_scope:
            filled["scope"] = self.organisation
        if (
            plan.fills_organisation
            and filled.setdefault("organisation", self.organisation) != self.organisation
        ):
            raise ScopeError("a row of another organisation")
        return filled

    def organisation_key(self) -> Key:
        """The organisation's key: from this process, else unwrapped from its row."""
        known = self.database.keyring.known(self.scope)
        if known is not None:
            return known
        wrapped = self.execute(_ORGANISATION_KEY).scalar_one()
        return self.database.keyring.organisation_key(self.scope, wrapped)


class Database:
    """One database of one deployment, and what every command needs to know of that deployment.

    `url` is an SQLAlchemy URL (`sqlite:///var/meldcode.db`, `postgresql://meldcode_app@host/meldcode`);
    `master_key` 32 bytes. `demo` lets the clock be moved and `base_url` is where links in mails lead;
    both default to the environment (`MELDCODE_DEMO`, `MELDCODE_BASE_URL`). `owner_url` is the same
    PostgreSQL database as the role that owns the tables, for `migrate` only.
    Safe to share between threads, and across a fork.
    """

    def __init__(
        self,
        url: str,
        master_key: bytes,
        *,
        demo: bool | None = None,
        base_url: str | None = None,
        owner_url: str | None = None,
    ) -> None:
        self.keyring = Keyring(master_key)
        self.demo = os.environ.get("MELDCODE_DEMO") == "1" if demo is None else demo
        self.base_url = (base_url or os.environ.get("MELDCODE_BASE_URL") or "http://127.0.0.1:8000").rstrip(
            "/"
        )
        self._owner_url = owner_url
        parsed = sa.make_url(url)
        self.backend = backend(parsed)
        self.engine = self.backend.engine(parsed)
        _forget_connections_after_fork(self)

    @contextmanager
    def transaction(self, organisation: UUID | str | None) -> Iterator[Transaction]:
        """A writing transaction: commits when the block ends well, else everything is undone.

        Takes the write lock at once on SQLite, so that two writers queue instead of failing half-way.
        Raises `StoreError` when the database cannot be used now (locked for long, disk full), and
        `UnstorableError` for a value that it cannot hold.
        """
        scope = _uuid(organisation)
        with self._said_kindly(), self._connection(scope) as connection, connection.begin():
            yield Transaction(self, connection, scope)

    @contextmanager
    def reading(self, organisation: UUID | str | None) -> Iterator[Transaction]:
        """One consistent look at the data that waits for no writer; whatever it writes is undone."""
        scope = _uuid(organisation)
        with (
            self._said_kindly(),
            self._connection(scope, reading=True) as connection,
            connection.begin() as transaction,
        ):
            yield Transaction(self, connection, scope)
            transaction.rollback()

    def migrate(self) -> None:
        """Bring the tables up to this version of the software (creates them in an empty database).

        On PostgreSQL also who may do what: row-level security and the rights of the software's own role.
        """
        with self._said_kindly():
            self.backend.migrate(self.engine, self._owner_url)

    def is_current(self) -> bool:
        """Are the tables those of this version of the software, each behind its fence?"""
        from meldcode.store.migrate import is_current

        with self._said_kindly(), self._connection(None, reading=True) as connection:
            return is_current(connection) and self.backend.is_fenced(connection)

    def scrub(self) -> None:
        """Make deleted bytes disappear from the database's files, as far as it lets us."""
        self.backend.scrub(self.engine)

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    @contextmanager
    def _connection(self, scope: UUID | None, *, reading: bool = False) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            yield connection.execution_options(**{ORGANISATION: scope, READING: reading})

    @contextmanager
    def _said_kindly(self) -> Iterator[None]:
        try:
            yield
        except DataError as error:
            raise UnstorableError from error
        except (OperationalError, InterfaceError, NoConnectionFree, self.backend.DriverError) as error:
            raise StoreError(
                Text(
                    "De gegevens konden nu niet worden opgeslagen of gelezen. Probeer het zo opnieuw; "
                    "twee keer versturen kan geen kwaad.",
                    "The data could not be saved or read just now. Try again in a moment; "
                    "sending it twice does no harm.",
                ),
                passing=self.backend.is_passing(error),
            ) from error


def _uuid(organisation: UUID | str | None) -> UUID | None:
    return UUID(organisation) if isinstance(organisation, str) else organisation


def _forget_connections_after_fork(database: Database) -> None:
    """A child process must never use its parent's connections: it starts with an empty pool."""
    here = weakref.ref(database)

    def forget() -> None:
        found = here()
        if found is not None:
            found.engine.dispose(close=False)

    os.register_at_fork(after_in_child=forget)
