"""A connection to PostgreSQL that sends together what needs no answer in between.

A transaction's beginning, and every write whose answer nobody waits for, stay here until something is asked
or the transaction ends; then all of it travels in one message, in order. The server does exactly what it
would have done one by one: a statement that fails undoes the transaction, and those after it are not run.
"""

from __future__ import annotations

import select
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self, cast

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus

from meldcode.store.errors import UnexpectedCountError

Values = Mapping[str, Any] | Sequence[Any] | None


class Line(psycopg.Connection[Any]):
    """One connection. `begin` and `later` only write down; `commit`, and whatever is asked, sends."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cursor_factory = _Asking
        self._unsent: list[tuple[str, Sequence[Values], int | None]] = []

    def begin(self, words: str, *more: tuple[str, Values]) -> None:
        """Begin a transaction with `words` and the statements after it, when it comes to be used."""
        self._unsent = [(words, (None,), None), *((text, (values,), None) for text, values in more)]

    def later(self, words: str, each: Sequence[Values], changing: int | None = None) -> None:
        """Run a statement with each of these values, before anything else that is asked and before the
        transaction ends.

        `changing`: how many rows it has to change in all. Whatever goes wrong comes out where it is sent.
        """
        self._unsent.append((words, each, changing))

    def cursor(self, name: str = "", *args: Any, **kwargs: Any) -> Any:
        """As psycopg's. A cursor with a name lives in the transaction, so that is begun first."""
        if name:
            with self.together():
                pass
            return super().cursor(name, *args, **kwargs)
        return super().cursor(*args, **kwargs)

    def commit(self) -> None:
        """Make it so. A transaction in which nothing was said does not reach the server at all."""
        if self._is_idle() and len(self._unsent) <= BEGINNING:
            self._unsent = []
            return
        with self.together():
            said = psycopg.Cursor(self).execute("COMMIT", prepare=False)
        if said.statusmessage != "COMMIT":
            raise psycopg.errors.InFailedSqlTransaction("the transaction had failed before its end")

    def rollback(self) -> None:
        """Undo. What the server has prepared stays prepared, unless something went wrong.

        psycopg forgets all of it with every rollback, because an object that was made in the transaction may
        have gone with it. The software makes none, and it ends each look at the data like this: planning its
        statements anew each time cost more than running them.
        """
        self._unsent = []
        went_well = self.pgconn.transaction_status == TransactionStatus.INTRANS
        if not went_well or self.pgconn.exec_(b"ROLLBACK").status != ExecStatus.COMMAND_OK:
            super().rollback()

    def is_alive(self) -> bool:
        """Has the server said nothing since the last answer? Between two uses it only ever says goodbye.

        Looks at our side of the line: a question would cost as much as a statement, at every use.
        """
        if self.closed or not self._is_idle():
            return False
        ear = select.poll()
        ear.register(self.fileno(), select.POLLIN)
        return not ear.poll(0)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Sends what waits, and what the block asks right after it."""
        if not self._unsent:
            yield
            return
        unsent, self._unsent = self._unsent, []
        with self.pipeline():
            sent = [(self._send(words, each), count) for words, each, count in unsent]
            yield
        for cursor, count in sent:
            if count is not None and cursor.rowcount != count:
                raise UnexpectedCountError(f"{cursor.rowcount} rows were changed instead of {count}")

    def _send(self, words: str, each: Sequence[Values]) -> psycopg.Cursor[Any]:
        cursor = psycopg.Cursor(self)
        if len(each) == 1:
            return cursor.execute(words, each[0])
        cursor.executemany(words, cast(Sequence[Mapping[str, Any]], each))
        return cursor

    def _is_idle(self) -> bool:
        return self.pgconn.transaction_status == TransactionStatus.IDLE


BEGINNING = 2
"""Statements of a transaction that say nothing but for whom it is."""


class _Asking(psycopg.Cursor[Any]):
    """A statement whose answer is waited for: it takes along what was not sent yet."""

    def execute(self, query: Any, params: Any = None, **how: Any) -> Self:
        with cast(Line, self.connection).together():
            super().execute(query, params, **how)
        return self

    def executemany(self, query: Any, params_seq: Any, **how: Any) -> None:
        with cast(Line, self.connection).together():
            super().executemany(query, params_seq, **how)
